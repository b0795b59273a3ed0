#include "support.h"

#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHAPES 70

uint32_t support_draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state ^ *state >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

double support_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (support_draw(state) / 4294967296.0);
}

ag_plane support_plane(uint32_t width, uint32_t height, size_t stride)
{
    return (ag_plane){
        .pixels = ag_xcalloc(stride * height + AG_PLANE_SLACK, 1),
        .width = width,
        .height = height,
        .stride = stride,
    };
}

void support_plane_fini(ag_plane *plane)
{
    free(plane->pixels);
    *plane = (ag_plane){0};
}

void support_draw_box(const ag_plane *plane, const uint32_t from[2], const uint32_t size[2],
                      uint8_t value)
{
    for (uint32_t y = from[1]; y < from[1] + size[1] && y < plane->height; y++)
        for (uint32_t x = from[0]; x < from[0] + size[0] && x < plane->width; x++)
            plane->pixels[y * plane->stride + x] = value;
}

/* A disc, or the triangle in it, with stripes. */
typedef struct shape {
    double x, y, radius;
    double corners[3][2];
    bool is_disc;
    double colour[3], stripe[2]; /* of the stripe: how far its phase moves with x and y */
} shape;

static shape draw_shape(uint64_t *state, double width, double height)
{
    shape s = {.x = support_between(state, 0, width), .y = support_between(state, 0, height)};
    const double smaller = width < height ? width : height;
    s.radius = support_between(state, 0.04, 0.22) * smaller;
    s.is_disc = support_draw(state) % 3 == 0;
    for (size_t i = 0; i < 3; i++) {
        const double angle = 2 * M_PI / 3 * ((double)i + support_between(state, 0, 0.8));
        s.corners[i][0] = s.x + s.radius * cos(angle);
        s.corners[i][1] = s.y + s.radius * sin(angle);
        s.colour[i] = support_between(state, 10, 245);
    }
    const double angle = support_between(state, 0, M_PI);
    const double frequency = support_between(state, 0.15, 0.5);
    s.stripe[0] = frequency * cos(angle);
    s.stripe[1] = frequency * sin(angle);
    return s;
}

static bool is_inside(const shape *s, double x, double y)
{
    if (s->is_disc)
        return hypot(x - s->x, y - s->y) < s->radius;
    for (size_t i = 0; i < 3; i++) {
        const double *a = s->corners[i], *b = s->corners[(i + 1) % 3];
        if ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) < 0)
            return false;
    }
    return true;
}

static void paint(const ag_image *image, const shape *s)
{
    const uint32_t left = (uint32_t)fmax(0, s->x - s->radius);
    const uint32_t top = (uint32_t)fmax(0, s->y - s->radius);
    for (uint32_t y = top; y < image->height_px && y < s->y + s->radius; y++)
        for (uint32_t x = left; x < image->width_px && x < s->x + s->radius; x++) {
            if (!is_inside(s, x, y))
                continue;
            const double lighter = sin(s->stripe[0] * x + s->stripe[1] * y) > 0 ? 1 : 0.8;
            uint8_t *p = image->rgb + ((size_t)y * image->width_px + x) * 3;
            for (size_t c = 0; c < 3; c++)
                p[c] = (uint8_t)(s->colour[c] * lighter);
        }
}

ag_image support_flat_picture(uint32_t width_px, uint32_t height_px, uint8_t value)
{
    ag_image image;
    assert_int_equal(ag_image_init(&image, width_px, height_px, NULL), AG_OK);
    memset(image.rgb, value, (size_t)width_px * height_px * 3);
    return image;
}

ag_image support_picture(uint32_t width_px, uint32_t height_px, uint64_t seed)
{
    ag_image image = support_flat_picture(width_px, height_px, 150);
    uint64_t state = seed * 7919 + 1;
    for (size_t i = 0; i < SHAPES; i++) {
        const shape s = draw_shape(&state, width_px, height_px);
        paint(&image, &s);
    }
    return image;
}

ag_image support_photograph(double corners[4][2], const ag_image *picture, ag_photo_level level,
                            uint32_t side_px, uint64_t seed)
{
    static const ag_image_limits ANY_SIZE = {
        .min_side_px = 1, .max_side_px = 5000, .max_bytes = (size_t)64 << 20};
    const ag_photo_options options = {level, side_px, seed};
    ag_photo photo;
    ag_image image;
    ag_err err;
    if (ag_photo_take(&photo, picture, &options, &err) ||
        ag_image_decode(&image, photo.jpeg.data, photo.jpeg.length, &ANY_SIZE, &err))
        fail_msg("%s", err.message);
    memcpy(corners, photo.corners, sizeof photo.corners);
    ag_photo_fini(&photo);
    return image;
}

static double longer_of(const ag_image *image)
{
    return image->width_px > image->height_px ? image->width_px : image->height_px;
}

ag_homography support_view(const ag_image *picture, const ag_image *photo,
                           const double corners[4][2])
{
    const double unit = longer_of(picture), photo_unit = longer_of(photo);
    const double width = picture->width_px / unit, height = picture->height_px / unit;
    const double from[4][2] = {{0, 0}, {width, 0}, {width, height}, {0, height}};
    ag_point_pair pairs[4];
    ag_homography h;
    for (size_t i = 0; i < 4; i++)
        pairs[i] = (ag_point_pair){
            {from[i][0], from[i][1]}, {corners[i][0] / photo_unit, corners[i][1] / photo_unit}, 1};
    assert_true(ag_homography_fit(&h, pairs, 4));
    return h;
}

static void *copy_of(const void *bytes, size_t length)
{
    void *copy = ag_xcalloc(length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

ag_feature_set support_features_copy(const ag_feature_set *set)
{
    const size_t grey = (size_t)set->grey_width_px * set->grey_height_px;
    ag_feature_set copy = *set;
    copy.keypoints = copy_of(set->keypoints, set->count * sizeof *set->keypoints);
    copy.descriptors = copy_of(set->descriptors, set->count * sizeof *set->descriptors);
    copy.grey = set->grey ? copy_of(set->grey, grey) : NULL;
    return copy;
}

ag_feature_set support_features(const ag_image *image, const ag_extractor_options *options)
{
    ag_extractor *extractor;
    ag_feature_set set;
    assert_int_equal(ag_extractor_create(&extractor, options, NULL), AG_OK);
    assert_int_equal(ag_extractor_run(extractor, &set, image, NULL), AG_OK);
    set = support_features_copy(&set);
    ag_extractor_destroy(extractor);
    return set;
}

void support_features_fini(ag_feature_set *set)
{
    free((void *)(uintptr_t)set->keypoints);
    free((void *)(uintptr_t)set->descriptors);
    free((void *)(uintptr_t)set->grey);
    *set = (ag_feature_set){0};
}
