/* Blur: the phone moved, or focused elsewhere. Any thread. */
#ifndef AG_SIMULATE_LENS_H
#define AG_SIMULATE_LENS_H

#include "base/status.h"
#include "simulate/canvas.h"
#include "simulate/dice.h"
#include "simulate/level.h"

typedef struct ag_lens {
    double motion_px;  /* length of the stroke that a point becomes; up to 1 is none */
    double motion_deg; /* its direction, clockwise from the right */
    double defocus_px; /* radius of the disc that a point becomes; up to 0.5 is none */
} ag_lens;

void ag_lens_draw(ag_lens *lens, ag_dice *dice, const ag_level *level, uint32_t side_px);

/* Blur the canvas in place; what is outside it is taken to be like its edge. AG_ENOMEM. */
AG_MUST_USE ag_status ag_lens_blur(const ag_lens *lens, ag_canvas *canvas, ag_err *err);

#endif
