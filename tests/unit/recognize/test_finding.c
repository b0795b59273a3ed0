#include "recognize/finding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A work of a finding, as a test says it. */
typedef struct work {
    double similarity;
    double score; /* of its geometry */
    float words;
    bool is_preferred;
} work;

static const work NOTHING = {.similarity = NAN};

/* Works with the rows 0, 1, … in this order. */
static void fill(ag_finding *finding, const work *works, size_t count)
{
    finding->count = 0;
    for (size_t row = 0; row < count; row++) {
        ag_found *found = ag_finding_add(finding, row);
        assert_non_null(found);
        found->similarity = works[row].similarity;
        found->geometry.score = works[row].score;
        found->words = works[row].words;
        found->is_preferred = works[row].is_preferred;
    }
}

/* Of two works that differ, the first must come first, whichever was added first. */
static void check_before(const work *better, const work *worse)
{
    for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
        ag_finding finding;
        const work works[] = {is_swapped ? *worse : *better, is_swapped ? *better : *worse};
        fill(&finding, works, 2);
        ag_finding_rank(&finding, &AG_CALIBRATION_DEFAULT);
        assert_int_equal(finding.count, 2);
        assert_int_equal(finding.works[0].row, is_swapped);
        assert_int_equal(finding.works[1].row, !is_swapped);
    }
}

static void test_finding_adds_a_row_once(void **state)
{
    (void)state;
    ag_finding finding = {0};
    ag_found *first = ag_finding_add(&finding, 7);
    assert_non_null(first);
    assert_int_equal(first->row, 7);
    assert_true(isnan(first->similarity));
    assert_false(first->is_verified || first->is_preferred);
    assert_true(first->geometry.score == 0 && first->words == 0);
    first->words = 2;
    ag_found *second = ag_finding_add(&finding, 3);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(ag_finding_add(&finding, 7), first);
    assert_true(first->words == 2);
    assert_int_equal(finding.count, 2);
}

static void test_finding_has_room_for_so_many(void **state)
{
    (void)state;
    ag_finding finding = {0};
    for (size_t row = 0; row < AG_FINDING_MAX; row++)
        assert_non_null(ag_finding_add(&finding, 10 * row));
    assert_null(ag_finding_add(&finding, 1));
    assert_non_null(ag_finding_add(&finding, 10));
    assert_int_equal(finding.count, AG_FINDING_MAX);
    ag_finding_rank(&finding, &AG_CALIBRATION_DEFAULT);
    assert_int_equal(finding.works[AG_FINDING_MAX - 1].row, 10 * (AG_FINDING_MAX - 1));
}

/* A finding that is used again starts from nothing. */
static void test_finding_forgets_earlier_works(void **state)
{
    (void)state;
    ag_finding finding;
    fill(&finding, &(work){0.9, 20, 3, true}, 1);
    finding.works[0].is_verified = true;
    finding.count = 0;
    const ag_found *found = ag_finding_add(&finding, 0);
    assert_true(isnan(found->similarity) && found->geometry.score == 0 && found->words == 0);
    assert_false(found->is_verified || found->is_preferred);
}

static void test_finding_is_confirmed_and_certain_from_a_score(void **state)
{
    (void)state;
    ag_finding finding;
    const work works[] = {NOTHING, {.similarity = NAN, .score = AG_FINDING_CERTAIN}};
    fill(&finding, works, 2);
    assert_true(ag_finding_is_certain(&finding));
    assert_true(ag_found_is_confirmed(&finding.works[1]));
    assert_false(ag_found_is_confirmed(&finding.works[0]));

    finding.works[1].geometry.score = nextafter(AG_FINDING_CERTAIN, 0);
    assert_false(ag_finding_is_certain(&finding));
    finding.works[1].geometry.score = AG_FINDING_CONFIRMED;
    assert_true(ag_found_is_confirmed(&finding.works[1]));
    finding.works[1].geometry.score = nextafter(AG_FINDING_CONFIRMED, 0);
    assert_false(ag_found_is_confirmed(&finding.works[1]));

    finding.count = 0;
    assert_false(ag_finding_is_certain(&finding));
}

static void test_finding_ranks_what_is_confirmed_first(void **state)
{
    (void)state;
    /* Even before what hangs here and is surer by far, but without proof. */
    static const ag_calibration CALIBRATION = {
        .geometry = {1, {{0, 0.6}}},
        .similarity = {1, {{0, 0.95}}},
    };
    ag_finding finding;
    const work works[] = {{.similarity = 0.99, .is_preferred = true},
                          {.similarity = NAN, .score = AG_FINDING_CONFIRMED}};
    fill(&finding, works, 2);
    ag_finding_rank(&finding, &CALIBRATION);
    assert_int_equal(finding.works[0].row, 1);
}

static void test_finding_prefers_what_hangs_here(void **state)
{
    (void)state;
    /* Of confirmed works, */
    check_before(&(work){NAN, AG_FINDING_CONFIRMED, 0, true}, &(work){NAN, 50, 9, false});
    /* of likely ones, and before those that are not; */
    check_before(&(work){0.9, 0, 0, true}, &(work){0.99, 0, 0, false});
    check_before(&(work){0.9, 0, 0, true}, &(work){0.1, 0, 0, false});
    /* but nothing is preferred that is neither. */
    check_before(&(work){0.7, 0, 0, false}, &(work){0.6, 0, 0, true});
    check_before(&(work){0.9, 0, 0, false}, &(work){0.6, 0, 0, true});
}

static void test_finding_ranks_by_one_after_the_other(void **state)
{
    (void)state;
    /* confidence, here by similarity and by geometry */
    check_before(&(work){0.8, 0, 0, false}, &(work){0.7, 0, 9, false});
    check_before(&(work){NAN, 9, 0, false}, &(work){0.6, 0, 9, false});
    /* similarity, of the same confidence: both are below the curve's first knot */
    check_before(&(work){0.4, 0, 0, false}, &(work){0.3, 0, 9, false});
    check_before(&(work){0.3, 0, 0, false}, &(work){NAN, 0, 9, false});
    /* geometry, of the same confidence and similarity: both are behind the curve's last knot */
    check_before(&(work){NAN, 31, 0, false}, &(work){NAN, 30, 9, false});
    /* words */
    check_before(&(work){NAN, 0, 2, false}, &(work){NAN, 0, 1, false});
}

static void test_finding_keeps_rows_that_are_alike_in_order(void **state)
{
    (void)state;
    ag_finding finding = {0};
    static const size_t ROWS[] = {5, 1, 4, 2, 3};
    for (size_t i = 0; i < 5; i++)
        assert_non_null(ag_finding_add(&finding, ROWS[i]));
    ag_finding_rank(&finding, &AG_CALIBRATION_DEFAULT);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(finding.works[i].row, i + 1);
}

/* Proof needs no other witness: the geometry's curve was fitted to such works alone. */
static void test_finding_is_as_sure_of_the_confirmed_as_geometry_is(void **state)
{
    (void)state;
    ag_finding finding;
    const work works[] = {{0.99, AG_FINDING_CONFIRMED, 0, false}, {0.99, 0, 0, false}};
    const ag_calibration *calibration = &AG_CALIBRATION_DEFAULT;
    fill(&finding, works, 2);
    assert_true(ag_found_confidence(&finding.works[0], calibration) ==
                ag_calibration_value(&calibration->geometry, AG_FINDING_CONFIRMED));
    assert_true(ag_found_confidence(&finding.works[1], calibration) ==
                ag_calibration_value(&calibration->similarity, 0.99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding_adds_a_row_once),
        cmocka_unit_test(test_finding_has_room_for_so_many),
        cmocka_unit_test(test_finding_forgets_earlier_works),
        cmocka_unit_test(test_finding_is_confirmed_and_certain_from_a_score),
        cmocka_unit_test(test_finding_ranks_what_is_confirmed_first),
        cmocka_unit_test(test_finding_prefers_what_hangs_here),
        cmocka_unit_test(test_finding_ranks_by_one_after_the_other),
        cmocka_unit_test(test_finding_keeps_rows_that_are_alike_in_order),
        cmocka_unit_test(test_finding_is_as_sure_of_the_confirmed_as_geometry_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
