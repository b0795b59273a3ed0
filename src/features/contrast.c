/* Mean and deviation are taken over blocks of 8 × 8 pixels, summed over a window of blocks, and
 * interpolated between the blocks' middles: the cost of one pass over the plane. */
#include "features/contrast.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK_PX 8

/* A window's side, as a part of the picture's longer side. */
static const double WINDOW = 1.0 / 6.0;
/* What a neighbourhood's deviation becomes, and what is added to it before: below that it is noise.
 */
static const float DEVIATION = 48, NOISE = 3;

typedef struct moments {
    float sum, squares, count;
} moments;

/* Two neighbouring blocks, and how much the second counts. */
typedef struct between {
    uint32_t first, second;
    float weight; /* 0…1 */
} between;

typedef struct blocks {
    size_t columns, rows;
    moments *cells;               /* rows × columns */
    moments *line;                /* the longer of both, scratch */
    float *mean, *gain;           /* rows × columns */
    float *line_mean, *line_gain; /* columns: those of one row of pixels */
    float *row_mean, *row_gain;   /* one for each pixel of a row */
    between *along;               /* likewise */
} blocks;

static moments measure(const ag_plane *plane, size_t column, size_t row)
{
    const size_t left = column * BLOCK_PX, top = row * BLOCK_PX;
    const size_t right = left + BLOCK_PX < plane->width ? left + BLOCK_PX : plane->width;
    const size_t bottom = top + BLOCK_PX < plane->height ? top + BLOCK_PX : plane->height;
    uint32_t sum = 0, squares = 0;
    for (size_t y = top; y < bottom; y++) {
        for (size_t x = left; x < right; x++) {
            const uint32_t value = plane->pixels[y * plane->stride + x];
            sum += value;
            squares += value * value;
        }
    }
    return (moments){(float)sum, (float)squares, (float)((right - left) * (bottom - top))};
}

static void add(moments *to, const moments *what, float sign)
{
    to->sum += sign * what->sum;
    to->squares += sign * what->squares;
    to->count += sign * what->count;
}

/* Every cell of a line becomes the sum of those at most `reach` away. */
static void sum_line(moments *cells, size_t step, size_t count, size_t reach, moments *line)
{
    for (size_t i = 0; i < count; i++)
        line[i] = cells[i * step];
    moments sum = {0};
    for (size_t i = 0; i < count && i < reach; i++)
        add(&sum, &line[i], 1);
    for (size_t i = 0; i < count; i++) {
        if (i + reach < count)
            add(&sum, &line[i + reach], 1);
        if (i > reach)
            add(&sum, &line[i - reach - 1], -1);
        cells[i * step] = sum;
    }
}

static void sum_windows(blocks *b, size_t reach)
{
    for (size_t row = 0; row < b->rows; row++)
        sum_line(b->cells + row * b->columns, 1, b->columns, reach, b->line);
    for (size_t column = 0; column < b->columns; column++)
        sum_line(b->cells + column, b->columns, b->rows, reach, b->line);
    for (size_t i = 0; i < b->rows * b->columns; i++) {
        const moments *m = &b->cells[i];
        const float mean = m->sum / m->count;
        const float variance = m->squares / m->count - mean * mean;
        b->mean[i] = mean;
        b->gain[i] = DEVIATION / (sqrtf(variance > 0 ? variance : 0) + NOISE);
    }
}

/* The two blocks whose middles are on either side of a pixel, and how near the second is. */
static between place_between(size_t px, size_t count)
{
    const float at = ((float)px + 0.5F) / BLOCK_PX - 0.5F;
    const float clamped = at < 0 ? 0 : at;
    const size_t first = (size_t)clamped < count ? (size_t)clamped : count - 1;
    return (between){
        .first = (uint32_t)first,
        .second = (uint32_t)(first + 1 < count ? first + 1 : first),
        .weight = clamped - (float)first,
    };
}

static float mix(const float *values, const between *at)
{
    return values[at->first] + at->weight * (values[at->second] - values[at->first]);
}

/* Mean and gain at the pixels of row y. */
static void interpolate(blocks *b, size_t y, size_t width)
{
    const between down = place_between(y, b->rows);
    const size_t top = down.first * b->columns, bottom = down.second * b->columns;
    for (size_t i = 0; i < b->columns; i++) {
        b->line_mean[i] = b->mean[top + i] + down.weight * (b->mean[bottom + i] - b->mean[top + i]);
        b->line_gain[i] = b->gain[top + i] + down.weight * (b->gain[bottom + i] - b->gain[top + i]);
    }
    for (size_t x = 0; x < width; x++) {
        b->row_mean[x] = mix(b->line_mean, &b->along[x]);
        b->row_gain[x] = mix(b->line_gain, &b->along[x]);
    }
}

static ag_status blocks_init(blocks *b, const ag_plane *plane, ag_err *err)
{
    b->columns = (plane->width + BLOCK_PX - 1) / BLOCK_PX;
    b->rows = (plane->height + BLOCK_PX - 1) / BLOCK_PX;
    const size_t count = b->columns * b->rows;
    b->cells = ag_try_malloc(count, sizeof *b->cells);
    b->line = ag_try_malloc(b->columns + b->rows, sizeof *b->line);
    b->mean = ag_try_malloc(count, sizeof *b->mean);
    b->gain = ag_try_malloc(count, sizeof *b->gain);
    b->line_mean = ag_try_malloc(b->columns, sizeof *b->line_mean);
    b->line_gain = ag_try_malloc(b->columns, sizeof *b->line_gain);
    b->along = ag_try_malloc(plane->width, sizeof *b->along);
    b->row_mean = ag_try_malloc(plane->width, sizeof *b->row_mean);
    b->row_gain = ag_try_malloc(plane->width, sizeof *b->row_gain);
    if (!b->cells || !b->line || !b->mean || !b->gain || !b->line_mean || !b->line_gain ||
        !b->along || !b->row_mean || !b->row_gain)
        return ag_err_set(err, AG_ENOMEM, "not enough memory to even out a picture's contrast");
    for (size_t x = 0; x < plane->width; x++)
        b->along[x] = place_between(x, b->columns);
    return AG_OK;
}

static void blocks_fini(blocks *b)
{
    free(b->cells);
    free(b->line);
    free(b->mean);
    free(b->gain);
    free(b->line_mean);
    free(b->line_gain);
    free(b->along);
    free(b->row_mean);
    free(b->row_gain);
}

ag_status ag_contrast_even_out(const ag_plane *plane, const ag_plane_kernels *kernels, ag_err *err)
{
    blocks b = {0};
    ag_status status = blocks_init(&b, plane, err);
    if (status) {
        blocks_fini(&b);
        return status;
    }
    for (size_t row = 0; row < b.rows; row++)
        for (size_t column = 0; column < b.columns; column++)
            b.cells[row * b.columns + column] = measure(plane, column, row);
    const uint32_t longer = plane->width > plane->height ? plane->width : plane->height;
    sum_windows(&b, (size_t)(longer * WINDOW / 2 / BLOCK_PX));
    for (size_t y = 0; y < plane->height; y++) {
        uint8_t *row = plane->pixels + y * plane->stride;
        interpolate(&b, y, plane->width);
        kernels->even_out(row, row, b.row_mean, b.row_gain, plane->width);
    }
    blocks_fini(&b);
    return AG_OK;
}
