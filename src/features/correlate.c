#include "features/correlate.h"

#include <math.h>
#include <stdbool.h>

/* Cells along each side of the reference, and samples along each side of a cell. */
#define CELLS   8
#define SAMPLES 6

/* Cells that must be in the photo for a verdict. */
#define MIN_CELLS 12

/* Sums over the samples of a cell. */
typedef struct sums {
    double n, a, b, aa, bb, ab;
} sums;

/* The grey copy's value at a point in units of the longer side, between its pixels; false outside.
 */
static bool value_at(double *out, const ag_feature_set *set, const double at[2])
{
    const double longer =
        set->grey_width_px > set->grey_height_px ? set->grey_width_px : set->grey_height_px;
    const double x = at[0] * longer - 0.5, y = at[1] * longer - 0.5;
    if (!(x >= 0) || !(y >= 0) || x >= set->grey_width_px - 1 || y >= set->grey_height_px - 1)
        return false;
    const size_t left = (size_t)x, top = (size_t)y, width = set->grey_width_px;
    const double u = x - (double)left, v = y - (double)top;
    const uint8_t *p = set->grey + top * width + left;
    *out = (1 - v) * ((1 - u) * p[0] + u * p[1]) + v * ((1 - u) * p[width] + u * p[width + 1]);
    return true;
}

static void add(sums *s, double a, double b)
{
    s->n++;
    s->a += a;
    s->b += b;
    s->aa += a * a;
    s->bb += b * b;
    s->ab += a * b;
}

/* Correlation of a cell's samples; false where too few are in the photo. */
static bool correlation(double *out, const sums *s)
{
    if (s->n < SAMPLES * SAMPLES * 3 / 4)
        return false;
    const double noise = 9 * s->n; /* flat cells correlate with nothing */
    const double aa = s->aa - s->a * s->a / s->n, bb = s->bb - s->b * s->b / s->n;
    *out = (s->ab - s->a * s->b / s->n) / sqrt((aa + noise) * (bb + noise));
    return true;
}

static void sum_cell(sums *out, const ag_feature_set *photo, const ag_feature_set *reference,
                     const ag_homography *h, size_t cell)
{
    const double longer = reference->grey_width_px > reference->grey_height_px
                              ? reference->grey_width_px
                              : reference->grey_height_px;
    const double width = reference->grey_width_px / longer;
    const double height = reference->grey_height_px / longer;
    for (size_t i = 0; i < SAMPLES * SAMPLES; i++) {
        const double column = (double)(cell % CELLS) + ((double)(i % SAMPLES) + 0.5) / SAMPLES;
        const double row = (double)(cell / CELLS) + ((double)(i / SAMPLES) + 0.5) / SAMPLES;
        const double from[2] = {column / CELLS * width, row / CELLS * height};
        double to[2], a, b;
        if (value_at(&a, reference, from) && ag_homography_apply(to, h, from) &&
            value_at(&b, photo, to))
            add(out, a, b);
    }
}

double ag_correlate(const ag_feature_set *photo, const ag_feature_set *reference,
                    const ag_homography *h)
{
    if (!photo->grey || !reference->grey)
        return 0;
    double sum = 0;
    size_t cells = 0;
    for (size_t cell = 0; cell < CELLS * CELLS; cell++) {
        sums s = {0};
        double c;
        sum_cell(&s, photo, reference, h, cell);
        if (correlation(&c, &s)) {
            sum += c;
            cells++;
        }
    }
    return cells >= MIN_CELLS ? sum / (double)cells : 0;
}
