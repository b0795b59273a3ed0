/* Colours and palettes. Any thread. */
#ifndef AG_DEMO_COLOUR_H
#define AG_DEMO_COLOUR_H

#include "chance.h"

#include <stddef.h>
#include <stdint.h>

/* As displayed (sRGB), 0…1. */
typedef struct ag_colour {
    float r, g, b;
} ag_colour;

#define AG_PALETTE_COLOURS 6

/* Six colours that go together, as 0xrrggbb. What each is for is its work's business. */
typedef struct ag_palette {
    uint32_t rgb[AG_PALETTE_COLOURS];
} ag_palette;

/* t, or the nearer of low and high where it is not between them. Inline as what is below: these
 * are asked for each pixel. */
static inline float ag_clamp(float t, float low, float high)
{
    return t < low ? low : t > high ? high : t;
}

/* 0 below low, 1 above high, smooth between (either way round). */
static inline float ag_smooth(float low, float high, float t)
{
    t = ag_clamp((t - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

/* a at t ≤ 0, b at t ≥ 1. */
static inline ag_colour ag_colour_mix(ag_colour a, ag_colour b, float t)
{
    t = ag_clamp(t, 0, 1);
    return (ag_colour){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

/* Brighter (factor above 1) or darker. */
static inline ag_colour ag_colour_scale(ag_colour colour, float factor)
{
    return (ag_colour){colour.r * factor, colour.g * factor, colour.b * factor};
}

/* From 0xrrggbb. */
static inline ag_colour ag_colour_from(uint32_t rgb)
{
    const float part = 1.0F / 255;
    return (ag_colour){part * (float)(int)(rgb >> 16 & 255), part * (float)(int)(rgb >> 8 & 255),
                       part * (float)(int)(rgb & 255)};
}

/* A little brighter or darker, by up to `amount`: no two neighbours look printed. */
ag_colour ag_colour_vary(ag_colour colour, ag_random *random, float amount);

/* The colour with this index. */
static inline ag_colour ag_palette_get(const ag_palette *palette, int index)
{
    return ag_colour_from(palette->rgb[index]);
}

/* All colours in a row from 0 to 1, mixed between. */
ag_colour ag_palette_along(const ag_palette *palette, float t);

#endif
