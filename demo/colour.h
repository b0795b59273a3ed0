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

ag_colour ag_colour_from(uint32_t rgb);

/* a at t ≤ 0, b at t ≥ 1. */
ag_colour ag_colour_mix(ag_colour a, ag_colour b, float t);

/* Brighter (factor above 1) or darker. */
ag_colour ag_colour_scale(ag_colour colour, float factor);

/* A little brighter or darker, by up to `amount`: no two neighbours look printed. */
ag_colour ag_colour_vary(ag_colour colour, ag_random *random, float amount);

/* The colour with this index. */
ag_colour ag_palette_get(const ag_palette *palette, int index);

/* All colours in a row from 0 to 1, mixed between. */
ag_colour ag_palette_along(const ag_palette *palette, float t);

/* 0 below low, 1 above high, smooth between (either way round). */
float ag_smooth(float low, float high, float t);

#endif
