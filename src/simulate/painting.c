#include "simulate/painting.h"

#include "image/resample.h"
#include "simulate/colour.h"
#include "simulate/maths.h"

#include <math.h>

/* Places between pixels are told in steps of 1/256. */
#define FRACTION_BITS 8
#define ONE           (1 << FRACTION_BITS)

/* From the sum of four pixels' shares to a brightness of 12 bits. */
#define LEVEL_SHIFT (2 * FRACTION_BITS - 4)

static double distance(ag_point a, ag_point b)
{
    return sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

static uint32_t mean_side(double one, double other)
{
    return (uint32_t)fmax(ceil((one + other) / 2), 1);
}

ag_status ag_painting_init(ag_painting *out, const ag_image *picture, const ag_camera *camera,
                           ag_err *err)
{
    const ag_point *c = camera->corners.corner;
    uint32_t width_px = mean_side(distance(c[0], c[1]), distance(c[3], c[2]));
    uint32_t height_px = mean_side(distance(c[0], c[3]), distance(c[1], c[2]));
    ag_status status = ag_resample_resize(&out->image, picture, width_px, height_px, err);
    if (status)
        return status;
    for (int i = 0; i < AG_PAINTING_LEVELS; i++)
        out->light[i] = (float)ag_maths_pow(i / (255.0 * 16), AG_COLOUR_GAMMA);
    return AG_OK;
}

void ag_painting_fini(ag_painting *painting)
{
    ag_image_fini(&painting->image);
}

/* A coordinate in steps, within the picture; side_px at least 1. */
static int to_steps(float at, float scale, uint32_t side_px)
{
    float steps = (at * scale + 0.5f * (float)(side_px - 1)) * ONE;
    return (int)ag_maths_clamp(steps, 0, (float)((side_px - 1) * ONE));
}

/* Four neighbours and their shares of ONE × ONE. */
typedef struct taps {
    const uint8_t *upper, *lower; /* left ones */
    int right;                    /* from the left to the right ones, bytes */
    int share[4];
} taps;

static taps find_taps(const ag_image *image, int u, int v)
{
    size_t x = (size_t)u >> FRACTION_BITS, y = (size_t)v >> FRACTION_BITS;
    int fx = u & (ONE - 1), fy = v & (ONE - 1);
    size_t stride = (size_t)image->width_px * 3;
    taps t = {
        .upper = image->rgb + y * stride + x * 3,
        .right = x + 1 < image->width_px ? 3 : 0,
        .share = {(ONE - fx) * (ONE - fy), fx * (ONE - fy), (ONE - fx) * fy, fx * fy},
    };
    t.lower = t.upper + (y + 1 < image->height_px ? stride : 0);
    return t;
}

void ag_painting_paint(const ag_painting *painting, const ag_places *places, ag_span span,
                       float *row)
{
    const ag_image *image = &painting->image;
    const ag_camera *camera = places->camera;
    float across = (float)(image->width_px / (2 * camera->half_width));
    float down = (float)(image->height_px / (2 * camera->half_height));
    float pixel = (float)camera->pixel;
    for (size_t i = span.first; i < span.end; i++) {
        int u = to_steps(places->x[i], across, image->width_px);
        int v = to_steps(places->y[i], down, image->height_px);
        taps t = find_taps(image, u, v);
        float share = ag_places_share(places->outside[i], 0, pixel);
        for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
            int level = t.upper[c] * t.share[0] + t.upper[t.right + c] * t.share[1] +
                        t.lower[c] * t.share[2] + t.lower[t.right + c] * t.share[3];
            float *light = row + (size_t)c * places->count + i;
            *light += share * (painting->light[level >> LEVEL_SHIFT] - *light);
        }
    }
}
