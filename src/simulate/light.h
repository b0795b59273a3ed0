/* Light in the room: brighter on one side, dimmer towards the corners, reflected in the glass.
 * Any thread. */
#ifndef AG_SIMULATE_LIGHT_H
#define AG_SIMULATE_LIGHT_H

#include "simulate/dice.h"
#include "simulate/level.h"
#include "simulate/place.h"

#include <stdbool.h>
#include <stddef.h>

#define AG_LIGHT_MAX_GLARES 2

/* A lamp reflected. */
typedef struct ag_glare {
    float x, y;          /* pixels of the photo */
    float along, across; /* radii, as shares of the photo's width */
    float cosine, sine;  /* of the direction of the first radius */
    float strength;      /* 1 is white */
} ag_glare;

typedef struct ag_light {
    float gradient;           /* logarithm of the brightest by the darkest */
    float toward_x, toward_y; /* the gradient's direction, a unit vector */
    float falloff;            /* how much dimmer the corners are, as a share of the gradient */
    float veil;               /* light added all over the picture */
    bool is_behind_glass;     /* glare is on the picture only; else the lens flares as well */
    size_t glare_count;
    ag_glare glares[AG_LIGHT_MAX_GLARES];
} ag_light;

void ag_light_draw(ag_light *light, ag_dice *dice, const ag_level *level, const ag_camera *camera);

/* Light row y of the photo, which places has looked up. */
void ag_light_shine(const ag_light *light, const ag_places *places, size_t y, float *row);

#endif
