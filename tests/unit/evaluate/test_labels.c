#include "evaluate/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const ag_artwork WORKS[] = {
    {.id = "van-gogh-irises",
     .artist = "Vincent van Gogh",
     .title = "Irises",
     .image_path = "Van_Gogh/Irises (1889).jpg"},
    {.id = "1987.65", .artist = "Claude Monet", .title = "Le Café", .image_path = "Monet/cafe.png"},
    {.id = "c", .artist = "Claude Monet", .title = "Boats", .image_path = "Monet/Boats.jpg"},
    {.id = "d", .artist = "Édouard Manet", .title = "Boats", .image_path = "Manet/Boats.jpg"},
    {.id = "e", .artist = "", .title = "", .image_path = ""},
};

#define NONE SIZE_MAX
#define MANY (SIZE_MAX - 1)

static void test_labels_find_a_work_by_any_of_its_names(void **state)
{
    static const struct {
        ag_label label;
        size_t row;
    } CASES[] = {
        {{.id = "VAN_GOGH irises"}, 0},
        {{.id = "1987.65"}, 1},
        {{.path = "Van_Gogh/Irises (1889).jpg"}, 0},
        {{.path = "C:\\scans\\Van Gogh\\irises 1889.tif"}, 0},
        {{.path = "Boats.jpg"}, MANY},
        {{.path = "Boats.jpg", .artist = "claude monet", .title = "BOATS"}, 2},
        {{.path = "Renoir/Boats.jpg"}, NONE},
        {{.artwork = "van-gogh-irises"}, 0},
        {{.artwork = "Monet/cafe.png"}, 1},
        {{.artwork = "Cafe"}, 1},
        {{.artwork = "le cafe"}, 1},
        {{.artwork = "Claude Monet - Le Café"}, 1},
        {{.artwork = "Edouard Manet/Boats"}, 3},
        {{.artwork = "Boats"}, MANY},
        {{.artwork = "The Night Watch"}, NONE},
        {{.artist = "Claude Monet", .title = "Irises"}, NONE},
        {{.title = "irises"}, 0},
        {{.title = "boats"}, MANY},
        {{.artist = "Claude Monet"}, NONE},
        {{.id = "unheard-of", .title = "irises"}, 0},
        {{.id = "c", .title = "irises"}, 2}, /* the more exact name wins */
        {{.artwork = "-"}, NONE},
        {{.id = ""}, NONE},
    };
    ag_label_index *index;
    (void)state;

    assert_int_equal(ag_label_index_create(&index, WORKS, sizeof WORKS / sizeof *WORKS, NULL),
                     AG_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        size_t row = NONE;
        const ag_status status = ag_label_index_find(&row, index, &CASES[i].label, NULL);
        const ag_status wanted = CASES[i].row == NONE   ? AG_ENOTFOUND
                                 : CASES[i].row == MANY ? AG_EINVAL
                                                        : AG_OK;
        if (status != wanted || (status == AG_OK && row != CASES[i].row))
            fail_msg("case %zu: status %d, row %zu", i, status, row);
    }
    ag_label_index_destroy(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_find_a_work_by_any_of_its_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
