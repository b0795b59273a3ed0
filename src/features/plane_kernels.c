/* The passes over pixels. Meson compiles this file once for each instruction set: vectors of a
 * fixed length become whatever registers there are. */
#include "features/plane.h"

#include <string.h>

#define LANES 64

typedef uint8_t bytes __attribute__((vector_size(LANES)));

static bytes load(const uint8_t *from)
{
    bytes vector;
    memcpy(&vector, from, sizeof vector);
    return vector;
}

static void luma(uint8_t *out, const uint8_t *rgb, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] =
            (uint8_t)((77 * rgb[3 * i] + 150 * rgb[3 * i + 1] + 29 * rgb[3 * i + 2] + 128) >> 8);
}

static void even_out(uint8_t *out, const uint8_t *in, const float *mean, const float *gain,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value = 128.5f + ((float)in[i] - mean[i]) * gain[i];
        value = value < 0 ? 0 : value;
        out[i] = (uint8_t)(int)(value > 255 ? 255 : value);
    }
}

static void shrink(uint8_t *out, size_t width, const uint8_t *const rows[2], uint8_t weight,
                   const ag_plane_axis *axis, size_t in_width, uint8_t *scratch)
{
    const uint8_t *a = rows[0], *b = rows[1];
    const unsigned down = weight, up = 256U - weight;
    for (size_t i = 0; i < in_width; i++)
        scratch[i] = (uint8_t)((a[i] * up + b[i] * down + 128) >> 8);
    for (size_t i = 0; i < width; i++) {
        const uint8_t *left = scratch + axis->first[i];
        const unsigned right = axis->weight[i];
        out[i] = (uint8_t)((left[0] * (256 - right) + left[1] * right + 128) >> 8);
    }
}

/* 1 6 15 20 15 6 1 */
static unsigned seven(unsigned middle, unsigned one, unsigned two, unsigned three)
{
    return 20 * middle + 15 * one + 6 * two + three;
}

static void blur_row(uint8_t *out, const uint8_t *in, ptrdiff_t stride, size_t width,
                     uint16_t *scratch)
{
    for (size_t x = 0; x < width; x++) {
        const uint8_t *p = in + x;
        scratch[x] = (uint16_t)seven(p[0], p[-stride] + p[stride], p[-2 * stride] + p[2 * stride],
                                     p[-3 * stride] + p[3 * stride]);
    }
    for (size_t x = 3; x + 3 < width; x++) {
        const uint16_t *p = scratch + x;
        out[x] = (uint8_t)((seven(p[0], p[-1] + p[1], p[-2] + p[2], p[-3] + p[3]) + 2048) >> 12);
    }
    memcpy(out, in, 3);
    memcpy(out + width - 3, in + width - 3, 3);
}

static void blur(const ag_plane *out, const ag_plane *in, uint16_t *scratch)
{
    for (uint32_t y = 0; y < in->height; y++) {
        const uint8_t *from = in->pixels + y * in->stride;
        uint8_t *to = out->pixels + y * out->stride;
        if (y < AG_PLANE_BLUR_PX || y + AG_PLANE_BLUR_PX >= in->height)
            memcpy(to, from, in->width);
        else
            blur_row(to, from, (ptrdiff_t)in->stride, in->width, scratch);
    }
}

/* Loops over lanes, which compilers know as one instruction. */
static bytes lower(bytes a, bytes b)
{
    for (size_t i = 0; i < LANES; i++)
        a[i] = a[i] < b[i] ? a[i] : b[i];
    return a;
}

static bytes higher(bytes a, bytes b)
{
    for (size_t i = 0; i < LANES; i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}

/* Over all runs of 9 neighbours of the circle, the highest of their lowest: runs of 2, 4, 8 and 9
 * by doubling. */
static bytes best_run(const bytes of[16])
{
    bytes two[16], four[16], best = {0};
    for (size_t i = 0; i < 16; i++)
        two[i] = lower(of[i], of[(i + 1) % 16]);
    for (size_t i = 0; i < 16; i++)
        four[i] = lower(two[i], two[(i + 2) % 16]);
    for (size_t i = 0; i < 16; i++)
        best = higher(best, lower(lower(four[i], four[(i + 4) % 16]), of[(i + 8) % 16]));
    return best;
}

static void corners(uint8_t *scores, const ag_plane *plane, uint32_t y)
{
    const uint8_t *row = plane->pixels + y * plane->stride;
    for (size_t x = AG_PLANE_CORNER_PX; x + AG_PLANE_CORNER_PX < plane->width; x += LANES) {
        const bytes middle = load(row + x);
        bytes brighter[16], darker[16];
        for (size_t i = 0; i < 16; i++) {
            const int8_t *at = AG_PLANE_CIRCLE[i];
            const bytes pixel = load(row + (ptrdiff_t)x + at[1] * (ptrdiff_t)plane->stride + at[0]);
            brighter[i] = higher(pixel, middle) - middle;
            darker[i] = middle - lower(pixel, middle);
        }
        const bytes found = higher(best_run(brighter), best_run(darker));
        memcpy(scores + x, &found, sizeof found);
    }
}

/* Eight columns are summed, which registers hold, and the last is made to count nothing. */
static float harris(const uint8_t *middle, ptrdiff_t stride)
{
    static const int16_t COUNTS[8] = {1, 1, 1, 1, 1, 1, 1, 0};
    int32_t xx[8] = {0}, yy[8] = {0}, xy[8] = {0};
    for (ptrdiff_t dy = -3; dy <= 3; dy++) {
        const uint8_t *p = middle + dy * stride - 3;
        for (size_t i = 0; i < 8; i++, p++) {
            const int gx = (2 * (p[1] - p[-1]) + p[1 - stride] - p[-1 - stride] + p[1 + stride] -
                            p[-1 + stride]) *
                           COUNTS[i];
            const int gy = (2 * (p[stride] - p[-stride]) + p[stride - 1] - p[-stride - 1] +
                            p[stride + 1] - p[-stride + 1]) *
                           COUNTS[i];
            xx[i] += gx * gx;
            yy[i] += gy * gy;
            xy[i] += gx * gy;
        }
    }
    float a = 0, b = 0, c = 0;
    for (size_t i = 0; i < 8; i++) {
        a += (float)xx[i];
        b += (float)yy[i];
        c += (float)xy[i];
    }
    return a * b - c * c - 0.04F * (a + b) * (a + b);
}

extern const ag_plane_kernels AG_PLANE_KERNELS;
const ag_plane_kernels AG_PLANE_KERNELS = {
    .name = AG_PLANE_KERNELS_NAME,
    .luma = luma,
    .even_out = even_out,
    .shrink = shrink,
    .blur = blur,
    .corners = corners,
    .harris = harris,
};
