/* The fast inner loops of base64, one set per instruction set. Any thread. */
#ifndef AG_BASE_BASE64_KERNELS_H
#define AG_BASE_BASE64_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ag_base64_kernels {
    const char *name; /* "avx512", "avx2", "portable" */

    /* Encode as much from the start as comes in whole steps; returns the bytes taken, a multiple of
     * 3. Writes taken / 3 * 4 characters and nothing behind them. */
    size_t (*encode)(uint8_t *out, const uint8_t *in, size_t length);

    /* Decode plain base64 characters from the start, up to the first other one or the last whole
     * step; returns the characters taken, a multiple of 4. out has room for length / 4 * 3 bytes.
     */
    size_t (*decode)(uint8_t *out, const uint8_t *in, size_t length);
} ag_base64_kernels;

/* The sets that this CPU can run, by speed, fastest first; NULL for index >= their number. The
 * portable one is always the last. */
const ag_base64_kernels *ag_base64_kernels_at(size_t index);

/* 1 + value of each base64 character; 0 for all others. */
extern const uint8_t AG_BASE64_VALUES[256];

/* The 64 characters. */
extern const char AG_BASE64_CHARACTERS[65];

#endif
