/* Where on the wall the pixels of a photo's row lie: what painters of the scene go by. One
 * thread at a time. */
#ifndef AG_SIMULATE_PLACE_H
#define AG_SIMULATE_PLACE_H

#include "base/status.h"
#include "simulate/camera.h"

#include <stddef.h>

/* A row of a photo: for each of count pixels, wall coordinates and the distance from the picture's
 * edge, negative inside, with mitred corners; and room to work. One block; free with
 * ag_places_fini. */
typedef struct ag_places {
    const ag_camera *camera; /* borrowed */
    size_t count;            /* of pixels */
    float *x, *y, *outside;
    float *scratch[2]; /* for whoever paints */
    float *block;      /* owned */
} ag_places;

/* Pixels from first up to end of a row. */
typedef struct ag_span {
    size_t first, end;
} ag_span;

/* AG_ENOMEM. camera is borrowed while in use. */
AG_MUST_USE ag_status ag_places_init(ag_places *out, const ag_camera *camera, ag_err *err);
void ag_places_fini(ag_places *places);

/* Look up row y of the photo. */
void ag_places_set_row(ag_places *places, size_t y);

/* The pixels that are, at least in part, within some distance of the picture; a straight row meets
 * that outline twice at most. */
ag_span ag_places_within(const ag_places *places, float distance);

/* How much of a pixel is within the distance, 0…1: outside as in ag_places, pixel as in ag_camera.
 */
static inline float ag_places_share(float outside, float distance, float pixel)
{
    float share = 0.5f + (distance - outside) / pixel;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

#endif
