#include "evaluate/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* An answer that names the rows first and second. */
static ag_answer answer_of(ag_match match, double confidence, size_t first, size_t second)
{
    ag_answer answer = {.match = match, .confidence = confidence, .candidate_count = 2};
    answer.candidates[0] = (ag_candidate){.row = first, .score = 20, .similarity = NAN};
    answer.candidates[1] = (ag_candidate){.row = second, .similarity = NAN};
    return answer;
}

static void add(ag_tally *tally, const char *level, size_t work, bool is_held_out, ag_answer answer)
{
    const ag_trial trial = {
        .photo = "p.jpg", .level = level, .work = work, .is_held_out = is_held_out};
    ag_tally_add(tally, &trial, &answer);
}

static void test_tally_counts_every_outcome_once(void **state)
{
    ag_tally tally = {0};
    (void)state;

    add(&tally, "easy", 3, false, answer_of(AG_MATCH_CONFIRMED, 0.99, 3, 1));
    add(&tally, "easy", 3, false, answer_of(AG_MATCH_CONFIRMED, 0.95, 1, 3));
    add(&tally, "hard", 3, false, answer_of(AG_MATCH_LIKELY, 0.55, 3, 1));
    add(&tally, "hard", 3, false, answer_of(AG_MATCH_LIKELY, 0.55, 1, 2));
    add(&tally, "hard", 3, false, answer_of(AG_MATCH_UNKNOWN, 0.1, 3, 1));
    add(&tally, "hard", 3, true, answer_of(AG_MATCH_CONFIRMED, 0.92, 1, 2));
    add(&tally, "hard", SIZE_MAX, false, answer_of(AG_MATCH_LIKELY, 0.5, 1, 2));
    add(&tally, "hard", SIZE_MAX, false, answer_of(AG_MATCH_UNKNOWN, 0.01, 1, 2));
    add(&tally, "hard", 3, false, (ag_answer){.match = AG_MATCH_UNKNOWN});

    assert_int_equal(tally.level_count, 2);
    assert_string_equal(tally.levels[0].name, "easy");
    assert_int_equal(tally.levels[0].present, 2);
    const ag_tally_level *all = &tally.all, *hard = &tally.levels[1];
    assert_int_equal(all->present, 6);
    assert_int_equal(all->top1, 3);
    assert_int_equal(all->top5, 4);
    assert_int_equal(all->confirmed_right, 1);
    assert_int_equal(all->confirmed_wrong, 1);
    assert_int_equal(hard->confirmed_right + hard->confirmed_wrong, 0);
    assert_int_equal(hard->likely_right, 1);
    assert_int_equal(hard->likely_wrong, 1);
    assert_int_equal(hard->unknown, 2);
    assert_int_equal(hard->absent, 3);
    assert_int_equal(hard->absent_confirmed, 1);
    assert_int_equal(hard->absent_likely, 1);
    ag_tally_fini(&tally);
}

static void test_tally_takes_a_twin_for_the_work(void **state)
{
    const ag_trial trial = {.photo = "", .level = "", .work = 3, .twins = {8, 9}, .twin_count = 2};
    ag_tally tally = {0};
    (void)state;

    for (size_t row = 7; row < 10; row++) {
        const ag_answer answer = answer_of(AG_MATCH_CONFIRMED, 0.9, row, 1);
        ag_tally_add(&tally, &trial, &answer);
    }
    assert_int_equal(tally.all.confirmed_right, 2);
    assert_int_equal(tally.all.confirmed_wrong, 1);
    assert_int_equal(tally.all.top5, 2);
    ag_tally_fini(&tally);
}

static void test_tally_lists_what_was_missed(void **state)
{
    static const ag_miss_kind KINDS[] = {AG_MISS_WRONG, AG_MISS_UNSURE, AG_MISS_FALSE_CONFIRMED,
                                         AG_MISS_FALSE_LIKELY, AG_MISS_WRONG};
    ag_tally tally = {0};
    (void)state;

    add(&tally, "", 3, false, answer_of(AG_MATCH_CONFIRMED, 0.95, 3, 1)); /* none */
    add(&tally, "", 3, false, answer_of(AG_MATCH_UNKNOWN, 0.95, 1, 3));
    add(&tally, "", 3, false, answer_of(AG_MATCH_LIKELY, 0.95, 3, 1));
    add(&tally, "", 3, true, answer_of(AG_MATCH_CONFIRMED, 0.9, 1, 3));
    add(&tally, "", SIZE_MAX, false, answer_of(AG_MATCH_LIKELY, 0.9, 1, 3));
    add(&tally, "", 3, true, answer_of(AG_MATCH_UNKNOWN, 0.9, 1, 3)); /* none */
    add(&tally, "", 3, false, (ag_answer){.match = AG_MATCH_UNKNOWN});

    assert_int_equal(tally.miss_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tally.misses[i].kind, KINDS[i]);
    assert_string_equal(tally.misses[0].photo, "p.jpg");
    assert_int_equal(tally.misses[0].work, 3);
    assert_int_equal(tally.misses[0].answer, 1);
    assert_float_equal(tally.misses[0].score, 20, 1e-12);
    assert_true(tally.misses[4].answer == SIZE_MAX);
    ag_tally_fini(&tally);
}

static void test_tally_compares_confidence_with_what_was_right(void **state)
{
    ag_tally tally = {0};
    (void)state;

    assert_true(isnan(ag_tally_calibration_error(&tally)));
    for (int i = 0; i < 10; i++) /* 0.75 said, 0.8 right */
        add(&tally, "", 1, false, answer_of(AG_MATCH_LIKELY, 0.75, i < 8 ? 1 : 2, 3));
    assert_float_equal(ag_tally_calibration_error(&tally), 0.05, 1e-9);
    for (int i = 0; i < 10; i++) /* 1 said, held out: never right */
        add(&tally, "", 1, true, answer_of(AG_MATCH_CONFIRMED, 1, 2, 3));
    assert_float_equal(ag_tally_calibration_error(&tally), (0.05 + 1) / 2, 1e-9);
    assert_int_equal(tally.bins[7].count, 10);
    assert_int_equal(tally.bins[7].right, 8);
    assert_int_equal(tally.bins[9].count, 10);
    assert_int_equal(tally.bins[9].right, 0);
    add(&tally, "", 1, false, (ag_answer){.match = AG_MATCH_UNKNOWN}); /* no answer, no claim */
    assert_int_equal(tally.bins[0].count, 0);
    ag_tally_fini(&tally);
}

static void test_tally_measures_corners_in_diagonals(void **state)
{
    /* A work 30 × 40 pixels in a photo of 100 × 200, found 5 pixels to the right of where it is. */
    const ag_trial trial = {.photo = "",
                            .level = "easy",
                            .work = 0,
                            .corners = {{10, 10}, {40, 10}, {40, 50}, {10, 50}},
                            .width_px = 100,
                            .height_px = 200};
    ag_trial unknown = trial;
    ag_answer answer = answer_of(AG_MATCH_CONFIRMED, 1, 0, 1);
    ag_tally tally = {0};
    (void)state;

    answer.has_corners = true;
    for (size_t i = 0; i < 4; i++) {
        answer.corners[i][0] = (trial.corners[i][0] + 5) / 100;
        answer.corners[i][1] = trial.corners[i][1] / 200;
    }
    ag_tally_add(&tally, &trial, &answer);
    assert_int_equal(tally.all.corner_errors.count, 1);
    assert_float_equal(ag_series_percentile(&tally.levels[0].corner_errors, 0.5), 0.1, 1e-9);

    unknown.width_px = 0;
    ag_tally_add(&tally, &unknown, &answer);
    answer.candidates[0].row = 7; /* wrong */
    ag_tally_add(&tally, &trial, &answer);
    answer.candidates[0].row = 0;
    answer.corners[2][0] = NAN;
    ag_tally_add(&tally, &trial, &answer);
    assert_int_equal(tally.all.corner_errors.count, 1);
    ag_tally_fini(&tally);
}

static void test_tally_keeps_few_levels(void **state)
{
    ag_tally tally = {0};
    char name[64];
    (void)state;

    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "a level with a name of more than 31 bytes, %d", i % 2);
        add(&tally, name, 1, false, answer_of(AG_MATCH_LIKELY, 0.5, 1, 2));
        snprintf(name, sizeof name, "%d", i);
        add(&tally, name, 1, false, answer_of(AG_MATCH_LIKELY, 0.5, 1, 2));
    }
    assert_int_equal(tally.level_count, AG_TALLY_MAX_LEVELS);
    assert_int_equal(tally.levels[0].present, 50);
    assert_int_equal(tally.levels[1].present, 1);
    assert_string_equal(tally.levels[AG_TALLY_MAX_LEVELS - 1].name, "other");
    assert_int_equal(tally.levels[AG_TALLY_MAX_LEVELS - 1].present, 50 - (AG_TALLY_MAX_LEVELS - 2));
    assert_int_equal(tally.all.present, 100);
    ag_tally_fini(&tally);
}

static void test_tally_sums_stages(void **state)
{
    const ag_timings timings = {.decode_ms = 1,
                                .features_ms = 2,
                                .embed_ms = 3,
                                .search_ms = 4,
                                .verify_ms = 5,
                                .describe_ms = 100};
    ag_tally tally = {0};
    (void)state;

    ag_tally_add_timings(&tally, &timings);
    assert_float_equal(ag_series_mean(&tally.stages[AG_STAGE_VERIFY]), 5, 1e-12);
    assert_float_equal(ag_series_mean(&tally.stages[AG_STAGE_TOTAL]), 15, 1e-12);
    assert_string_equal(ag_stage_name(AG_STAGE_VERIFY), "verify");
    ag_tally_fini(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tally_counts_every_outcome_once),
        cmocka_unit_test(test_tally_takes_a_twin_for_the_work),
        cmocka_unit_test(test_tally_lists_what_was_missed),
        cmocka_unit_test(test_tally_compares_confidence_with_what_was_right),
        cmocka_unit_test(test_tally_measures_corners_in_diagonals),
        cmocka_unit_test(test_tally_keeps_few_levels),
        cmocka_unit_test(test_tally_sums_stages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
