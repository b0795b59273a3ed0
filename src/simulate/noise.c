#include "simulate/noise.h"

#include "base/memory.h"
#include "simulate/dice.h"

#include <stdlib.h>

/* The sum of four even bytes has this mean and deviation, and nearly the shape of a bell. */
#define BYTES_MEAN      510.0f
#define BYTES_DEVIATION 147.8f

/* Noise as it is plus noise blurred with a Gaussian of 0.8 pixels. */
#define SHARP     0.6f
#define BLURRED   0.9f
#define MIDDLE    0.522f
#define NEIGHBOUR 0.239f

static void fill(ag_noise *noise, float *out)
{
    uint32_t s[AG_NOISE_LANES];
    for (size_t k = 0; k < AG_NOISE_LANES; k++)
        s[k] = noise->lanes[k];
    for (size_t i = 0; i < noise->stride; i += AG_NOISE_LANES)
        for (size_t k = 0; k < AG_NOISE_LANES; k++) {
            uint32_t x = s[k];
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            s[k] = x;
            int sum = (int)((x & 255) + (x >> 8 & 255) + (x >> 16 & 255) + (x >> 24));
            out[i + k] = ((float)sum - BYTES_MEAN) * (1 / BYTES_DEVIATION);
        }
    for (size_t k = 0; k < AG_NOISE_LANES; k++)
        noise->lanes[k] = s[k];
}

ag_status ag_noise_init(ag_noise *out, uint64_t seed, size_t count, ag_err *err)
{
    ag_noise noise = {.count = count};
    noise.stride = (count + 2 + AG_NOISE_LANES - 1) / AG_NOISE_LANES * AG_NOISE_LANES;
    noise.rows = ag_try_aligned(noise.stride, (AG_NOISE_ROWS + 1) * sizeof(float));
    if (!noise.rows)
        return ag_err_set(err, AG_ENOMEM, "No memory for a photo's noise");
    noise.blended = noise.rows + AG_NOISE_ROWS * noise.stride;
    ag_dice dice;
    ag_dice_seed(&dice, seed, 0);
    for (size_t k = 0; k < AG_NOISE_LANES; k++)
        noise.lanes[k] = (uint32_t)ag_dice_bits(&dice) | 1;
    for (size_t i = 0; i + 1 < AG_NOISE_ROWS; i++)
        fill(&noise, noise.rows + i * noise.stride);
    noise.next = AG_NOISE_ROWS - 1;
    *out = noise;
    return AG_OK;
}

void ag_noise_fini(ag_noise *noise)
{
    free(noise->rows);
    *noise = (ag_noise){0};
}

void ag_noise_next(ag_noise *noise, float *restrict out)
{
    fill(noise, noise->rows + noise->next * noise->stride);
    noise->next = (noise->next + 1) % AG_NOISE_ROWS;
    const float *above = noise->rows + noise->next * noise->stride;
    const float *here = noise->rows + (noise->next + 1) % AG_NOISE_ROWS * noise->stride;
    const float *below = noise->rows + (noise->next + 2) % AG_NOISE_ROWS * noise->stride;
    float *restrict blended = noise->blended;
    for (size_t i = 0; i < noise->stride; i++)
        blended[i] = MIDDLE * here[i] + NEIGHBOUR * (above[i] + below[i]);
    for (size_t i = 0; i < noise->count; i++)
        out[i] = SHARP * here[i + 1] +
                 BLURRED * (MIDDLE * blended[i + 1] + NEIGHBOUR * (blended[i] + blended[i + 2]));
}
