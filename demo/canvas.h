/* What the works are drawn on: a canvas, and a pen with soft edges.
 *
 * Places and sizes are in units: a thousandth of the canvas's longer side, so that a work is the
 * same picture at every size; x goes right, y down. The pen marks shapes (ag_pen_…), as many as go
 * together, and ag_canvas_ink colours all that they cover at once. One thread at a time. */
#ifndef AG_DEMO_CANVAS_H
#define AG_DEMO_CANVAS_H

#include "base/status.h"
#include "colour.h"
#include "image/image.h"

#include <stdint.h>

typedef struct ag_point {
    float x, y; /* units */
} ag_point;

/* Columns of a row that the pen has touched. */
typedef struct ag_canvas_span {
    int first, last; /* first > last: none */
} ag_canvas_span;

typedef struct ag_canvas {
    int width_px, height_px;
    float width, height;   /* units; the longer is 1000 */
    float scale;           /* pixels a unit */
    ag_colour *pixels;     /* height_px × width_px, owned */
    float *plane;          /* height_px × width_px numbers for the works' own use, zeroed; owned */
    float *cover;          /* height_px × (width_px + 2): see canvas.c; owned */
    ag_canvas_span *spans; /* height_px, owned */
    int top, bottom;       /* rows that the pen has touched; top > bottom: none */
} ag_canvas;

/* A white canvas, longer side side_px; aspect is width by height. AG_ENOMEM. */
AG_MUST_USE ag_status ag_canvas_init(ag_canvas *out, uint32_t side_px, float aspect, ag_err *err);
void ag_canvas_fini(ag_canvas *canvas);

/* What the colour is at a place. */
typedef ag_colour ag_shade_fn(const void *ctx, ag_point at);

/* The whole canvas in one colour, or in each pixel's. */
void ag_canvas_fill(ag_canvas *canvas, ag_colour colour);
void ag_canvas_shade(ag_canvas *canvas, ag_shade_fn *shade, const void *ctx);

/* Mark the inside of a polygon without crossings. */
void ag_pen_polygon(ag_canvas *canvas, const ag_point *points, int count);

void ag_pen_rectangle(ag_canvas *canvas, ag_point corner, ag_point opposite);
void ag_pen_disc(ag_canvas *canvas, ag_point centre, float radius);

/* A straight line, as wide as said at either end. */
void ag_pen_line(ag_canvas *canvas, ag_point a, ag_point b, float width_a, float width_b);

/* A line through all points, round at its bends and ends. */
void ag_pen_path(ag_canvas *canvas, const ag_point *points, int count, float width);

/* Colour what the pen has marked, with alpha 0…1, and forget the marks. */
void ag_canvas_ink(ag_canvas *canvas, ag_colour colour, float alpha);
void ag_canvas_ink_shaded(ag_canvas *canvas, ag_shade_fn *shade, const void *ctx, float alpha);

/* Cover a margin on all four sides, as a mat does. */
void ag_canvas_mat(ag_canvas *canvas, ag_colour colour, float margin);

/* The tooth of paper or canvas: brightness varies by up to `strength`. */
void ag_canvas_grain(ag_canvas *canvas, uint32_t seed, float strength);

/* The pixels in 8 bits; *out is owned: ag_image_fini. AG_ENOMEM. */
AG_MUST_USE ag_status ag_canvas_develop(ag_image *out, const ag_canvas *canvas, ag_err *err);

/* The place `distance` away from `from`, in the direction `angle` (radians). */
ag_point ag_point_polar(ag_point from, float angle, float distance);
ag_point ag_point_mix(ag_point a, ag_point b, float t);
float ag_point_distance(ag_point a, ag_point b);

#endif
