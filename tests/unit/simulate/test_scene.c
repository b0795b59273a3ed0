#include "simulate/scene.h"

#include "simulate/colour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Squares along each side of the board. */
#define SQUARES 6
#define BOARD   240

/* Pixels from an edge at which a photo must be all picture, or all wall. */
#define CLEAR_PX 1.5

typedef struct photo {
    uint32_t width_px, height_px;
    float *green; /* owned */
} photo;

static bool is_white(double u, double v)
{
    return ((int)(u * SQUARES) + (int)(v * SQUARES)) % 2 == 0;
}

/* Black and white, with the corners' squares all white (is_board), or all white. */
static ag_image make_picture(bool is_board)
{
    ag_image image;
    assert_int_equal(ag_image_init(&image, BOARD, BOARD * 3 / 4, NULL), AG_OK);
    for (uint32_t i = 0; i < image.width_px * image.height_px; i++) {
        double u = (i % image.width_px + 0.5) / image.width_px;
        double v = (i / image.width_px + 0.5) / image.height_px;
        uint8_t level = !is_board || is_white(u, v) ? 255 : 0;
        image.rgb[3 * i] = image.rgb[3 * i + 1] = image.rgb[3 * i + 2] = level;
    }
    return image;
}

static photo paint(const ag_scene *scene, const ag_image *picture)
{
    ag_scene_painter *painter;
    assert_int_equal(ag_scene_painter_create(&painter, scene, picture, NULL), AG_OK);
    ag_rows rows = ag_scene_painter_rows(painter);
    photo p = {rows.width_px, rows.height_px, NULL};
    p.green = calloc((size_t)rows.width_px * rows.height_px, sizeof *p.green);
    float *row = calloc(rows.width_px, AG_COLOUR_CHANNELS * sizeof *row);
    assert_true(p.green && row);
    for (size_t y = 0; y < rows.height_px; y++) {
        rows.next(rows.maker, row);
        for (size_t x = 0; x < rows.width_px; x++)
            p.green[y * rows.width_px + x] = row[rows.width_px + x];
    }
    free(row);
    ag_scene_painter_destroy(painter);
    return p;
}

/* -1 outside the photo. */
static float at(const photo *p, ag_point where)
{
    if (where.x < 0 || where.y < 0 || where.x >= p->width_px || where.y >= p->height_px)
        return -1;
    return p->green[(size_t)where.y * p->width_px + (size_t)where.x];
}

/* A picture on a black wall in even light, without a frame: what is bright is picture. */
static ag_scene *make_bare_scene(const ag_image *picture, ag_photo_level level, uint64_t seed)
{
    ag_scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    ag_dice dice;
    ag_dice_seed(&dice, seed, 0);
    ag_camera_draw(&scene->camera, &dice, ag_level_get(level), picture, 300);
    scene->frame = (ag_frame){.kind = AG_FRAME_NONE, .shadow = 0.01f};
    return scene;
}

static ag_point towards(ag_point from, ag_point to, double pixels)
{
    double length = hypot(to.x - from.x, to.y - from.y);
    return (ag_point){from.x + (to.x - from.x) * pixels / length,
                      from.y + (to.y - from.y) * pixels / length};
}

static void check_corner(const photo *p, const ag_quad *corners, int which)
{
    ag_point corner = corners->corner[which], across = corners->corner[(which + 2) % 4];
    float inside = at(p, towards(corner, across, 2 * CLEAR_PX));
    float outside = at(p, towards(corner, across, -2 * CLEAR_PX));
    assert_true(inside < 0 || inside > 0.99f);
    assert_true(outside < 0.01f); /* or outside the photo */
}

static void test_scene_corners_are_where_they_are_said_to_be(void **state)
{
    (void)state;
    ag_image picture = make_picture(false);
    for (uint64_t seed = 0; seed < 20; seed++) {
        ag_scene *scene = make_bare_scene(&picture, (ag_photo_level)(seed % 3), seed);
        photo p = paint(scene, &picture);
        for (int i = 0; i < 4; i++)
            check_corner(&p, &scene->camera.corners, i);
        free(p.green);
        free(scene);
    }
    ag_image_fini(&picture);
}

static void test_scene_shows_the_picture_in_its_place(void **state)
{
    (void)state;
    ag_image picture = make_picture(true);
    int seen = 0;
    for (uint64_t seed = 0; seed < 9; seed++) {
        ag_scene *scene = make_bare_scene(&picture, (ag_photo_level)(seed % 3), seed);
        photo p = paint(scene, &picture);
        for (int i = 0; i < SQUARES * SQUARES; i++) {
            double u = (i % SQUARES + 0.5) / SQUARES, v = (i / SQUARES + 0.5) / SQUARES;
            ag_point wall = {(2 * u - 1) * scene->camera.half_width,
                             (2 * v - 1) * scene->camera.half_height};
            float level = at(&p, ag_projection_apply(&scene->camera.to_photo, wall));
            seen += level >= 0;
            if (level >= 0)
                assert_int_equal(level > 0.5f, is_white(u, v));
        }
        free(p.green);
        free(scene);
    }
    assert_true(seen > 9 * SQUARES * SQUARES * 3 / 4);
    ag_image_fini(&picture);
}

/* All parts of a scene, many times: whatever is drawn is light. */
static void test_scene_is_all_painted(void **state)
{
    (void)state;
    ag_image picture = make_picture(true);
    for (uint64_t seed = 0; seed < 40; seed++) {
        ag_scene *scene = make_bare_scene(&picture, AG_PHOTO_HARD, seed);
        ag_dice dice;
        ag_dice_seed(&dice, seed, 1);
        ag_grain_draw(&scene->grain, &dice);
        ag_wall_draw(&scene->wall, &dice);
        ag_frame_draw(&scene->frame, &dice);
        ag_light_draw(&scene->light, &dice, ag_level_get(AG_PHOTO_HARD), &scene->camera);
        ag_visitors_draw(&scene->visitors, &dice, ag_level_get(AG_PHOTO_HARD), &scene->camera);
        assert_true(scene->visitors.occluded <= 0.25);
        photo p = paint(scene, &picture);
        for (size_t i = 0; i < (size_t)p.width_px * p.height_px; i++)
            assert_true(p.green[i] >= 0 && p.green[i] < 10);
        free(p.green);
        free(scene);
    }
    ag_image_fini(&picture);
}

/* A board as fine as a file's pixels must become grey, not a pattern of its own. */
static void test_scene_does_not_alias(void **state)
{
    (void)state;
    ag_image picture;
    assert_int_equal(ag_image_init(&picture, 1200, 1200, NULL), AG_OK);
    for (size_t i = 0; i < (size_t)1200 * 1200; i++)
        picture.rgb[3 * i] = picture.rgb[3 * i + 1] = picture.rgb[3 * i + 2] =
            (i / 1200 + i % 1200) % 2 ? 255 : 0;
    ag_scene *scene = make_bare_scene(&picture, AG_PHOTO_EASY, 1);
    photo p = paint(scene, &picture);
    for (int i = 1; i < 20 * 20; i++) {
        ag_point wall = {(i % 20 - 9.5) / 24, (i / 20 - 9.5) / 24};
        float level = at(&p, ag_projection_apply(&scene->camera.to_photo, wall));
        assert_float_equal(level, pow(0.5, 2.2), 0.02);
    }
    free(p.green);
    free(scene);
    ag_image_fini(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scene_corners_are_where_they_are_said_to_be),
        cmocka_unit_test(test_scene_shows_the_picture_in_its_place),
        cmocka_unit_test(test_scene_is_all_painted),
        cmocka_unit_test(test_scene_does_not_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
