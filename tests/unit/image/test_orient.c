#include "image/orient.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Three pixels wide, two high: rows "abc" and "def"; what each orientation is when upright. */
static void test_orient_turns_every_orientation(void **state)
{
    (void)state;
    static const struct {
        unsigned width, height;
        const char *upright;
    } CASES[] = {
        [1] = {3, 2, "abcdef"}, [2] = {3, 2, "cbafed"}, [3] = {3, 2, "fedcba"},
        [4] = {3, 2, "defabc"}, [5] = {2, 3, "adbecf"}, [6] = {2, 3, "daebfc"},
        [7] = {2, 3, "fcebda"}, [8] = {2, 3, "cfbead"},
    };
    for (unsigned orientation = 1; orientation <= 8; orientation++) {
        ag_image image = make_flat(3, 2, 0);
        for (size_t i = 0; i < 6; i++)
            memset(image.rgb + 3 * i, "abcdef"[i], 3);
        assert_int_equal(ag_image_orient(&image, orientation, NULL), AG_OK);
        assert_int_equal(image.width_px, CASES[orientation].width);
        assert_int_equal(image.height_px, CASES[orientation].height);
        for (size_t i = 0; i < 18; i++)
            assert_int_equal(image.rgb[i], CASES[orientation].upright[i / 3]);
        ag_image_fini(&image);
    }
}

/* Larger than the tiles it is turned in, and no multiple of them. */
static void test_orient_quarter_turns_undo_each_other(void **state)
{
    (void)state;
    ag_image expected = make_picture(101, 75), image = make_picture(101, 75);
    assert_int_equal(ag_image_orient(&image, 6, NULL), AG_OK);
    assert_int_equal(image.width_px, 75);
    assert_int_equal(ag_image_orient(&image, 8, NULL), AG_OK);
    assert_int_equal(max_difference(&expected, &image), 0);
    ag_image_fini(&image);
    ag_image_fini(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orient_turns_every_orientation),
        cmocka_unit_test(test_orient_quarter_turns_undo_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
