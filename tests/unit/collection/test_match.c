#include "collection/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char *const PATHS[] = {
    "Manet/Boat.jpg",
    "Monet/Boat.jpg",
    "Monet/Cafe\u0301.jpg",
    "Monet/The_Pond.png",
    "Monet/early/Sea.jpg",
    "Monet/late/Sea.jpg",
    "Top.jpg",
    "Twice.jpg",
    "Twice.png",
};

#define NONE SIZE_MAX
#define MANY (SIZE_MAX - 1)

static void test_match_finds_the_image_a_row_means(void **state)
{
    static const struct {
        const char *name;
        size_t row;
    } CASES[] = {
        {"Monet/Boat.jpg", 1},
        {"data/artworks/Monet/Boat.jpg", 1},
        {"C:\\data\\Manet\\Boat.JPG", 0},
        {"Boat.jpg", MANY},
        {"Café.jpg", 2}, /* composed in the table, decomposed on a Mac's disk */
        {"cafe.jpg", 2},
        {"the pond", 3},
        {"Renoir/Cafe.jpg", NONE}, /* another folder is another image */
        {"late/Sea.jpg", 5},
        {"x/late/Sea.jpg", 5},
        {"images/Top.jpg", 6},
        {"/Top.jpg", 6},
        {"/srv/Monet/Top.jpg", 6},
        {"Twice.png", 8},
        {"Twice", MANY},
        {"Nothing.jpg", NONE},
        {"", NONE},
    };
    const ag_scan scan = {(char **)(uintptr_t)PATHS, sizeof PATHS / sizeof *PATHS};
    ag_matcher *matcher;
    (void)state;

    assert_int_equal(ag_matcher_create(&matcher, &scan, NULL), AG_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        size_t row = NONE;
        ag_err err = {0};
        const ag_status status = ag_matcher_find(&row, matcher, CASES[i].name, &err);
        assert_int_equal(status, CASES[i].row == NONE   ? AG_ENOTFOUND
                                 : CASES[i].row == MANY ? AG_EINVAL
                                                        : AG_OK);
        assert_true(status || row == CASES[i].row);
    }
    ag_matcher_destroy(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_match_finds_the_image_a_row_means)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
