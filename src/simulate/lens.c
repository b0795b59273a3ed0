/* Each blur keeps copies of the rows that its next row needs, wider than the photo by the blur's
 * reach, so that no loop has to look for the edge. Those of a photo of 1600 pixels fill about half
 * a megabyte. */
#include "simulate/lens.h"

#include "base/memory.h"
#include "simulate/colour.h"
#include "simulate/maths.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Blurs below these would be hard to tell from none. */
#define MIN_MOTION_PX  1.0
#define MIN_DEFOCUS_PX 0.5

/* The largest radius of the disc on the largest photo, in rows. */
#define MAX_REACH 32

/* Heights at which a row of the disc is measured. */
#define CHORD_SAMPLES 8

/* The copies: 2 · reach + 1 rows of AG_COLOUR_CHANNELS × stride values, row y at y modulo their
 * number. */
typedef struct ring {
    ag_rows from;
    int reach;     /* rows and columns that a pixel's light may travel */
    int taken;     /* rows copied so far */
    size_t stride; /* of a channel: the photo's width and twice the padding */
    size_t pad;    /* values before the first pixel */
    float *values; /* owned */
    float *fresh;  /* one row as it comes; within values */
} ring;

/* A stroke: one pixel for each step along the axis that it is longer on. */
typedef struct stroke {
    double half;        /* of its length along that axis */
    double right, down; /* of a step; one of them is ±1 */
} stroke;

/* One row of a disc: from the pixel's own column, whole pixels either way, and a part of the next.
 */
typedef struct chord {
    size_t whole;
    double part;
    double weight; /* below 1 where the chord is shorter than a pixel */
} chord;

typedef struct motion {
    ring ring;
    stroke stroke;
    int next_row;
} motion;

typedef struct defocus {
    ring ring;                   /* its rows are summed from the left */
    chord chords[MAX_REACH + 1]; /* by the distance from the disc's middle */
    double area;
    int next_row;
} defocus;

struct ag_lens_blur {
    motion motion;
    defocus defocus;
    ag_rows rows; /* the last in the chain */
};

void ag_lens_draw(ag_lens *lens, ag_dice *dice, const ag_level *level, uint32_t side_px)
{
    double motion_px = ag_dice_uniform(dice, 0, level->motion * side_px);
    lens->motion_px = ag_dice_chance(dice, level->motion_chance) ? motion_px : 0;
    lens->motion_deg = ag_dice_uniform(dice, 0, 180);
    lens->defocus_px = ag_dice_uniform(dice, 0, level->defocus * side_px);
}

static ag_status ring_init(ring *out, ag_rows from, int reach, ag_err *err)
{
    ring r = {.from = from, .reach = reach, .pad = (size_t)reach + 2};
    size_t rows = 2 * (size_t)reach + 1;
    r.stride = from.width_px + 2 * r.pad;
    r.values = ag_try_aligned((rows + 1) * AG_COLOUR_CHANNELS, r.stride * sizeof(float));
    if (!r.values)
        return ag_err_set(err, AG_ENOMEM, "No memory to blur a photo");
    r.fresh = r.values + rows * AG_COLOUR_CHANNELS * r.stride;
    *out = r;
    return AG_OK;
}

/* A channel of a copied row, from its padding on; rows beyond the photo are like its last. */
static float *ring_row(const ring *r, int y, int channel)
{
    int last = (int)r->from.height_px - 1;
    int row = (y < 0 ? 0 : y > last ? last : y) % (2 * r->reach + 1);
    return r->values + (size_t)(row * AG_COLOUR_CHANNELS + channel) * r->stride;
}

static void ring_take(ring *r)
{
    size_t width = r->from.width_px;
    r->from.next(r->from.maker, r->fresh);
    for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
        const float *from = r->fresh + (size_t)c * width;
        float *to = ring_row(r, r->taken, c);
        for (size_t i = 0; i < r->pad; i++) {
            to[i] = from[0];
            to[r->pad + width + i] = from[width - 1];
        }
        memcpy(to + r->pad, from, width * sizeof *to);
    }
    r->taken++;
}

/* There are rows that row y needs and that were not taken yet. */
static bool ring_lacks(const ring *r, int y)
{
    return r->taken <= y + r->reach && r->taken < (int)r->from.height_px;
}

static stroke make_stroke(const ag_lens *lens)
{
    double x = ag_maths_cos(lens->motion_deg * (AG_MATHS_PI / 180));
    double y = ag_maths_sin(lens->motion_deg * (AG_MATHS_PI / 180));
    double longer = fmax(fabs(x), fabs(y));
    return (stroke){lens->motion_px * longer / 2, x / longer, y / longer};
}

static void add(float *restrict sum, const float *restrict values, float weight, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += weight * values[i];
}

static void smear_next(void *maker, float *row)
{
    motion *m = maker;
    const stroke *s = &m->stroke;
    size_t width = m->ring.from.width_px;
    while (ring_lacks(&m->ring, m->next_row))
        ring_take(&m->ring);
    memset(row, 0, width * AG_COLOUR_CHANNELS * sizeof *row);
    for (int i = -m->ring.reach; i <= m->ring.reach; i++) {
        double weight = fmin(s->half + 0.5 - abs(i), 1) / (2 * s->half);
        int right = (int)floor(i * s->right + 0.5), down = (int)floor(i * s->down + 0.5);
        for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
            const float *from = ring_row(&m->ring, m->next_row + down, c) + m->ring.pad;
            add(row + (size_t)c * width, from + right, (float)weight, width);
        }
    }
    m->next_row++;
}

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

static void make_disc(defocus *d, double radius)
{
    for (int i = 0; i <= d->ring.reach; i++) {
        const chord *c = &d->chords[i];
        d->chords[i] = make_chord(radius, i);
        d->area += (i > 0 ? 2 : 1) * c->weight * (1 + 2 * ((double)c->whole + c->part));
    }
}

/* Replace the copy of a row by sums from the left. The three chains do not wait for each other. */
static void sum_up(const ring *r, int y)
{
    float *red = ring_row(r, y, 0), *green = ring_row(r, y, 1), *blue = ring_row(r, y, 2);
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

static void spread_next(void *maker, float *row)
{
    defocus *d = maker;
    size_t width = d->ring.from.width_px;
    while (ring_lacks(&d->ring, d->next_row)) {
        ring_take(&d->ring);
        sum_up(&d->ring, d->ring.taken - 1);
    }
    memset(row, 0, width * AG_COLOUR_CHANNELS * sizeof *row);
    for (int down = -d->ring.reach; down <= d->ring.reach; down++)
        for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
            const float *from = ring_row(&d->ring, d->next_row + down, c) + d->ring.pad;
            add_chord(row + (size_t)c * width, from, width, &d->chords[abs(down)], 1 / d->area);
        }
    d->next_row++;
}

/* Put the phone's motion at the end of the chain. */
static ag_status add_motion(ag_lens_blur *blur, const ag_lens *lens, ag_err *err)
{
    motion *m = &blur->motion;
    m->stroke = make_stroke(lens);
    int reach = (int)ceil(m->stroke.half - 0.5);
    ag_status status = ring_init(&m->ring, blur->rows, reach, err);
    blur->rows.maker = m;
    blur->rows.next = smear_next;
    return status;
}

static ag_status add_defocus(ag_lens_blur *blur, const ag_lens *lens, ag_err *err)
{
    defocus *d = &blur->defocus;
    int reach = (int)ceil(lens->defocus_px - 0.5);
    ag_status status = ring_init(&d->ring, blur->rows, reach, err);
    make_disc(d, lens->defocus_px);
    blur->rows.maker = d;
    blur->rows.next = spread_next;
    return status;
}

ag_status ag_lens_blur_create(ag_lens_blur **out, const ag_lens *lens, ag_rows rows, ag_err *err)
{
    ag_lens_blur *blur = ag_xcalloc(1, sizeof *blur);
    blur->rows = rows;
    ag_status status = AG_OK;
    if (lens->motion_px > MIN_MOTION_PX)
        status = add_motion(blur, lens, err);
    if (status == AG_OK && lens->defocus_px > MIN_DEFOCUS_PX)
        status = add_defocus(blur, lens, err);
    if (status)
        ag_lens_blur_destroy(blur);
    else
        *out = blur;
    return status;
}

void ag_lens_blur_destroy(ag_lens_blur *blur)
{
    if (!blur)
        return;
    free(blur->motion.ring.values);
    free(blur->defocus.ring.values);
    free(blur);
}

ag_rows ag_lens_blur_rows(const ag_lens_blur *blur)
{
    return blur->rows;
}
