#include "features/corners.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Candidates looked at in one plane; a plane of pure noise has more. */
#define MAX_CANDIDATES 60000

/* Cells of the grid over which corners are spread, along the longer side. */
#define CELLS 12

/* A cell gets at most this many times its even share, before what is left goes to the best. */
static const double SHARE = 2.0;

struct ag_corner_finder {
    const ag_plane_kernels *kernels;
    ag_corner *candidates; /* MAX_CANDIDATES */
    uint8_t *rows[3];      /* scores of three rows */
};

ag_status ag_corner_finder_create(ag_corner_finder **out, size_t side_px,
                                  const ag_plane_kernels *kernels, ag_err *err)
{
    ag_corner_finder *finder = ag_xcalloc(1, sizeof *finder);
    finder->kernels = kernels;
    for (size_t i = 0; i < 3; i++)
        finder->rows[i] = ag_try_malloc(side_px + AG_PLANE_SLACK, 1);
    finder->candidates = ag_try_malloc(MAX_CANDIDATES, sizeof *finder->candidates);
    if (!finder->rows[0] || !finder->rows[1] || !finder->rows[2] || !finder->candidates) {
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
    for (size_t i = 0; i < 3; i++)
        free(finder->rows[i]);
    free(finder->candidates);
    free(finder);
}

/* Is it the best of its eight neighbours? Of equals the first wins. */
static bool is_peak(const uint8_t *const rows[3], size_t x)
{
    const uint8_t s = rows[1][x];
    const uint8_t *above = rows[0] + x, *here = rows[1] + x, *below = rows[2] + x;
    return s > above[-1] && s > above[0] && s > above[1] && s > here[-1] && s >= here[1] &&
           s >= below[-1] && s >= below[0] && s >= below[1];
}

/* Corners of row y that are peaks, behind the `count` candidates there are; returns how many then.
 */
static size_t collect_row(ag_corner_finder *finder, size_t count, const ag_plane *plane, uint32_t y,
                          const ag_corner_options *options)
{
    const uint8_t *const rows[3] = {finder->rows[(y + 2) % 3], finder->rows[y % 3],
                                    finder->rows[(y + 1) % 3]};
    const uint8_t *pixels = plane->pixels + y * plane->stride;
    const uint32_t end = plane->width - options->border_px;
    for (uint32_t x = options->border_px; x < end && count < MAX_CANDIDATES; x++)
        if (rows[1][x] >= options->threshold && is_peak(rows, x))
            finder->candidates[count++] =
                (ag_corner){(uint16_t)x, (uint16_t)y,
                            finder->kernels->harris(pixels + x, (ptrdiff_t)plane->stride)};
    return count;
}

/* Scores are needed of three rows at a time: y is in rows[y % 3]. */
static size_t collect(ag_corner_finder *finder, const ag_plane *plane,
                      const ag_corner_options *options)
{
    const uint32_t first = options->border_px, end = plane->height - options->border_px;
    size_t count = 0;
    for (uint32_t y = first - 1; y <= first; y++)
        finder->kernels->corners(finder->rows[y % 3], plane, y);
    for (uint32_t y = first; y < end; y++) {
        finder->kernels->corners(finder->rows[(y + 1) % 3], plane, y + 1);
        count = collect_row(finder, count, plane, y, options);
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
    const size_t count = collect(finder, plane, options);
    qsort(finder->candidates, count, sizeof *finder->candidates, compare_corners);
    return spread(finder, corners, count, plane, options->max_corners);
}
