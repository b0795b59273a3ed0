/* Pillow's resampling (its ImagingResample): weights of the bicubic filter with a = -0.5, stretched
 * by the factor of shrinking so that it is also the antialiasing filter, normalised in double
 * precision, rounded to 22 bits; a horizontal pass to 8 bits, then a vertical one. Each step rounds
 * as Pillow's does: the results are equal, not near. */
#include "image/resample.h"

#include "base/memory.h"
#include "image/resample_kernels.h"

#include <math.h>
#include <stdlib.h>

#define CHANNELS 3

/* Bicubic reaches two inputs to each side. */
#define FILTER_SUPPORT 2.0

/* Rows of intermediate pixels start on cache lines. */
#define ROW_ALIGNMENT 64

/* Outputs [first, first + count) of resizing `inputs` pixels to `outputs`. */
typedef struct axis_range {
    uint32_t inputs, outputs;
    uint32_t first, count;
} axis_range;

/* Keys (1981), "Cubic convolution interpolation for digital image processing", with a = -0.5. */
static double bicubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0)
        return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
}

/* The weights of output `output`, normalised, into weights; returns which inputs they are for. */
static ag_resample_span weigh(double *weights, const axis_range *range, uint32_t output)
{
    double scale = (double)range->inputs / range->outputs;
    double stretch = scale < 1.0 ? 1.0 : scale;
    double support = FILTER_SUPPORT * stretch;
    double centre = (output + 0.5) * scale;
    int first = (int)(centre - support + 0.5);
    int end = (int)(centre + support + 0.5);
    if (first < 0)
        first = 0;
    if (end > (int)range->inputs)
        end = (int)range->inputs;
    double sum = 0.0;
    /* Multiplying by the reciprocal, as Pillow does, rounds otherwise than dividing. */
    double unstretch = 1.0 / stretch;
    for (int i = first; i < end; i++) {
        weights[i - first] = bicubic((i - centre + 0.5) * unstretch);
        sum += weights[i - first];
    }
    for (int i = first; i < end && sum != 0.0; i++)
        weights[i - first] /= sum;
    return (ag_resample_span){(uint32_t)first, (uint32_t)(end - first)};
}

static int32_t to_fixed(double weight)
{
    double scaled = weight * (1 << AG_RESAMPLE_WEIGHT_BITS);
    return (int32_t)(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

static int32_t pair_up(int32_t first, int32_t second)
{
    return (int32_t)((uint32_t)(first & 0xFFFF) | (uint32_t)second << 16);
}

/* From a group's weights its words in ag_resample_axis.pairs. */
static void split_group(int32_t *pairs, const int32_t *w)
{
    const int32_t low = 0x7FFF;
    pairs[0] = pair_up(w[0] >> 15, w[1] >> 15);
    pairs[1] = pair_up(w[2] >> 15, w[3] >> 15);
    pairs[2] = pair_up(w[0] & low, w[1] & low);
    pairs[3] = pair_up(w[2] & low, w[3] & low);
}

static void axis_fini(ag_resample_axis *axis)
{
    free(axis->spans);
    free(axis->weights);
    free(axis->pairs);
}

static ag_status axis_init(ag_resample_axis *out, const axis_range *range, ag_err *err)
{
    double scale = (double)range->inputs / range->outputs;
    size_t reach = (size_t)ceil(FILTER_SUPPORT * (scale < 1.0 ? 1.0 : scale)) * 2 + 1;
    size_t stride = (reach + AG_RESAMPLE_GROUP - 1) / AG_RESAMPLE_GROUP * AG_RESAMPLE_GROUP;
    double *exact = ag_try_malloc(stride, sizeof *exact);
    ag_resample_axis axis = {
        .outputs = range->count,
        .stride = stride,
        .spans = ag_try_malloc(range->count, sizeof *axis.spans),
        .weights = ag_try_aligned(range->count * stride, sizeof *axis.weights),
        .pairs = ag_try_aligned(range->count * stride, sizeof *axis.pairs),
    };
    if (!exact || !axis.spans || !axis.weights || !axis.pairs) {
        axis_fini(&axis);
        free(exact);
        return ag_err_set(err, AG_ENOMEM, "No memory to resize the picture");
    }
    for (size_t i = 0; i < axis.outputs; i++) {
        int32_t *weights = axis.weights + i * stride;
        axis.spans[i] = weigh(exact, range, range->first + (uint32_t)i);
        for (size_t k = 0; k < stride; k++)
            weights[k] = k < axis.spans[i].length ? to_fixed(exact[k]) : 0;
        for (size_t k = 0; k < stride; k += AG_RESAMPLE_GROUP)
            split_group(axis.pairs + i * stride + k, weights + k);
    }
    free(exact);
    *out = axis;
    return AG_OK;
}

static const ag_resample_kernel *fastest_kernel(bool portable_only)
{
    const ag_resample_kernel *const *kernel = AG_RESAMPLE_KERNELS;
    while (kernel[1] && (portable_only || !(*kernel)->is_supported()))
        kernel++;
    return *kernel;
}

/* Rows [0, count) of out from those of in. */
static void horizontal_pass(const ag_resample_rows *out, const ag_resample_rows *in,
                            const ag_resample_axis *axis, size_t count,
                            const ag_resample_kernel *kernel)
{
    const ag_resample_kernel *portable = fastest_kernel(true);
    size_t y = 0;
    /* A row that follows is memory that a block may read into: the last rows are done without. */
    size_t spare_rows = kernel->overread_bytes / in->stride + (kernel->overread_bytes > 0);
    for (; y + kernel->block_rows + spare_rows <= count; y += kernel->block_rows)
        kernel->horizontal(out, in, axis, y);
    for (; y < count; y++)
        portable->horizontal(out, in, axis, y);
}

static ag_status run_passes(uint8_t *out, const ag_image *image, const ag_resample_axis *across,
                            ag_resample_axis *down, const ag_resample_kernel *kernel)
{
    /* Only the rows that the vertical pass will read, the last output's span being the last. */
    ag_resample_span last = down->spans[down->outputs - 1];
    uint32_t top = down->spans[0].first;
    size_t rows = last.first + last.length - top;
    for (size_t i = 0; i < down->outputs; i++)
        down->spans[i].first -= top;

    size_t width = across->outputs * CHANNELS;
    size_t stride =
        (width + kernel->overwrite_bytes + ROW_ALIGNMENT - 1) & ~(size_t)(ROW_ALIGNMENT - 1);
    uint8_t *between = ag_try_aligned(rows, stride);
    if (!between)
        return AG_ENOMEM;
    size_t in_stride = (size_t)image->width_px * CHANNELS;
    ag_resample_rows source = {image->rgb + top * in_stride, in_stride, in_stride};
    ag_resample_rows middle = {between, stride, width};
    ag_resample_rows result = {out, width, width};
    horizontal_pass(&middle, &source, across, rows, kernel);
    for (size_t y = 0; y < down->outputs; y++)
        kernel->vertical(&result, &middle, down, y);
    free(between);
    return AG_OK;
}

ag_status ag_resample_run(uint8_t *out, const ag_image *image, const ag_resample_window *window,
                          const ag_resample_kernel *kernel, ag_err *err)
{
    ag_resample_axis across = {0}, down = {0};
    axis_range x = {image->width_px, window->full_width, window->left, window->width};
    axis_range y = {image->height_px, window->full_height, window->top, window->height};
    ag_status status = axis_init(&across, &x, err);
    if (!status)
        status = axis_init(&down, &y, err);
    if (!status) {
        status = run_passes(out, image, &across, &down, kernel ? kernel : fastest_kernel(false));
        if (status)
            status = ag_err_set(err, status, "No memory to resize the picture");
    }
    axis_fini(&across);
    axis_fini(&down);
    return status;
}

ag_status ag_resample_clip_crop(uint8_t *crop, const ag_image *image, uint32_t side_px, ag_err *err)
{
    uint64_t width = image->width_px, height = image->height_px;
    uint64_t shorter = width < height ? width : height;
    ag_resample_window window = {
        .full_width = (uint32_t)(side_px * width / shorter),
        .full_height = (uint32_t)(side_px * height / shorter),
        .width = side_px,
        .height = side_px,
    };
    window.left = (window.full_width - side_px) / 2;
    window.top = (window.full_height - side_px) / 2;
    return ag_resample_run(crop, image, &window, NULL, err);
}

ag_status ag_resample_resize(ag_image *out, const ag_image *image, uint32_t width_px,
                             uint32_t height_px, ag_err *err)
{
    ag_image resized;
    ag_status status = ag_image_init(&resized, width_px, height_px, err);
    if (status)
        return status;
    ag_resample_window window = {width_px, height_px, 0, 0, width_px, height_px};
    status = ag_resample_run(resized.rgb, image, &window, NULL, err);
    if (status)
        ag_image_fini(&resized);
    else
        *out = resized;
    return status;
}
