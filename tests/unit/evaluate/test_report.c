#include "evaluate/report.h"

#include "base/json.h"
#include "base/memory.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ag_artwork WORKS[] = {
    {.id = "irises", .artist = "Vincent van Gogh", .title = "Irises\nand more", .image_path = "a"},
    {.id = "cafe", .artist = "Claude Monet", .title = "Le Café", .image_path = "b"},
};

/* An evaluation, and all that its report speaks of. */
typedef struct fixture {
    test_folder folder;
    ag_collection *collection;
    ag_evaluation evaluation;
    ag_photo_source source;
    ag_ask_options asked;
    ag_simulation simulation;
    ag_evaluation_report report;
} fixture;

static void add(ag_tally *tally, const char *level, ag_match match, size_t work, bool is_held_out)
{
    const ag_trial trial = {
        .photo = "p.jpg", .level = level, .work = work, .is_held_out = is_held_out};
    ag_answer answer = {
        .match = match, .confidence = 0.9, .candidate_count = 1, .timings = {.decode_ms = 12}};
    answer.candidates[0] = (ag_candidate){.row = 0, .score = 30, .similarity = NAN};
    ag_tally_add(tally, &trial, &answer);
    ag_tally_add_timings(tally, &answer.timings);
}

static int set_up_all(void **state)
{
    fixture *f = ag_xcalloc(1, sizeof *f);
    test_folder_make(&f->folder);
    f->collection = test_collection(&f->folder, WORKS, 2);
    *state = f;
    return 0;
}

static int tear_down_all(void **state)
{
    fixture *f = *state;
    ag_collection_close(f->collection);
    test_folder_remove(&f->folder);
    free(f);
    return 0;
}

static int set_up(void **state)
{
    fixture *f = *state;
    ag_tally *tally = &f->evaluation.tally;
    f->evaluation.photos = 4;
    for (int i = 0; i < 2; i++)
        add(tally, "easy", AG_MATCH_CONFIRMED, 0, false);
    add(tally, "hard", AG_MATCH_UNKNOWN, 1, false);
    add(tally, "hard", AG_MATCH_CONFIRMED, 1, true);
    f->source = (ag_photo_source){.works = 2};
    f->asked = (ag_ask_options){.batch = 16, .hold_out = 0.25};
    f->simulation = (ag_simulation){.side_px = 1600, .seed = 7};
    f->report = (ag_evaluation_report){
        .collection = f->collection,
        .source = &f->source,
        .simulation = &f->simulation,
        .asked = &f->asked,
        .evaluation = &f->evaluation,
        .has_misses = true,
    };
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ag_evaluation_fini(&f->evaluation);
    return 0;
}

static void test_report_text_has_a_line_for_each_level(void **state)
{
    fixture *f = *state;
    ag_buffer text = {0};

    ag_evaluation_report_text(&text, &f->report);
    const char *all = (const char *)text.data;
    assert_non_null(strstr(all, "4 photos of 2 works, simulated at 1600 px with seed 7\n"));
    assert_non_null(strstr(all, "\neasy            2  100.0 ( 34.2-100.0)  100.0  100.0 "));
    assert_non_null(strstr(all, "\nhard            1    0.0 (  0.0- 79.3)    0.0    0.0 "));
    assert_non_null(strstr(all, "\nhard            1  100.0 ( 20.7-100.0)    0.0 "));
    assert_non_null(strstr(all, "\n0.9 - 1.0         4   0.900   0.500\n"));
    assert_non_null(strstr(all, "expected calibration error: 0.4000\n"));
    assert_non_null(strstr(all, "decode           12.0    12.0    12.0\n"));
    assert_non_null(strstr(all, "2 misses:\n"));
    assert_non_null(strstr(all, "answer Irises and more (Vincent van Gogh), confirmed"));
    ag_buffer_fini(&text);
}

static void test_report_text_says_what_could_not_be_used(void **state)
{
    fixture *f = *state;
    char *lines[25];
    ag_buffer text = {0};

    for (size_t i = 0; i < 25; i++)
        lines[i] = ag_xasprintf("photo\t%zu: lost", i);
    f->report.simulation = NULL;
    f->report.photos = "holiday.csv";
    f->source.strangers = lines;
    f->source.stranger_count = 25;
    ag_evaluation_report_text(&text, &f->report);
    const char *all = (const char *)text.data;
    assert_non_null(strstr(all, "from holiday.csv\n"));
    assert_non_null(
        strstr(all, "\n25 works named by labels are not in the collection:\n  photo 0"));
    assert_non_null(strstr(all, "and 5 more"));
    assert_null(strstr(all, "photo 20"));
    for (size_t i = 0; i < 25; i++)
        free(lines[i]);
    ag_buffer_fini(&text);
}

static const json_t *at(const json_t *object, const char *first, const char *second)
{
    const json_t *found = json_object_get(json_object_get(object, first), second);
    assert_non_null(found);
    return found;
}

static void test_report_json_is_complete(void **state)
{
    fixture *f = *state;
    ag_buffer text = {0};
    json_t *object;

    assert_int_equal(ag_evaluation_report_json(&text, &f->report, NULL), AG_OK);
    assert_int_equal(text.data[text.length - 1], '\n');
    assert_int_equal(ag_json_parse_object(&object, text.data, text.length, NULL), AG_OK);
    assert_int_equal(json_integer_value(at(object, "photos", "seed")), 7);
    assert_int_equal(json_array_size(json_object_get(object, "levels")), 2);
    const json_t *hard = json_array_get(json_object_get(object, "levels"), 1);
    assert_string_equal(ag_json_string(hard, "level", ""), "hard");
    assert_int_equal(
        json_integer_value(json_object_get(at(hard, "in_collection", "unknown"), "count")), 1);
    assert_float_equal(
        ag_json_number(at(object, "all", "in_collection"), "corner_error_median", -1), -1, 0);
    assert_float_equal(
        ag_json_number(at(json_object_get(object, "all"), "not_in_collection", "false_confirmed"),
                       "share", -1),
        1, 1e-12);
    assert_int_equal(json_array_size(at(object, "calibration", "bins")), AG_TALLY_BINS);
    assert_float_equal(ag_json_number(at(object, "timings_ms", "total"), "p95", 0), 12, 1e-9);
    assert_int_equal(json_array_size(json_object_get(object, "misses")), 2);
    json_decref(object);
    ag_buffer_fini(&text);
}

static void test_report_of_nothing_is_still_one(void **state)
{
    fixture *f = *state;
    ag_buffer text = {0};
    json_t *object;

    ag_evaluation_fini(&f->evaluation);
    ag_evaluation_report_text(&text, &f->report);
    assert_null(strstr((const char *)text.data, "nan"));
    ag_buffer_clear(&text);
    assert_int_equal(ag_evaluation_report_json(&text, &f->report, NULL), AG_OK);
    assert_int_equal(ag_json_parse_object(&object, text.data, text.length, NULL), AG_OK);
    json_decref(object);
    ag_buffer_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_report_text_has_a_line_for_each_level, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_report_text_says_what_could_not_be_used, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_report_json_is_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_report_of_nothing_is_still_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
