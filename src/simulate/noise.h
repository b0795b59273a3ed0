/* Noise of a sensor: nearly Gaussian, independent in each colour, spread to neighbouring pixels a
 * little as demosaicing does. One thread at a time. */
#ifndef AG_SIMULATE_NOISE_H
#define AG_SIMULATE_NOISE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Generators side by side, so that loops over them vectorise. */
#define AG_NOISE_LANES 8

/* Rows that the next row is mixed from. */
#define AG_NOISE_ROWS 3

/* In the caller's storage; ag_noise_fini. */
typedef struct ag_noise {
    uint32_t lanes[AG_NOISE_LANES]; /* xorshift32 (Marsaglia, 2003); never 0 */
    size_t count;                   /* values of a row */
    size_t stride;                  /* and as many as make room for the neighbours */
    size_t next;                    /* row to be replaced */
    float *rows;                    /* AG_NOISE_ROWS × stride independent values; owned */
    float *blended;                 /* stride; within rows */
} ag_noise;

/* count values a row. AG_ENOMEM. */
AG_MUST_USE ag_status ag_noise_init(ag_noise *out, uint64_t seed, size_t count, ag_err *err);
void ag_noise_fini(ag_noise *noise);

/* The next row of noise: mean 0; the deviation of independent noise is 1 before it is spread. out:
 * count values, the caller's. */
void ag_noise_next(ag_noise *noise, float *out);

#endif
