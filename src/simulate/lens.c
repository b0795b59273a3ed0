/* Both blurs go down the canvas with copies of the rows that the next row needs, wider than the
 * canvas by the blur's reach so that no loop has to look for the edge. That lets them work in place
 * and in cache: the copies of a photo of 1600 pixels fill about half a megabyte. */
#include "simulate/lens.h"

#include "base/memory.h"
#include "simulate/maths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The largest radius of the disc on the largest photo, in rows. */
#define MAX_REACH 32

/* Heights at which a row of the disc is measured. */
#define CHORD_SAMPLES 8

/* The copies: 2 · reach + 1 rows of channels × stride values, row y at y modulo their number. */
typedef struct ring {
    int reach;     /* rows and columns that a pixel's light may travel */
    size_t rows;   /* how many copies */
    size_t stride; /* of a channel: the canvas's width and twice the padding */
    size_t pad;    /* values before the first pixel */
    int taken;     /* rows copied so far */
    float *values; /* owned */
} ring;

static ag_status ring_init(ring *out, const ag_canvas *canvas, int reach, ag_err *err)
{
    ring r = {.reach = reach, .rows = 2 * (size_t)reach + 1, .pad = (size_t)reach + 2};
    r.stride = canvas->width_px + 2 * r.pad;
    r.values = ag_try_aligned(r.rows * AG_CANVAS_CHANNELS, r.stride * sizeof(float));
    if (!r.values)
        return ag_err_set(err, AG_ENOMEM, "No memory to blur a photo");
    *out = r;
    return AG_OK;
}

/* A channel of a copied row, from its padding on; rows beyond the canvas are like its last. */
static float *ring_row(const ring *r, const ag_canvas *canvas, int y, int channel)
{
    int last = (int)canvas->height_px - 1;
    size_t row = (size_t)(y < 0 ? 0 : y > last ? last : y) % r->rows;
    return r->values + (row * AG_CANVAS_CHANNELS + (size_t)channel) * r->stride;
}

static void ring_take(ring *r, const ag_canvas *canvas, int y)
{
    size_t width = canvas->width_px;
    for (int c = 0; c < AG_CANVAS_CHANNELS; c++) {
        const float *from = ag_canvas_row(canvas, (size_t)y) + (size_t)c * width;
        float *to = ring_row(r, canvas, y, c);
        for (size_t i = 0; i < r->pad; i++) {
            to[i] = from[0];
            to[r->pad + width + i] = from[width - 1];
        }
        memcpy(to + r->pad, from, width * sizeof *to);
    }
}

/* Copy the rows that row y needs, as far as they are not yet. */
static void ring_advance(ring *r, const ag_canvas *canvas, int y)
{
    for (; r->taken <= y + r->reach && r->taken < (int)canvas->height_px; r->taken++)
        ring_take(r, canvas, r->taken);
}

void ag_lens_draw(ag_lens *lens, ag_dice *dice, const ag_level *level, uint32_t side_px)
{
    double motion = ag_dice_uniform(dice, 0, level->motion * side_px);
    lens->motion_px = ag_dice_chance(dice, level->motion_chance) ? motion : 0;
    lens->motion_deg = ag_dice_uniform(dice, 0, 180);
    lens->defocus_px = ag_dice_uniform(dice, 0, level->defocus * side_px);
}

static void add(float *restrict sum, const float *restrict values, float weight, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += weight * values[i];
}

/* A stroke: one pixel for each step along the axis that it is longer on. */
typedef struct stroke {
    int reach;          /* steps either way */
    double half;        /* of its length along that axis */
    double right, down; /* of a step; one of them is ±1 */
} stroke;

static stroke make_stroke(const ag_lens *lens)
{
    double x = ag_maths_cos(lens->motion_deg * (AG_MATHS_PI / 180));
    double y = ag_maths_sin(lens->motion_deg * (AG_MATHS_PI / 180));
    double longer = fmax(fabs(x), fabs(y));
    double half = lens->motion_px * longer / 2;
    return (stroke){(int)ceil(half - 0.5), half, x / longer, y / longer};
}

static void smear_row(const stroke *s, const ring *r, ag_canvas *canvas, int y)
{
    size_t width = canvas->width_px;
    float *row = ag_canvas_row(canvas, (size_t)y);
    memset(row, 0, width * AG_CANVAS_CHANNELS * sizeof *row);
    for (int i = -s->reach; i <= s->reach; i++) {
        double weight = fmin(s->half + 0.5 - abs(i), 1) / (2 * s->half);
        int right = (int)floor(i * s->right + 0.5), down = (int)floor(i * s->down + 0.5);
        for (int c = 0; c < AG_CANVAS_CHANNELS; c++) {
            const float *from = ring_row(r, canvas, y + down, c) + (int)r->pad + right;
            add(row + (size_t)c * width, from, (float)weight, width);
        }
    }
}

static ag_status move(const ag_lens *lens, ag_canvas *canvas, ag_err *err)
{
    stroke s = make_stroke(lens);
    ring r = {0};
    ag_status status = ring_init(&r, canvas, s.reach, err);
    if (status)
        return status;
    for (int y = 0; y < (int)canvas->height_px; y++) {
        ring_advance(&r, canvas, y);
        smear_row(&s, &r, canvas, y);
    }
    free(r.values);
    return AG_OK;
}

/* One row of a disc: from the pixel's own column, whole pixels either way, and a part of the next.
 */
typedef struct chord {
    size_t whole;
    double part;
    double weight; /* below 1 where the chord is shorter than a pixel */
} chord;

/* The chord's length, averaged over the height of the row. */
static chord make_chord(double radius, int down)
{
    double half = 0;
    for (int i = 0; i < CHORD_SAMPLES; i++) {
        double y = down - 0.5 + (i + 0.5) / CHORD_SAMPLES;
        half += sqrt(fmax(radius * radius - y * y, 0)) / CHORD_SAMPLES;
    }
    double beyond = fmax(half - 0.5, 0);
    return (chord){(size_t)beyond, beyond - floor(beyond), fmin(2 * half, 1)};
}

static double chord_length(const chord *c)
{
    return c->weight * (1 + 2 * ((double)c->whole + c->part));
}

/* Replace the copies of a row by sums from the left. The three chains do not wait for each other.
 */
static void sum_up(const ring *r, const ag_canvas *canvas, int y)
{
    float *red = ring_row(r, canvas, y, 0);
    float *green = ring_row(r, canvas, y, 1);
    float *blue = ring_row(r, canvas, y, 2);
    for (size_t i = 1; i < r->stride; i++) {
        red[i] += red[i - 1];
        green[i] += green[i - 1];
        blue[i] += blue[i - 1];
    }
}

/* Add a chord's share of every pixel: the box of its whole pixels, blended with the next larger. */
static void add_chord(float *restrict sum, const float *at, size_t width, const chord *c,
                      double scale)
{
    const float *inner_end = at + c->whole, *outer_end = inner_end + 1;
    const float *inner_start = at - c->whole - 1, *outer_start = inner_start - 1;
    float inner = (float)(scale * c->weight * (1 - c->part));
    float outer = (float)(scale * c->weight * c->part);
    for (size_t i = 0; i < width; i++)
        sum[i] += inner * (inner_end[i] - inner_start[i]) + outer * (outer_end[i] - outer_start[i]);
}

static void spread_row(const chord *chords, const ring *r, ag_canvas *canvas, int y)
{
    double area = -chord_length(&chords[0]);
    for (int i = 0; i <= r->reach; i++)
        area += 2 * chord_length(&chords[i]);
    size_t width = canvas->width_px;
    float *row = ag_canvas_row(canvas, (size_t)y);
    memset(row, 0, width * AG_CANVAS_CHANNELS * sizeof *row);
    for (int down = -r->reach; down <= r->reach; down++)
        for (int c = 0; c < AG_CANVAS_CHANNELS; c++)
            add_chord(row + (size_t)c * width, ring_row(r, canvas, y + down, c) + r->pad, width,
                      &chords[abs(down)], 1 / area);
}

static ag_status defocus(const ag_lens *lens, ag_canvas *canvas, ag_err *err)
{
    chord chords[MAX_REACH + 1];
    ring r = {0};
    int reach = (int)ceil(lens->defocus_px - 0.5);
    ag_status status = ring_init(&r, canvas, reach, err);
    if (status)
        return status;
    for (int i = 0; i <= reach; i++)
        chords[i] = make_chord(lens->defocus_px, i);
    for (int y = 0; y < (int)canvas->height_px; y++) {
        int taken = r.taken;
        ring_advance(&r, canvas, y);
        for (int i = taken; i < r.taken; i++)
            sum_up(&r, canvas, i);
        spread_row(chords, &r, canvas, y);
    }
    free(r.values);
    return AG_OK;
}

ag_status ag_lens_blur(const ag_lens *lens, ag_canvas *canvas, ag_err *err)
{
    ag_status status = AG_OK;
    if (lens->motion_px > 1)
        status = move(lens, canvas, err);
    if (status == AG_OK && lens->defocus_px > 0.5)
        status = defocus(lens, canvas, err);
    return status;
}
