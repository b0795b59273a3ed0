#include "ai/answer_json.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const ag_artwork LILIES = {.id = "7", .artist = "Monet", .title = "Water Lilies"};
static const ag_artwork BRIDGE = {.id = "8", .artist = "Monet", .title = "The Bridge"};

static json_t *written(const ag_answer *answer)
{
    ag_buffer json = {0};
    json_t *object;
    assert_int_equal(ag_answer_json_write(&json, "an-id", answer, "clip-vit-b-32", NULL), AG_OK);
    assert_int_equal(ag_json_parse_object(&object, json.data, json.length, NULL), AG_OK);
    ag_buffer_fini(&json);
    assert_string_equal(ag_json_string(object, "request_id", ""), "an-id");
    return object;
}

static void test_answer_json_names_the_best_work_and_the_similar(void **state)
{
    (void)state;
    const ag_answer answer = {
        .match = AG_MATCH_LIKELY,
        .confidence = 0.75,
        .candidate_count = 2,
        .candidates = {{&LILIES, 0.75}, {&BRIDGE, 0.5}},
    };
    json_t *object = written(&answer);
    assert_string_equal(ag_json_string(object, "status", ""), "success");
    assert_string_equal(ag_json_string(object, "title", ""), "Water Lilies");
    assert_true(ag_json_number(object, "confidence", 0) == 0.75);
    json_t *similar = json_object_get(object, "similar");
    assert_int_equal(json_array_size(similar), 1);
    assert_string_equal(ag_json_string(json_array_get(similar, 0), "artwork_id", ""), "8");
    assert_null(json_object_get(object, "message"));
    json_decref(object);
}

/* An approximate index may find nothing at all. */
static void test_answer_json_of_no_candidates_is_unknown(void **state)
{
    (void)state;
    const ag_answer answer = {.match = AG_MATCH_UNKNOWN};
    json_t *object = written(&answer);
    assert_string_equal(ag_json_string(object, "status", ""), "success");
    assert_string_equal(ag_json_string(object, "match", ""), "unknown");
    assert_true(json_is_null(json_object_get(object, "artist")));
    assert_true(json_is_null(json_object_get(object, "artwork_id")));
    assert_int_equal(json_array_size(json_object_get(object, "similar")), 0);
    assert_string_equal(ag_json_string(object, "message", ""),
                        "Nothing in this collection is close to this photo.");
    json_decref(object);
}

static void test_answer_json_of_a_failure_is_an_error(void **state)
{
    (void)state;
    ag_answer answer = {0};
    answer.status = ag_err_set_code(&answer.err, AG_EQUALITY, "image_too_dark", "Too dark.");
    json_t *object = written(&answer);
    assert_string_equal(ag_json_string(object, "status", ""), "error");
    assert_string_equal(ag_json_string(object, "code", ""), "image_too_dark");
    assert_string_equal(ag_json_string(object, "message", ""), "Too dark.");
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_json_names_the_best_work_and_the_similar),
        cmocka_unit_test(test_answer_json_of_no_candidates_is_unknown),
        cmocka_unit_test(test_answer_json_of_a_failure_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
