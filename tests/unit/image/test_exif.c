#include "image/exif.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t BIG[] = {'M',  'M',  0, 42, 0, 0, 0, 8, 0,   2,           /* two entries */
                              0x01, 0x0F, 0, 2,  0, 0, 0, 4, 'a', 'b', 'c', 0, /* maker */
                              0x01, 0x12, 0, 3,  0, 0, 0, 1, 0,   6,   0,   0, 0, 0, 0, 0};
static const uint8_t LITTLE[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3,
                                 0,   1,   0,  0, 0, 8, 0, 0, 0, 0, 0,    0,    0};

static void test_exif_reads_both_byte_orders(void **state)
{
    (void)state;
    assert_int_equal(ag_exif_orientation(BIG, sizeof BIG), 6);
    assert_int_equal(ag_exif_orientation(LITTLE, sizeof LITTLE), 8);
}

static void test_exif_skips_its_jpeg_prefix(void **state)
{
    (void)state;
    uint8_t block[6 + sizeof LITTLE] = "Exif\0";
    memcpy(block + 6, LITTLE, sizeof LITTLE);
    assert_int_equal(ag_exif_orientation(block, sizeof block), 8);
}

/* Every length that cuts the entry off reads as upright; run in a heap block of that very size, so
 * that the address sanitizer sees a byte too far. */
static void test_exif_survives_any_cut(void **state)
{
    (void)state;
    for (size_t length = 0; length < 22; length++) {
        uint8_t *cut = malloc(length ? length : 1);
        assert_non_null(cut);
        memcpy(cut, LITTLE, length);
        assert_int_equal(ag_exif_orientation(cut, length), 1);
        free(cut);
    }
}

static void test_exif_ignores_nonsense(void **state)
{
    (void)state;
    uint8_t block[sizeof LITTLE];
    memcpy(block, LITTLE, sizeof block);
    block[18] = 9; /* no such orientation */
    assert_int_equal(ag_exif_orientation(block, sizeof block), 1);
    block[18] = 0;
    assert_int_equal(ag_exif_orientation(block, sizeof block), 1);
    block[18] = 8;
    block[12] = 2; /* text, not a number */
    assert_int_equal(ag_exif_orientation(block, sizeof block), 1);
    memcpy(block, LITTLE, sizeof block);
    memset(block + 4, 0xFF, 4); /* directory far outside */
    assert_int_equal(ag_exif_orientation(block, sizeof block), 1);
    memcpy(block, LITTLE, sizeof block);
    memset(block + 8, 0xFF, 2); /* more entries than there is room for */
    assert_int_equal(ag_exif_orientation(block, sizeof block), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exif_reads_both_byte_orders),
        cmocka_unit_test(test_exif_skips_its_jpeg_prefix),
        cmocka_unit_test(test_exif_survives_any_cut),
        cmocka_unit_test(test_exif_ignores_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
