#include "features/pyramid.h"

#include "base/memory.h"
#include "features/contrast.h"
#include "image/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_UP(value, to) (((value) + (to)-1) / (to) * (to))

/* A level's shorter side must have room for a patch. */
static const uint32_t MIN_SIDE_PX = 40;

struct ag_pyramid {
    const ag_plane_kernels *kernels;
    size_t first, present; /* first rung it has room for; first rung of the picture it holds */
    size_t stride;
    uint8_t *block; /* all planes */
    ag_pyramid_level levels[AG_PYRAMID_RUNGS];
    bool has_level[AG_PYRAMID_RUNGS];
    uint16_t *blur_scratch;
    uint8_t *row_scratch;
    uint32_t *axis_first;
    uint8_t *axis_weight;
};

uint32_t ag_pyramid_side_px(size_t rung)
{
    static const uint16_t SIDES[AG_PYRAMID_RUNGS] = {1024, 853, 711, 593, 494, 412, 343,
                                                     286,  238, 198, 165, 138, 115, 96};
    return SIDES[rung];
}

/* Bytes of one plane of a rung: as large as a square picture makes it. */
static size_t plane_bytes(const ag_pyramid *pyramid, size_t rung)
{
    return pyramid->stride * ag_pyramid_side_px(rung) + AG_PLANE_SLACK;
}

static void place_planes(ag_pyramid *pyramid)
{
    uint8_t *at = pyramid->block;
    for (size_t rung = pyramid->first; rung < AG_PYRAMID_RUNGS; rung++) {
        ag_pyramid_level *level = &pyramid->levels[rung];
        ag_plane *planes[] = {&level->sharp, &level->soft, &level->wide};
        for (size_t i = 0; i < 3; i++) {
            *planes[i] = (ag_plane){.pixels = at, .stride = pyramid->stride};
            at += plane_bytes(pyramid, rung);
        }
    }
}

ag_status ag_pyramid_create(ag_pyramid **out, size_t first, const ag_plane_kernels *kernels,
                            ag_err *err)
{
    ag_pyramid *pyramid = ag_xcalloc(1, sizeof *pyramid);
    pyramid->kernels = kernels;
    pyramid->first = first;
    pyramid->stride = ROUND_UP((size_t)ag_pyramid_side_px(first), AG_MEMORY_ALIGNMENT);
    size_t bytes = 0;
    for (size_t rung = first; rung < AG_PYRAMID_RUNGS; rung++)
        bytes += 3 * plane_bytes(pyramid, rung);
    pyramid->block = ag_try_aligned(bytes, 1);
    pyramid->blur_scratch = ag_try_malloc(pyramid->stride, sizeof(uint16_t));
    pyramid->row_scratch = ag_try_malloc(pyramid->stride + AG_PLANE_SLACK, 1);
    pyramid->axis_first = ag_try_malloc(pyramid->stride, sizeof(uint32_t));
    pyramid->axis_weight = ag_try_malloc(pyramid->stride, 1);
    if (!pyramid->block || !pyramid->blur_scratch || !pyramid->row_scratch ||
        !pyramid->axis_first || !pyramid->axis_weight) {
        ag_pyramid_destroy(pyramid);
        return ag_err_set(err, AG_ENOMEM, "not enough memory for a picture's pyramid");
    }
    memset(pyramid->block, 0, bytes);
    place_planes(pyramid);
    *out = pyramid;
    return AG_OK;
}

void ag_pyramid_destroy(ag_pyramid *pyramid)
{
    if (!pyramid)
        return;
    free(pyramid->block);
    free(pyramid->blur_scratch);
    free(pyramid->row_scratch);
    free(pyramid->axis_first);
    free(pyramid->axis_weight);
    free(pyramid);
}

size_t ag_pyramid_stride(const ag_pyramid *pyramid)
{
    return pyramid->stride;
}

/* Size of the picture at a rung; false when it is too narrow there. */
static bool set_size(ag_pyramid_level *level, const ag_image *image, size_t rung)
{
    const double longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    const double scale = ag_pyramid_side_px(rung) / longer;
    const uint32_t width = (uint32_t)lround(image->width_px * scale);
    const uint32_t height = (uint32_t)lround(image->height_px * scale);
    ag_plane *planes[] = {&level->sharp, &level->soft, &level->wide};
    for (size_t i = 0; i < 3; i++) {
        planes[i]->width = width;
        planes[i]->height = height;
    }
    return width >= MIN_SIDE_PX && height >= MIN_SIDE_PX;
}

/* The picture's finest level, in grey. */
static ag_status fill_first(ag_pyramid *pyramid, const ag_image *image, ag_err *err)
{
    const ag_plane *to = &pyramid->levels[pyramid->present].sharp;
    const bool fits = to->width == image->width_px && to->height == image->height_px;
    ag_image small = *image;
    if (!fits) {
        ag_status status = ag_resample_resize(&small, image, to->width, to->height, err);
        if (status)
            return status;
    }
    for (size_t y = 0; y < to->height; y++)
        pyramid->kernels->luma(to->pixels + y * to->stride, small.rgb + y * to->width * 3,
                               to->width);
    if (!fits)
        ag_image_fini(&small);
    return ag_contrast_even_out(to, pyramid->kernels, err);
}

/* The two inputs on either side of an output's middle, and the second's weight in 256ths. */
static void place_between(uint32_t *first, uint8_t *weight, size_t i, size_t outputs, size_t inputs)
{
    const double at = ((double)i + 0.5) * (double)inputs / (double)outputs - 0.5;
    const double clamped = fmin(fmax(at, 0), (double)(inputs - 1));
    *first = (uint32_t)fmin(clamped, (double)(inputs - 2)); /* the second is there, too */
    *weight = (uint8_t)((clamped - *first) * 255.99);
}

static void shrink(ag_pyramid *pyramid, const ag_plane *out, const ag_plane *in)
{
    const ag_plane_axis axis = {pyramid->axis_first, pyramid->axis_weight};
    for (size_t x = 0; x < out->width; x++)
        place_between(&axis.first[x], &axis.weight[x], x, out->width, in->width);
    for (size_t y = 0; y < out->height; y++) {
        uint32_t first;
        uint8_t weight;
        place_between(&first, &weight, y, out->height, in->height);
        const uint8_t *row = in->pixels + first * in->stride;
        const uint8_t *const rows[2] = {row, row + in->stride};
        pyramid->kernels->shrink(out->pixels + y * out->stride, out->width, rows, weight, &axis,
                                 in->width, pyramid->row_scratch);
    }
}

static void blur(ag_pyramid *pyramid, ag_pyramid_level *level)
{
    pyramid->kernels->blur(&level->soft, &level->sharp, pyramid->blur_scratch);
    pyramid->kernels->blur(&level->wide, &level->soft, pyramid->blur_scratch);
}

ag_status ag_pyramid_fill(ag_pyramid *pyramid, const ag_image *image, ag_err *err)
{
    const uint32_t longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    size_t first = pyramid->first;
    while (first + 1 < AG_PYRAMID_RUNGS && ag_pyramid_side_px(first) > longer)
        first++;
    memset(pyramid->has_level, 0, sizeof pyramid->has_level);
    pyramid->present = first;
    for (size_t rung = first; rung < AG_PYRAMID_RUNGS; rung++) {
        ag_pyramid_level *level = &pyramid->levels[rung];
        if (ag_pyramid_side_px(rung) > longer || !set_size(level, image, rung))
            break;
        if (rung == first) {
            ag_status status = fill_first(pyramid, image, err);
            if (status)
                return status;
        } else {
            shrink(pyramid, &level->sharp, &pyramid->levels[rung - 1].sharp);
        }
        blur(pyramid, level);
        pyramid->has_level[rung] = true;
    }
    return AG_OK;
}

const ag_pyramid_level *ag_pyramid_level_of(const ag_pyramid *pyramid, size_t rung)
{
    return pyramid->has_level[rung] ? &pyramid->levels[rung] : NULL;
}
