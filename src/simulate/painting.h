/* The picture itself, ready to be seen from where the camera stands. One thread at a time. */
#ifndef AG_SIMULATE_PAINTING_H
#define AG_SIMULATE_PAINTING_H

#include "base/status.h"
#include "image/image.h"
#include "simulate/place.h"

/* Twelve bits from brightness in files to light. */
#define AG_PAINTING_LEVELS 4096

typedef struct ag_painting {
    ag_image image; /* about as large as it appears, so that nothing aliases; owned */
    float light[AG_PAINTING_LEVELS]; /* of each brightness */
} ag_painting;

/* AG_ENOMEM. */
AG_MUST_USE ag_status ag_painting_init(ag_painting *out, const ag_image *picture,
                                       const ag_camera *camera, ag_err *err);
void ag_painting_fini(ag_painting *painting);

/* Paint it on a span of the row that places has looked up, over its frame. */
void ag_painting_paint(const ag_painting *painting, const ag_places *places, ag_span span,
                       float *row);

#endif
