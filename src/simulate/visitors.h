/* Other visitors in the way: heads and shoulders along the photo's bottom edge, dark and out of
 * focus. Any thread. */
#ifndef AG_SIMULATE_VISITORS_H
#define AG_SIMULATE_VISITORS_H

#include "simulate/camera.h"
#include "simulate/colour.h"
#include "simulate/dice.h"
#include "simulate/grain.h"
#include "simulate/level.h"

#include <stddef.h>

#define AG_VISITORS_MAX 3

/* Lengths in pixels of the photo. */
typedef struct ag_visitor {
    float x, y;   /* the head's middle */
    float radius; /* half the head's width */
    ag_colour hair, clothes;
} ag_visitor;

typedef struct ag_visitors {
    size_t count;
    ag_visitor visitor[AG_VISITORS_MAX];
    float softness;  /* of their outlines, pixels */
    double occluded; /* share of what the photo shows of the picture */
} ag_visitors;

void ag_visitors_draw(ag_visitors *out, ag_dice *dice, const ag_level *level,
                      const ag_camera *camera);

/* Put them before row y of the photo. */
void ag_visitors_stand(const ag_visitors *visitors, const ag_grain *grain, const ag_camera *camera,
                       size_t y, float *row);

#endif
