#include "colour.h"

#include <math.h>

ag_colour ag_colour_from(uint32_t rgb)
{
    return (ag_colour){(float)(rgb >> 16 & 255) / 255, (float)(rgb >> 8 & 255) / 255,
                       (float)(rgb & 255) / 255};
}

ag_colour ag_colour_mix(ag_colour a, ag_colour b, float t)
{
    t = fminf(fmaxf(t, 0), 1);
    return (ag_colour){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

ag_colour ag_colour_scale(ag_colour colour, float factor)
{
    return (ag_colour){colour.r * factor, colour.g * factor, colour.b * factor};
}

ag_colour ag_colour_vary(ag_colour colour, ag_random *random, float amount)
{
    return ag_colour_scale(colour, 1 + ag_random_between(random, -amount, amount));
}

ag_colour ag_palette_get(const ag_palette *palette, int index)
{
    return ag_colour_from(palette->rgb[index]);
}

ag_colour ag_palette_along(const ag_palette *palette, float t)
{
    const int last = AG_PALETTE_COLOURS - 1;
    const float place = fminf(fmaxf(t, 0), 1) * (float)last;
    const int index = place < (float)last ? (int)place : last - 1;
    return ag_colour_mix(ag_palette_get(palette, index), ag_palette_get(palette, index + 1),
                         place - (float)index);
}

float ag_smooth(float low, float high, float t)
{
    t = fminf(fmaxf((t - low) / (high - low), 0), 1);
    return t * t * (3 - 2 * t);
}
