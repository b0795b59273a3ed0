/* A tile of cloudy noise that wraps round seamlessly: plaster, grain of wood, hair. Any thread. */
#ifndef AG_SIMULATE_GRAIN_H
#define AG_SIMULATE_GRAIN_H

#include "simulate/dice.h"
#include "simulate/maths.h"

#include <stddef.h>

#define AG_GRAIN_SIDE 256

typedef struct ag_grain {
    float value[AG_GRAIN_SIDE * AG_GRAIN_SIDE]; /* mean 0, deviation 1 */
} ag_grain;

/* Fill the tile: octaves of noise from AG_GRAIN_SIDE / 2 to 2 values long, all about as strong
 * (roughly 1/f² noise). */
void ag_grain_draw(ag_grain *grain, ag_dice *dice);

/* The value at u, v, where 1 is one repeat, interpolated. */
static inline float ag_grain_sample(const ag_grain *grain, float u, float v)
{
    float x = u * AG_GRAIN_SIDE, y = v * AG_GRAIN_SIDE;
    float left = ag_maths_floor(x), top = ag_maths_floor(y);
    size_t x0 = (unsigned)(int)left % AG_GRAIN_SIDE, y0 = (unsigned)(int)top % AG_GRAIN_SIDE;
    size_t x1 = (x0 + 1) % AG_GRAIN_SIDE, y1 = (y0 + 1) % AG_GRAIN_SIDE;
    const float *a = grain->value + y0 * AG_GRAIN_SIDE, *b = grain->value + y1 * AG_GRAIN_SIDE;
    float fx = x - left, fy = y - top;
    float upper = a[x0] + fx * (a[x1] - a[x0]), lower = b[x0] + fx * (b[x1] - b[x0]);
    return upper + fy * (lower - upper);
}

#endif
