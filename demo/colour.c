#include "colour.h"

ag_colour ag_colour_vary(ag_colour colour, ag_random *random, float amount)
{
    return ag_colour_scale(colour, 1 + ag_random_between(random, -amount, amount));
}

ag_colour ag_palette_along(const ag_palette *palette, float t)
{
    const int last = AG_PALETTE_COLOURS - 1;
    const float place = ag_clamp(t, 0, 1) * (float)last;
    const int index = place < (float)last ? (int)place : last - 1;
    return ag_colour_mix(ag_palette_get(palette, index), ag_palette_get(palette, index + 1),
                         place - (float)index);
}
