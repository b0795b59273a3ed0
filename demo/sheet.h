/* What the works are drawn on: a sheet, and a pen with soft edges.
 *
 * Places and sizes are in units: a thousandth of the sheet's longer side, so that a work is the
 * same picture at every size; x goes right, y down. The pen marks shapes (ag_pen_…), as many as go
 * together, and ag_sheet_ink colours all that they cover at once. One thread at a time. */
#ifndef AG_DEMO_SHEET_H
#define AG_DEMO_SHEET_H

#include "base/status.h"
#include "colour.h"
#include "image/image.h"

#include <math.h>
#include <stdint.h>

typedef struct ag_point {
    float x, y; /* units */
} ag_point;

/* Columns of a row that the pen has touched. */
typedef struct ag_sheet_span {
    int first, last; /* first > last: none */
} ag_sheet_span;

typedef struct ag_sheet {
    int width_px, height_px;
    float width, height;  /* units; the longer is 1000 */
    float scale;          /* pixels a unit */
    ag_colour *pixels;    /* height_px × width_px, owned */
    float *plane;         /* height_px × width_px numbers for the works' own use, zeroed; owned */
    float *cover;         /* height_px × (width_px + 2): see sheet.c; owned */
    ag_sheet_span *spans; /* height_px, owned */
    int top, bottom;      /* rows that the pen has touched; top > bottom: none */
} ag_sheet;

/* A white sheet, longer side side_px; aspect is width by height. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sheet_init(ag_sheet *out, uint32_t side_px, float aspect, ag_err *err);
void ag_sheet_fini(ag_sheet *sheet);

/* What the colour is at a place. */
typedef ag_colour ag_shade_fn(const void *ctx, ag_point at);

/* The whole sheet in one colour, or in each pixel's. */
void ag_sheet_fill(ag_sheet *sheet, ag_colour colour);
void ag_sheet_shade(ag_sheet *sheet, ag_shade_fn *shade, const void *ctx);

/* Mark the inside of a polygon without crossings. */
void ag_pen_polygon(ag_sheet *sheet, const ag_point *points, int count);

void ag_pen_rectangle(ag_sheet *sheet, ag_point corner, ag_point opposite);
void ag_pen_disc(ag_sheet *sheet, ag_point centre, float radius);

/* A straight line, as wide as said at either end. */
void ag_pen_line(ag_sheet *sheet, ag_point a, ag_point b, float width_a, float width_b);

/* A line through all points, round at its bends and ends. */
void ag_pen_path(ag_sheet *sheet, const ag_point *points, int count, float width);

/* Colour what the pen has marked, with alpha 0…1, and forget the marks. */
void ag_sheet_ink(ag_sheet *sheet, ag_colour colour, float alpha);
void ag_sheet_ink_shaded(ag_sheet *sheet, ag_shade_fn *shade, const void *ctx, float alpha);

/* Cover a margin on all four sides, as a mat does. */
void ag_sheet_mat(ag_sheet *sheet, ag_colour colour, float margin);

/* The tooth of paper: brightness varies by up to `strength`. */
void ag_sheet_grain(ag_sheet *sheet, uint32_t seed, float strength);

/* Turn all colours around the colour circle by so many radians; greys stay. */
void ag_sheet_turn_hues(ag_sheet *sheet, float angle);

/* The pixels in 8 bits; *out is owned: ag_image_fini. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sheet_develop(ag_image *out, const ag_sheet *sheet, ag_err *err);

/* How long a vector is. */
static inline float ag_length(float x, float y)
{
    return sqrtf(x * x + y * y);
}

static inline float ag_point_distance(ag_point a, ag_point b)
{
    return ag_length(b.x - a.x, b.y - a.y);
}

/* The place `distance` away from `from`, in the direction `angle` (radians). */
ag_point ag_point_polar(ag_point from, float angle, float distance);
ag_point ag_point_mix(ag_point a, ag_point b, float t);

#endif
