/* The frame around a picture, with its mat, and the shadow that it throws on the wall. Any thread.
 */
#ifndef AG_SIMULATE_FRAME_H
#define AG_SIMULATE_FRAME_H

#include "simulate/colour.h"
#include "simulate/dice.h"
#include "simulate/grain.h"
#include "simulate/place.h"

typedef enum ag_frame_kind {
    AG_FRAME_GILT,
    AG_FRAME_WOOD,
    AG_FRAME_BLACK,
    AG_FRAME_WHITE,
    AG_FRAME_NONE, /* a canvas on its stretcher */
    AG_FRAME_KINDS,
} ag_frame_kind;

/* Lengths are on the wall: the picture's longer side is 1. */
typedef struct ag_frame {
    ag_frame_kind kind;
    float width;        /* 0: none */
    float mat;          /* width of the cardboard between picture and frame; 0: none */
    float shadow;       /* how far it falls */
    float shadow_depth; /* share of the light that it takes */
    float waves;        /* ridges across the moulding */
    float ornament;     /* length of one piece of carving */
    ag_colour colour, mat_colour;
} ag_frame;

/* "gilt", "wood", … */
const char *ag_frame_kind_name(ag_frame_kind kind);

void ag_frame_draw(ag_frame *frame, ag_dice *dice);

/* Darken a span of the wall. */
void ag_frame_shade(const ag_frame *frame, const ag_places *places, ag_span span, float *row);

/* Paint frame and mat on a span, over the wall. */
void ag_frame_paint(const ag_frame *frame, const ag_grain *grain, const ag_places *places,
                    ag_span span, float *row);

#endif
