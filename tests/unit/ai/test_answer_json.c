#include "ai/answer_json.h"

#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const ag_artwork LILIES = {
    .id = "7", .artist = "Monet", .title = "Water Lilies", .exhibition = "Light", .room = "5"};
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
        .candidates = {{.artwork = &LILIES, .similarity = 0.7654321},
                       {.artwork = &BRIDGE, .similarity = 0.5}},
    };
    json_t *object = written(&answer);
    assert_string_equal(ag_json_string(object, "status", ""), "success");
    assert_string_equal(ag_json_string(object, "title", ""), "Water Lilies");
    assert_string_equal(ag_json_string(object, "exhibition", ""), "Light");
    assert_string_equal(ag_json_string(object, "room", ""), "5");
    assert_true(ag_json_number(object, "similarity", 0) == 0.765);
    assert_true(ag_json_number(object, "confidence", 0) == 0.75);
    json_t *similar = json_object_get(object, "similar");
    assert_int_equal(json_array_size(similar), 1);
    assert_string_equal(ag_json_string(json_array_get(similar, 0), "artwork_id", ""), "8");
    assert_true(ag_json_number(json_array_get(similar, 0), "similarity", 0) == 0.5);
    assert_null(json_object_get(object, "message"));
    assert_true(json_is_null(json_object_get(object, "corners")));
    json_decref(object);
}

/* Without an encoder there are no similarities; geometry says where the work is. */
static void test_answer_json_of_local_features_alone(void **state)
{
    (void)state;
    const ag_answer answer = {
        .match = AG_MATCH_CONFIRMED,
        .has_corners = true,
        .corners = {{0.123456, 0}, {1.00004, -0.25}, {1, 1}, {0.5, 0.99999}},
        .candidate_count = 2,
        .candidates = {{.artwork = &LILIES, .similarity = NAN, .score = 40},
                       {.artwork = &BRIDGE, .similarity = NAN}},
        .timings = {.features_ms = 12.0004, .verify_ms = 3.5},
    };
    json_t *object = written(&answer);
    json_t *wanted = json_loads("[[0.1235,0.0],[1.0,-0.25],[1.0,1.0],[0.5,1.0]]", 0, NULL);
    assert_true(json_equal(json_object_get(object, "corners"), wanted));
    assert_true(json_is_null(json_object_get(object, "similarity")));
    const json_t *similar = json_array_get(json_object_get(object, "similar"), 0);
    assert_true(json_is_null(json_object_get(similar, "similarity")));
    const json_t *timings = json_object_get(object, "timings");
    assert_true(ag_json_number(timings, "features", 0) == 12);
    assert_true(ag_json_number(timings, "verify", 0) == 3.5);
    json_decref(wanted);
    json_decref(object);
}

/* The contract: the nearest work is named at the top, whatever the verdict. */
static void test_answer_json_names_the_nearest_work_of_an_unknown_photo(void **state)
{
    (void)state;
    const ag_answer answer = {
        .match = AG_MATCH_UNKNOWN,
        .candidate_count = 1,
        .candidates = {{.artwork = &BRIDGE, .similarity = 0.3}},
    };
    json_t *object = written(&answer);
    assert_string_equal(ag_json_string(object, "title", ""), "The Bridge");
    assert_true(json_is_null(json_object_get(object, "room")));
    const char *message = ag_json_string(object, "message", "");
    assert_non_null(strstr(message, "Nothing in this collection matches"));
    assert_non_null(strstr(message, "suggestions"));
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
    assert_true(json_is_null(json_object_get(object, "similarity")));
    assert_int_equal(json_array_size(json_object_get(object, "similar")), 0);
    assert_string_equal(ag_json_string(object, "message", ""),
                        "Nothing in this collection matches this photo.");
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
        cmocka_unit_test(test_answer_json_of_local_features_alone),
        cmocka_unit_test(test_answer_json_names_the_nearest_work_of_an_unknown_photo),
        cmocka_unit_test(test_answer_json_of_no_candidates_is_unknown),
        cmocka_unit_test(test_answer_json_of_a_failure_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
