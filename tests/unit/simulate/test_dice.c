#include "simulate/dice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DRAWS 20000

static void test_dice_repeats_itself(void **state)
{
    (void)state;
    ag_dice a, b;
    ag_dice_seed(&a, 7, 1);
    ag_dice_seed(&b, 7, 1);
    for (int i = 0; i < 100; i++)
        assert_int_equal(ag_dice_bits(&a), ag_dice_bits(&b));
}

/* So that photos do not change with the machine or by accident. */
static void test_dice_gives_known_numbers(void **state)
{
    (void)state;
    ag_dice dice = {{1, 2, 3, 4}};
    assert_int_equal(ag_dice_bits(&dice), 11520);
    assert_int_equal(ag_dice_bits(&dice), 0);
    assert_int_equal(ag_dice_bits(&dice), 1509978240);
}

static void test_dice_streams_and_seeds_differ(void **state)
{
    (void)state;
    ag_dice a, b, c;
    ag_dice_seed(&a, 7, 1);
    ag_dice_seed(&b, 7, 2);
    ag_dice_seed(&c, 8, 1);
    uint64_t first = ag_dice_bits(&a);
    assert_int_not_equal(first, ag_dice_bits(&b));
    assert_int_not_equal(first, ag_dice_bits(&c));
}

static void test_dice_uniform_fills_its_range_evenly(void **state)
{
    (void)state;
    ag_dice dice;
    ag_dice_seed(&dice, 1, 0);
    int counts[4] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double x = ag_dice_uniform(&dice, -2, 2);
        assert_true(x >= -2 && x < 2);
        counts[(int)(x + 2)]++;
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(counts[i], DRAWS / 4 - 300, DRAWS / 4 + 300);
}

static void test_dice_picks_by_weight(void **state)
{
    (void)state;
    const double weights[] = {0.1, 0.6, 0.3};
    ag_dice dice;
    ag_dice_seed(&dice, 2, 0);
    int counts[3] = {0}, hits = 0, below[5] = {0};
    for (int i = 0; i < DRAWS; i++) {
        counts[ag_dice_pick(&dice, weights, 3)]++;
        hits += ag_dice_chance(&dice, 0.25);
        below[ag_dice_below(&dice, 5)]++;
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(counts[i], (int)(DRAWS * weights[i]) - 300,
                        (int)(DRAWS * weights[i]) + 300);
    assert_in_range(hits, DRAWS / 4 - 300, DRAWS / 4 + 300);
    for (int i = 0; i < 5; i++)
        assert_in_range(below[i], DRAWS / 5 - 300, DRAWS / 5 + 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dice_repeats_itself),
        cmocka_unit_test(test_dice_gives_known_numbers),
        cmocka_unit_test(test_dice_streams_and_seeds_differ),
        cmocka_unit_test(test_dice_uniform_fills_its_range_evenly),
        cmocka_unit_test(test_dice_picks_by_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
