#include "base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void ag_sha256_hex(char out[AG_SHA256_HEX_BYTES], const ag_bytes *parts, size_t count)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; i < count && ok; i++)
        ok = EVP_DigestUpdate(context, parts[i].data, parts[i].length) == 1;
    ok = ok && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!ok) {
        fputs("artguide: libcrypto has no SHA-256\n", stderr);
        abort();
    }
    for (size_t i = 0; 2 * i + 1 < AG_SHA256_HEX_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

uint64_t ag_fnv1a(const void *bytes, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3U;
    return hash;
}

void ag_id_random(char out[AG_ID_BYTES])
{
    uint8_t bytes[16];
    /* Up to 256 bytes come whole or not at all (getrandom(2)). */
    while (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        if (errno != EINTR) {
            fputs("artguide: the kernel gives no random numbers\n", stderr);
            abort();
        }
    }
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* variant 10 */
    char *to = out;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        snprintf(to, 3, "%02x", bytes[i]);
        to += 2;
    }
}
