#include "simulate/grain.h"

#include <math.h>
#include <string.h>

/* Side of the coarsest octave, in values. */
#define COARSEST 4

/* Double the side, with means between neighbours. */
static void spread(float *out, const float *in, size_t side)
{
    for (size_t y = 0; y < 2 * side; y++) {
        const float *a = in + y / 2 * side;
        const float *b = in + (y / 2 + y % 2) % side * side;
        for (size_t x = 0; x < side; x++) {
            size_t next = (x + 1) % side;
            float here = (a[x] + b[x]) / 2, there = (a[next] + b[next]) / 2;
            out[y * 2 * side + 2 * x] = here;
            out[y * 2 * side + 2 * x + 1] = (here + there) / 2;
        }
    }
}

static void add_octave(float *tile, size_t side, ag_dice *dice)
{
    for (size_t i = 0; i < side * side; i += 4) {
        uint64_t bits = ag_dice_bits(dice);
        for (size_t k = 0; k < 4; k++)
            tile[i + k] += (float)(int16_t)(bits >> (16 * k)) / 32768.0f;
    }
}

/* To mean 0 and deviation 1. */
static void normalise(float *tile, size_t count)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += tile[i];
        squares += (double)tile[i] * tile[i];
    }
    double mean = sum / (double)count;
    double deviation = sqrt(squares / (double)count - mean * mean);
    for (size_t i = 0; i < count; i++)
        tile[i] = (float)((tile[i] - mean) / deviation);
}

void ag_grain_draw(ag_grain *grain, ag_dice *dice)
{
    float coarse[AG_GRAIN_SIDE * AG_GRAIN_SIDE / 4];
    float *tile = grain->value;
    memset(tile, 0, COARSEST * COARSEST * sizeof *tile);
    add_octave(tile, COARSEST, dice);
    for (size_t side = COARSEST; side < AG_GRAIN_SIDE; side *= 2) {
        memcpy(coarse, tile, side * side * sizeof *tile);
        spread(tile, coarse, side);
        if (side < AG_GRAIN_SIDE / 2)
            add_octave(tile, 2 * side, dice);
    }
    normalise(tile, AG_GRAIN_SIDE * AG_GRAIN_SIDE);
}
