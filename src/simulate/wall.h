/* The wall behind a picture. Any thread. */
#ifndef AG_SIMULATE_WALL_H
#define AG_SIMULATE_WALL_H

#include "simulate/colour.h"
#include "simulate/dice.h"
#include "simulate/grain.h"
#include "simulate/place.h"

typedef enum ag_wall_kind {
    AG_WALL_PLAIN,
    AG_WALL_PLASTER,
    AG_WALL_WEAVE,
    AG_WALL_STRIPES,
    AG_WALL_BRICK,
    AG_WALL_KINDS,
} ag_wall_kind;

typedef struct ag_wall {
    ag_wall_kind kind;
    ag_colour colour;
    float depth; /* of its relief, as a share of its brightness */
    float rate;  /* threads, stripes or rows of bricks per longer side of the picture */
} ag_wall;

/* "plain", "plaster", … */
const char *ag_wall_kind_name(ag_wall_kind kind);

void ag_wall_draw(ag_wall *wall, ag_dice *dice);

/* Paint the wall on a span of the row that places has looked up. */
void ag_wall_paint(const ag_wall *wall, const ag_grain *grain, const ag_places *places,
                   ag_span span, float *row);

#endif
