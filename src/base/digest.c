#include "base/digest.h"

#include <assert.h>
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
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

ag_status ag_base64_encode(ag_buffer *out, const void *bytes, size_t length, ag_err *err)
{
    ag_status status = ag_buffer_reserve(out, length / 3 * 4 + 4, err);
    if (status != AG_OK)
        return status;
    const uint8_t *in = bytes;
    char *to = (char *)out->data + out->length;
    size_t i = 0;
    for (; i + 3 <= length; i += 3, to += 4) {
        uint32_t word = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        to[0] = BASE64[word >> 18];
        to[1] = BASE64[word >> 12 & 63];
        to[2] = BASE64[word >> 6 & 63];
        to[3] = BASE64[word & 63];
    }
    if (i < length) {
        uint32_t word = (uint32_t)in[i] << 16 | (i + 1 < length ? (uint32_t)in[i + 1] << 8 : 0);
        to[0] = BASE64[word >> 18];
        to[1] = BASE64[word >> 12 & 63];
        to[2] = i + 1 < length ? BASE64[word >> 6 & 63] : '=';
        to[3] = '=';
        to += 4;
    }
    *to = '\0';
    out->length = (size_t)(to - (char *)out->data);
    return AG_OK;
}

enum { SKIP = 64, BAD = 65, PAD = 66 };

/* Value of a base64 character, or SKIP for white space, PAD for '=', BAD for anything else. */
static const uint8_t VALUES[256] = {
#define BAD4  BAD, BAD, BAD, BAD
#define BAD16 BAD4, BAD4, BAD4, BAD4
    BAD4,  BAD4,  BAD,   SKIP,  SKIP,  BAD,   BAD, SKIP, BAD, BAD, /* 00: tab, newline, return */
    BAD16, SKIP,  BAD,   BAD,   BAD,   BAD4,  BAD, BAD,  BAD, 62,  BAD, BAD, BAD,  63, /* 20: space
                                                                                          + / */
    52,    53,    54,    55,    56,    57,    58,  59,   60,  61,  BAD, BAD, BAD,  PAD,   BAD,
    BAD, /* 30: 0-9 = */
    BAD,   0,     1,     2,     3,     4,     5,   6,    7,   8,   9,   10,  11,   12,    13,
    14,    15,    16,    17,    18,    19,    20,  21,   22,  23,  24,  25,  BAD,  BAD4,  BAD,
    26,    27,    28,    29,    30,    31,    32,  33,   34,  35,  36,  37,  38,   39,    40,
    41,    42,    43,    44,    45,    46,    47,  48,   49,  50,  51,  BAD, BAD4, BAD16, BAD16,
    BAD16, BAD16, BAD16, BAD16, BAD16, BAD16,
#undef BAD16
#undef BAD4
};

/* As many whole groups of four plain characters as stand at the start; returns characters read. */
static size_t decode_groups(uint8_t **to, const uint8_t *in, size_t length)
{
    size_t i = 0;
    uint8_t *at = *to;
    for (; i + 4 <= length; i += 4, at += 3) {
        uint32_t a = VALUES[in[i]], b = VALUES[in[i + 1]], c = VALUES[in[i + 2]],
                 d = VALUES[in[i + 3]];
        if ((a | b | c | d) > 63)
            break;
        uint32_t word = a << 18 | b << 12 | c << 6 | d;
        at[0] = (uint8_t)(word >> 16);
        at[1] = (uint8_t)(word >> 8);
        at[2] = (uint8_t)word;
    }
    *to = at;
    return i;
}

/* The general case: white space anywhere, padding at the end. false when malformed. */
static bool decode_rest(uint8_t **to, const uint8_t *in, size_t length)
{
    uint32_t word = 0;
    unsigned bits = 0;
    bool is_padded = false;
    for (size_t i = 0; i < length; i++) {
        uint8_t value = VALUES[in[i]];
        if (value == SKIP)
            continue;
        if (value == BAD || (is_padded && value != PAD))
            return false;
        is_padded = value == PAD;
        if (is_padded)
            continue;
        word = word << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *(*to)++ = (uint8_t)(word >> bits);
        }
    }
    return bits < 6; /* six bits over: a single character that makes no byte */
}

static void skip_data_url(const char **text, size_t *length)
{
    static const char MARK[] = ";base64,";
    const size_t longest_prefix = 64;
    if (*length < 5 || memcmp(*text, "data:", 5) != 0)
        return;
    size_t searched = *length < longest_prefix ? *length : longest_prefix;
    const char *mark = memmem(*text, searched, MARK, sizeof MARK - 1);
    if (mark == NULL)
        return;
    *length -= (size_t)(mark - *text) + sizeof MARK - 1;
    *text = mark + sizeof MARK - 1;
}

ag_status ag_base64_decode(ag_buffer *out, const char *text, size_t length, ag_err *err)
{
    skip_data_url(&text, &length);
    ag_status status = ag_buffer_reserve(out, length / 4 * 3 + 3, err);
    if (status != AG_OK)
        return status;
    uint8_t *to = out->data + out->length;
    size_t done = decode_groups(&to, (const uint8_t *)text, length);
    bool ok = decode_rest(&to, (const uint8_t *)text + done, length - done);
    if (ok)
        out->length = (size_t)(to - out->data);
    out->data[out->length] = '\0';
    return ok ? AG_OK : ag_err_set(err, AG_EFORMAT, "not valid base64");
}

void ag_id_random(char out[AG_ID_BYTES])
{
    uint8_t bytes[16];
    ssize_t count = getrandom(bytes, sizeof bytes, 0);
    assert(count == (ssize_t)sizeof bytes); /* cannot fail for so few bytes (getrandom(2)) */
    (void)count;
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
