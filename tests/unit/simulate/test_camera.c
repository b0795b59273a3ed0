#include "simulate/camera.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CAMERAS 200

static ag_camera draw(ag_photo_level level, uint32_t width_px, uint32_t height_px, uint64_t seed)
{
    ag_image picture = {width_px, height_px, NULL}; /* only its shape counts */
    ag_dice dice;
    ag_dice_seed(&dice, seed, 0);
    ag_camera camera;
    ag_camera_draw(&camera, &dice, ag_level_get(level), &picture, 1000);
    return camera;
}

static void test_camera_corners_are_the_pictures(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CAMERAS; seed++) {
        ag_camera c = draw(AG_PHOTO_HARD, 300, 400, seed);
        assert_float_equal(c.half_width, 0.375, 1e-12);
        assert_float_equal(c.half_height, 0.5, 1e-12);
        for (int i = 0; i < 4; i++) {
            ag_point wall = ag_projection_apply(&c.to_wall, c.corners.corner[i]);
            assert_float_equal(wall.x, i == 0 || i == 3 ? -0.375 : 0.375, 1e-9);
            assert_float_equal(wall.y, i < 2 ? -0.5 : 0.5, 1e-9);
        }
        /* from the top left clockwise, so it is seen from the front and hardly on its side */
        assert_true(c.corners.corner[0].x < c.corners.corner[1].x);
        assert_true(c.corners.corner[0].y < c.corners.corner[3].y);
    }
}

static void test_camera_keeps_to_its_level(void **state)
{
    (void)state;
    for (int level = 0; level < AG_PHOTO_LEVELS; level++)
        for (uint64_t seed = 0; seed < CAMERAS; seed++) {
            const ag_level *l = ag_level_get((ag_photo_level)level);
            ag_camera c = draw((ag_photo_level)level, 500, 400, seed);
            assert_true(c.tilt_deg <= l->tilt_deg && fabs(c.roll_deg) <= l->roll_deg);
            assert_true(c.cropped <= l->crop + 1e-6);
            assert_true(c.coverage <= 1 + 1e-9 && c.coverage >= 0.40);
            assert_int_equal(c.width_px > c.height_px ? c.width_px : c.height_px, 1000);
        }
}

static void test_camera_crops_only_where_the_level_does(void **state)
{
    (void)state;
    int cropped = 0;
    for (uint64_t seed = 0; seed < CAMERAS; seed++) {
        ag_camera easy = draw(AG_PHOTO_EASY, 500, 400, seed);
        ag_box box = ag_quad_bounds(&easy.corners);
        assert_true(box.low.x >= 0 && box.low.y >= 0);
        assert_true(box.high.x <= easy.width_px && box.high.y <= easy.height_px);
        cropped += draw(AG_PHOTO_HARD, 500, 400, seed).cropped > 0.01;
    }
    assert_in_range(cropped, CAMERAS / 4, CAMERAS * 3 / 4);
}

static void test_camera_stands_before_strange_shapes(void **state)
{
    (void)state;
    const uint32_t shapes[][2] = {{51, 3000}, {3000, 51}, {1, 5000}, {50, 50}};
    for (size_t i = 0; i < 4; i++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            ag_camera c = draw(AG_PHOTO_HARD, shapes[i][0], shapes[i][1], seed);
            assert_true(c.coverage > 0 && c.pixel > 0);
            assert_true(isfinite(c.corners.corner[0].x) && isfinite(c.corners.corner[2].y));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_camera_corners_are_the_pictures),
        cmocka_unit_test(test_camera_keeps_to_its_level),
        cmocka_unit_test(test_camera_crops_only_where_the_level_does),
        cmocka_unit_test(test_camera_stands_before_strange_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
