/* SHA-256 (FIPS 180-4, through libcrypto), base64 (RFC 4648) and random identifiers. Any thread. */
#ifndef AG_BASE_DIGEST_H
#define AG_BASE_DIGEST_H

#include "base/buffer.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define AG_SHA256_HEX_BYTES 65

/* One part of a message whose digest is wanted. */
typedef struct ag_bytes {
    const void *data; /* borrowed */
    size_t length;    /* bytes */
} ag_bytes;

/* Lower-case hex SHA-256 of the parts, one after the other, NUL-terminated. */
void ag_sha256_hex(char out[AG_SHA256_HEX_BYTES], const ag_bytes *parts, size_t count);

/* 64 bits of a message, to tell names apart and to seed with; anybody can make two messages with
 * the same (FNV-1a; Fowler, Noll, Vo). */
uint64_t ag_fnv1a(const void *bytes, size_t length);

/* Append the base64 of the bytes (padded, no line breaks). AG_ENOMEM. */
AG_MUST_USE ag_status ag_base64_encode(ag_buffer *out, const void *bytes, size_t length,
                                       ag_err *err);

/* Append the bytes of base64 text (padding optional but never wrong, ASCII white space allowed; a
 * leading "data:…;base64," is skipped). AG_EFORMAT, AG_ENOMEM. */
AG_MUST_USE ag_status ag_base64_decode(ag_buffer *out, const char *text, size_t length,
                                       ag_err *err);

#define AG_ID_BYTES 37

/* A random UUID (version 4, RFC 9562), NUL-terminated; from the kernel's generator. */
void ag_id_random(char out[AG_ID_BYTES]);

#endif
