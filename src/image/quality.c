#include "image/quality.h"

#include "base/memory.h"
#include "image/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A very long strip keeps at least this many pixels across, for the Laplacian to have neighbours.
 */
#define MIN_SIDE_PX 8

/* Chosen by measurement. 24 paintings, dark Rembrandts among them, measure a deviation of at least
 * 14 and a sharpness of at least 80; 192 simulated visitors' photos of them, most of the hardest
 * level, at least 10 and 16. Blurred until no stroke is left (Gaussian, 1/128 of the picture's
 * longer side), the same paintings are between 2.8 and 11.3, and at most 0.016 of their squared
 * deviation, where the sharp ones have 0.07 and more. A photo must miss both blur limits to be
 * refused: the first alone would refuse sharp photos in poor light. */
#define DARK_MEAN   20.0
#define BRIGHT_MEAN 235.0
#define EXTREME_DEVIATION                                                                          \
    10.0 /* a dark or bright photo with more contrast still shows something                        \
          */
#define MIN_DEVIATION              4.0
#define MIN_SHARPNESS              12.0
#define MIN_SHARPNESS_PER_VARIANCE 0.04

/* Luma only, row by row. */
typedef struct plane {
    uint8_t *luma; /* owned */
    size_t width;
    size_t height;
} plane;

static uint32_t shrunk_side(uint32_t side_px, uint32_t longer_px)
{
    uint32_t shrunk = (uint32_t)((uint64_t)side_px * AG_QUALITY_SIDE_PX / longer_px);
    uint32_t least = side_px < MIN_SIDE_PX ? side_px : MIN_SIDE_PX;
    return shrunk < least ? least : shrunk;
}

static ag_status normalise(plane *out, const ag_image *image, ag_err *err)
{
    uint32_t longer_px = image->width_px > image->height_px ? image->width_px : image->height_px;
    if (longer_px < AG_QUALITY_SIDE_PX)
        longer_px = AG_QUALITY_SIDE_PX;
    ag_image small;
    ag_status status = ag_resample_resize(&small, image, shrunk_side(image->width_px, longer_px),
                                          shrunk_side(image->height_px, longer_px), err);
    if (status)
        return status;
    /* In place: a pixel's luma is written where the pixels before it were. */
    size_t pixels = (size_t)small.width_px * small.height_px;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *p = small.rgb + 3 * i;
        small.rgb[i] = (uint8_t)((p[0] * 77 + p[1] * 150 + p[2] * 29 + 128) >> 8);
    }
    *out = (plane){small.rgb, small.width_px, small.height_px};
    return AG_OK;
}

/* Sums from which mean and variance follow. */
typedef struct moments {
    int64_t count, sum, squares;
} moments;

static void add(moments *m, int value)
{
    m->count++;
    m->sum += value;
    m->squares += value * value;
}

static double mean(const moments *m)
{
    return m->count ? (double)m->sum / (double)m->count : 0.0;
}

static double variance(const moments *m)
{
    double mu = mean(m);
    return m->count ? (double)m->squares / (double)m->count - mu * mu : 0.0;
}

static moments measure_luma(const plane *p)
{
    moments m = {0};
    for (size_t i = 0; i < p->width * p->height; i++)
        add(&m, p->luma[i]);
    return m;
}

static moments measure_laplacian(const plane *p)
{
    moments m = {0};
    for (size_t y = 1; y + 1 < p->height; y++) {
        const uint8_t *row = p->luma + y * p->width;
        for (size_t x = 1; x + 1 < p->width; x++)
            add(&m, row[x - 1] + row[x + 1] + row[x - p->width] + row[x + p->width] - 4 * row[x]);
    }
    return m;
}

ag_status ag_quality_measure(ag_quality *out, const ag_image *image, ag_err *err)
{
    plane p;
    ag_status status = normalise(&p, image, err);
    if (status)
        return status;
    moments luma = measure_luma(&p);
    moments laplacian = measure_laplacian(&p);
    free(p.luma);
    *out = (ag_quality){
        .mean = mean(&luma),
        .deviation = sqrt(variance(&luma)),
        .sharpness = variance(&laplacian),
    };
    return AG_OK;
}

ag_status ag_quality_check(const ag_quality *quality, ag_err *err)
{
    double contrast = quality->deviation * quality->deviation;
    bool is_pale = quality->deviation < EXTREME_DEVIATION;
    if (is_pale && quality->mean < DARK_MEAN)
        return ag_err_set_code(err, AG_EQUALITY, "image_too_dark",
                               "The photo is too dark; find more light and try again");
    if (is_pale && quality->mean > BRIGHT_MEAN)
        return ag_err_set_code(err, AG_EQUALITY, "image_too_bright",
                               "The photo is nearly white; step out of the glare and try again");
    if (quality->deviation < MIN_DEVIATION)
        return ag_err_set_code(err, AG_EQUALITY, "image_no_detail",
                               "There is nothing to see on the photo; point at the whole artwork");
    if (quality->sharpness < MIN_SHARPNESS &&
        quality->sharpness < MIN_SHARPNESS_PER_VARIANCE * contrast)
        return ag_err_set_code(err, AG_EQUALITY, "image_too_blurred",
                               "The photo is too blurred; hold still and let the camera focus");
    return AG_OK;
}
