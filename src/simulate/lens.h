/* Blur: the phone moved, or focused elsewhere. One thread at
 * a time. */
#ifndef AG_SIMULATE_LENS_H
#define AG_SIMULATE_LENS_H

#include "base/status.h"
#include "simulate/dice.h"
#include "simulate/level.h"
#include "simulate/rows.h"

typedef struct ag_lens {
    double motion_px;  /* length of the stroke that a point becomes; up to 1 is none */
    double motion_deg; /* its direction, clockwise from the right */
    double defocus_px; /* radius of the disc that a point becomes; up to 0.5 is none */
} ag_lens;

void ag_lens_draw(ag_lens *lens, ag_dice *dice, const ag_level *level, uint32_t side_px);

/* Blurs what it is given. */
typedef struct ag_lens_blur ag_lens_blur;

/* Get ready to blur rows, whose maker must outlive it; what is outside the photo is taken to be
 * like its edge. *out is owned: ag_lens_blur_destroy. AG_ENOMEM. */
AG_MUST_USE ag_status ag_lens_blur_create(ag_lens_blur **out, const ag_lens *lens, ag_rows rows,
                                          ag_err *err);

/* NULL is fine. */
void ag_lens_blur_destroy(ag_lens_blur *blur);

/* The blurred photo. */
ag_rows ag_lens_blur_rows(const ag_lens_blur *blur);

#endif
