#include "features/corners.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Candidates looked at in one plane; a plane of pure noise has more. */
#define MAX_CANDIDATES 60000

/* Cells of the grid over which corners are spread, along the longer side. */
#define CELLS 12

/* A cell gets at most this many times its even share, before what is left goes to the best. */
static const double SHARE = 2.0;

struct ag_corner_finder {
    const ag_plane_kernels *kernels;
    uint8_t *row;          /* flags of one row */
    uint8_t *scores;       /* side × side: 0 where no corner is */
    ag_corner *candidates; /* MAX_CANDIDATES */
    size_t side;
};

ag_status ag_corner_finder_create(ag_corner_finder **out, size_t side_px,
                                  const ag_plane_kernels *kernels, ag_err *err)
{
    ag_corner_finder *finder = ag_xcalloc(1, sizeof *finder);
    finder->kernels = kernels;
    finder->side = side_px;
    finder->row = ag_try_malloc(side_px + AG_PLANE_SLACK, 1);
    finder->scores = ag_try_malloc(side_px, side_px);
    finder->candidates = ag_try_malloc(MAX_CANDIDATES, sizeof *finder->candidates);
    if (!finder->row || !finder->scores || !finder->candidates) {
        ag_corner_finder_destroy(finder);
        return ag_err_set(err, AG_ENOMEM, "not enough memory to find a picture's corners");
    }
    *out = finder;
    return AG_OK;
}

void ag_corner_finder_destroy(ag_corner_finder *finder)
{
    if (!finder)
        return;
    free(finder->row);
    free(finder->scores);
    free(finder->candidates);
    free(finder);
}

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

static int max_of(int a, int b)
{
    return a > b ? a : b;
}

/* The largest threshold at which a corner still is one: over all runs of 9, the best of the worst
 * difference. */
static uint8_t corner_score(const uint8_t *p, ptrdiff_t stride)
{
    int difference[25];
    for (size_t i = 0; i < 25; i++) {
        const int8_t *at = AG_PLANE_CIRCLE[i % 16];
        difference[i] = p[0] - p[at[1] * stride + at[0]];
    }
    int best = 0;
    for (size_t start = 0; start < 16; start++) {
        int lowest = difference[start], highest = difference[start];
        for (size_t i = start + 1; i < start + 9; i++) {
            lowest = min_of(lowest, difference[i]);
            highest = max_of(highest, difference[i]);
        }
        best = max_of(best, max_of(lowest, -highest));
    }
    return (uint8_t)min_of(best, 255);
}

/* Harris response over 7 × 7 pixels, gradients by Sobel's operator. */
static float harris(const uint8_t *middle, ptrdiff_t stride)
{
    int32_t xx = 0, yy = 0, xy = 0;
    for (ptrdiff_t dy = -3; dy <= 3; dy++) {
        const uint8_t *p = middle + dy * stride - 3;
        for (size_t i = 0; i < 7; i++, p++) {
            const int gx = 2 * (p[1] - p[-1]) + p[1 - stride] - p[-1 - stride] + p[1 + stride] -
                           p[-1 + stride];
            const int gy = 2 * (p[stride] - p[-stride]) + p[stride - 1] - p[-stride - 1] +
                           p[stride + 1] - p[-stride + 1];
            xx += gx * gx;
            yy += gy * gy;
            xy += gx * gy;
        }
    }
    const float a = (float)xx, b = (float)yy, c = (float)xy;
    return a * b - c * c - 0.04F * (a + b) * (a + b);
}

/* Score every corner inside the border. */
static void score_rows(ag_corner_finder *finder, const ag_plane *plane,
                       const ag_corner_options *options)
{
    const uint32_t border = options->border_px;
    for (uint32_t y = border; y + border < plane->height; y++) {
        uint8_t *scores = finder->scores + y * plane->width;
        finder->kernels->corners(finder->row, plane, y, options->threshold);
        for (uint32_t x = border; x + border < plane->width; x++)
            if (finder->row[x])
                scores[x] =
                    corner_score(plane->pixels + y * plane->stride + x, (ptrdiff_t)plane->stride);
    }
}

/* Is it the best of its eight neighbours? Of equals the first wins. */
static bool is_peak(const uint8_t *score, ptrdiff_t width)
{
    const uint8_t s = *score;
    const uint8_t *above = score - width, *below = score + width;
    return s > above[-1] && s > above[0] && s > above[1] && s > score[-1] && s >= score[1] &&
           s >= below[-1] && s >= below[0] && s >= below[1];
}

static size_t collect_peaks(ag_corner_finder *finder, const ag_plane *plane, uint32_t border)
{
    size_t count = 0;
    for (uint32_t y = border; y + border < plane->height; y++) {
        const uint8_t *scores = finder->scores + y * plane->width;
        for (uint32_t x = border; x + border < plane->width && count < MAX_CANDIDATES; x++)
            if (scores[x] && is_peak(scores + x, plane->width))
                finder->candidates[count++] = (ag_corner){
                    (uint16_t)x, (uint16_t)y,
                    harris(plane->pixels + y * plane->stride + x, (ptrdiff_t)plane->stride)};
    }
    return count;
}

/* Best first; equals by place, so that every machine has the same order. */
static int compare_corners(const void *left, const void *right)
{
    const ag_corner *a = left, *b = right;
    if (a->response != b->response)
        return a->response < b->response ? 1 : -1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return a->x < b->x ? -1 : a->x > b->x;
}

/* Take the best candidates, first those of cells that have not had their share, then any. */
static size_t spread(const ag_corner_finder *finder, ag_corner *corners, size_t count,
                     const ag_plane *plane, size_t wanted)
{
    uint16_t taken[CELLS * CELLS] = {0};
    const uint32_t longer = plane->width > plane->height ? plane->width : plane->height;
    const uint32_t cell_px = (longer + CELLS - 1) / CELLS;
    const double cells = ((double)plane->width / cell_px) * ((double)plane->height / cell_px);
    const unsigned share = (unsigned)ceil(SHARE * (double)wanted / cells);
    ag_corner *candidates = finder->candidates;
    size_t found = 0, left = 0;
    for (size_t i = 0; i < count && found < wanted; i++) {
        const size_t cell = candidates[i].y / cell_px * CELLS + candidates[i].x / cell_px;
        if (taken[cell]++ < share)
            corners[found++] = candidates[i];
        else
            candidates[left++] = candidates[i];
    }
    for (size_t i = 0; i < left && found < wanted; i++)
        corners[found++] = candidates[i];
    return found;
}

size_t ag_corner_finder_run(ag_corner_finder *finder, ag_corner *corners, const ag_plane *plane,
                            const ag_corner_options *options)
{
    if (plane->width <= 2 * options->border_px || plane->height <= 2 * options->border_px)
        return 0;
    memset(finder->scores, 0, (size_t)plane->width * plane->height);
    score_rows(finder, plane, options);
    const size_t count = collect_peaks(finder, plane, options->border_px);
    qsort(finder->candidates, count, sizeof *finder->candidates, compare_corners);
    return spread(finder, corners, count, plane, options->max_corners);
}
