/* Recognition by local features alone, on works and photos made here. The folder and the engine are
 * the whole group's: an engine keeps nothing of a photo, and these tests would see it if it did. */
#include "recognize/recognize.h"

#include "image/encode_jpeg.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How far a corner may be from where the simulator put it, as a share of the photo's side. */
#define CORNER_TOLERANCE 0.02

typedef struct fixture {
    test_folder folder;
    ag_engine engine;
    ag_arena *arena;
} fixture;

static int open_fixture(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    char collection[TEST_PATH_BYTES];
    ag_err err;
    test_folder_make(&made->folder);
    test_draw_works(&made->folder);
    test_build(&made->folder, "collection", NULL);
    test_path(collection, &made->folder, "collection");
    if (test_open(&made->engine, collection, "no model", &err) != AG_OK)
        fail_msg("%s", err.message);
    made->arena = ag_arena_create(0);
    *state = made;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *made = *state;
    ag_arena_destroy(made->arena);
    ag_engine_fini(&made->engine);
    test_folder_remove(&made->folder);
    free(made);
    return 0;
}

/* Ask one question, whose answer must be one. */
static ag_answer ask(const fixture *at, const ag_query *query)
{
    ag_answer answer;
    ag_recognize(at->engine.recognizer, &answer, query, 1, at->arena);
    if (answer.status != AG_OK)
        fail_msg("%s", answer.err.message);
    test_check_candidates(&at->engine, &answer);
    return answer;
}

static void check_is_confirmed(const ag_answer *answer, size_t row)
{
    assert_int_equal(answer->status, AG_OK);
    assert_int_equal(answer->match, AG_MATCH_CONFIRMED);
    assert_int_equal(answer->candidates[0].row, row);
    assert_true(answer->confidence > 0.5 && answer->confidence < 1);
    assert_true(isnan(answer->candidates[0].similarity));
    assert_true(answer->has_corners);
}

static void check_corners(const ag_answer *answer, const ag_photo *photo)
{
    for (size_t i = 0; i < 4; i++) {
        const double x = photo->corners[i][0] / photo->width_px;
        const double y = photo->corners[i][1] / photo->height_px;
        assert_true(fabs(answer->corners[i][0] - x) < CORNER_TOLERANCE);
        assert_true(fabs(answer->corners[i][1] - y) < CORNER_TOLERANCE);
    }
}

static void test_recognize_confirms_a_work_and_outlines_it(void **state)
{
    const fixture *at = *state;
    for (size_t row = 1; row < TEST_COPY; row += 2) {
        ag_photo photo;
        test_photograph(&photo, row, row % 4 == 1 ? AG_PHOTO_EASY : AG_PHOTO_MEDIUM, row);
        const ag_query query = test_query(&photo);
        const ag_answer answer = ask(at, &query);
        check_is_confirmed(&answer, row);
        check_corners(&answer, &photo);
        assert_true(answer.timings.features_ms > 0 && answer.timings.decode_ms > 0);
        assert_true(answer.timings.embed_ms == 0);
        ag_photo_fini(&photo);
    }
}

static void test_recognize_does_not_know_what_it_may_not_consider(void **state)
{
    const fixture *at = *state;
    for (size_t row = 1; row < TEST_COPY; row += 3) {
        bool allowed[TEST_WORKS];
        ag_photo photo;
        memset(allowed, true, sizeof allowed);
        allowed[row] = false;
        test_photograph(&photo, row, AG_PHOTO_EASY, row);
        ag_query query = test_query(&photo);
        query.allowed = allowed;
        for (int is_at_home = 0; is_at_home < 2; is_at_home++) {
            query.room = is_at_home ? "1" : NULL;
            const ag_answer answer = ask(at, &query);
            assert_int_equal(answer.match, AG_MATCH_UNKNOWN);
            assert_true(answer.confidence < 0.5);
            assert_false(answer.has_corners);
            for (size_t i = 0; i < answer.candidate_count; i++)
                assert_int_not_equal(answer.candidates[i].row, row);
        }
        ag_photo_fini(&photo);
    }
}

static void test_recognize_prefers_where_the_visitor_is(void **state)
{
    const fixture *at = *state;
    ag_photo photo;
    test_photograph(&photo, 0, AG_PHOTO_EASY, 1);
    ag_query query = test_query(&photo);
    query.exhibition = "copies";
    ag_answer answer = ask(at, &query);
    check_is_confirmed(&answer, TEST_COPY);
    query.exhibition = "été à paris";
    query.room = "1";
    answer = ask(at, &query);
    check_is_confirmed(&answer, 0);

    /* Preferred is not limited, and an unknown place is no matter. */
    query.exhibition = "Night";
    query.room = NULL;
    assert_int_equal(ask(at, &query).match, AG_MATCH_CONFIRMED);
    query.exhibition = "Nowhere";
    assert_int_equal(ask(at, &query).match, AG_MATCH_CONFIRMED);
    ag_photo_fini(&photo);
}

static void test_recognize_can_be_limited_to_where_the_visitor_is(void **state)
{
    const fixture *at = *state;
    ag_photo photo;
    test_photograph(&photo, 5, AG_PHOTO_EASY, 1);
    ag_query query = test_query(&photo);
    query.is_limited = true;
    query.exhibition = "Night";
    ag_answer answer = ask(at, &query);
    check_is_confirmed(&answer, 5);
    for (size_t i = 0; i < answer.candidate_count; i++)
        assert_true(answer.candidates[i].row / 4 == 1);

    query.exhibition = "Été à Paris";
    answer = ask(at, &query);
    assert_int_equal(answer.match, AG_MATCH_UNKNOWN);
    for (size_t i = 0; i < answer.candidate_count; i++)
        assert_true(answer.candidates[i].row / 4 == 0);
    ag_photo_fini(&photo);
}

static void test_recognize_refuses_to_be_limited_to_an_unknown_place(void **state)
{
    const fixture *at = *state;
    ag_photo photo;
    ag_answer answers[2];
    test_photograph(&photo, 5, AG_PHOTO_EASY, 1);
    ag_query queries[2] = {test_query(&photo), test_query(&photo)};
    queries[0].exhibition = "Nowhere";
    queries[0].is_limited = true;
    ag_recognize(at->engine.recognizer, answers, queries, 2, at->arena);
    assert_int_equal(answers[0].status, AG_ENOTFOUND);
    assert_string_equal(answers[0].err.code, "place_unknown");
    assert_int_equal(answers[0].candidate_count, 0);
    check_is_confirmed(&answers[1], 5);

    /* No more than in a place whose works may all not be considered. */
    const bool allowed[TEST_WORKS] = {[5] = true};
    queries[0].exhibition = "Copies";
    queries[0].allowed = allowed;
    ag_recognize(at->engine.recognizer, answers, queries, 1, at->arena);
    assert_string_equal(answers[0].err.code, "place_unknown");
    ag_photo_fini(&photo);
}

/* Every place of a batch is used for photos that cannot be read, a bit of `broken` each, and for
 * ones that can. */
static void test_recognize_answers_a_batch_each_for_itself(void **state)
{
    const fixture *at = *state;
    ag_photo photos[TEST_MAX_BATCH];
    for (size_t i = 0; i < TEST_MAX_BATCH; i++)
        test_photograph(&photos[i], i + 3, AG_PHOTO_EASY, i);
    for (unsigned broken = 0; broken < 1u << TEST_MAX_BATCH; broken += 5) {
        ag_query queries[TEST_MAX_BATCH];
        ag_answer answers[TEST_MAX_BATCH];
        for (size_t i = 0; i < TEST_MAX_BATCH; i++) {
            queries[i] = test_query(&photos[(i + broken) % TEST_MAX_BATCH]);
            if (broken >> i & 1)
                queries[i].image_length /= 2;
        }
        ag_recognize(at->engine.recognizer, answers, queries, TEST_MAX_BATCH, at->arena);
        for (size_t i = 0; i < TEST_MAX_BATCH; i++) {
            if (!(broken >> i & 1)) {
                check_is_confirmed(&answers[i], (i + broken) % TEST_MAX_BATCH + 3);
                continue;
            }
            assert_int_equal(answers[i].status, AG_EFORMAT);
            assert_string_equal(answers[i].err.code, "image_corrupt");
            assert_int_equal(answers[i].candidate_count, 0);
            assert_false(answers[i].has_corners);
        }
    }
    for (size_t i = 0; i < TEST_MAX_BATCH; i++)
        ag_photo_fini(&photos[i]);
}

static void test_recognize_describes_when_asked(void **state)
{
    const fixture *at = *state;
    ag_photo photo;
    test_photograph(&photo, 2, AG_PHOTO_EASY, 1);
    ag_query query = test_query(&photo);
    assert_null(ask(at, &query).description);
    query.wants_description = true;
    assert_non_null(strstr(ask(at, &query).description, "Work 2"));
    ag_photo_fini(&photo);
}

/* A photo without a single corner, behind one that has many. */
static void test_recognize_sees_nothing_on_a_blank_photo(void **state)
{
    const fixture *at = *state;
    ag_image blank;
    ag_buffer jpeg = {0};
    ag_photo photo;
    test_photograph(&photo, 2, AG_PHOTO_EASY, 1);
    ag_query query = test_query(&photo);
    ag_answer answer = ask(at, &query);
    check_is_confirmed(&answer, 2);

    assert_int_equal(ag_image_init(&blank, 400, 300, NULL), AG_OK);
    memset(blank.rgb, 130, (size_t)400 * 300 * 3);
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &blank, 90, 1, NULL), AG_OK);
    query = (ag_query){.image = jpeg.data, .image_length = jpeg.length, .wants_description = true};
    answer = ask(at, &query);
    assert_int_equal(answer.match, AG_MATCH_UNKNOWN);
    assert_int_equal(answer.candidate_count, 0);
    assert_true(answer.confidence == 0);
    assert_null(answer.description);
    ag_image_fini(&blank);
    ag_buffer_fini(&jpeg);
    ag_photo_fini(&photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognize_confirms_a_work_and_outlines_it),
        cmocka_unit_test(test_recognize_does_not_know_what_it_may_not_consider),
        cmocka_unit_test(test_recognize_prefers_where_the_visitor_is),
        cmocka_unit_test(test_recognize_can_be_limited_to_where_the_visitor_is),
        cmocka_unit_test(test_recognize_refuses_to_be_limited_to_an_unknown_place),
        cmocka_unit_test(test_recognize_answers_a_batch_each_for_itself),
        cmocka_unit_test(test_recognize_describes_when_asked),
        cmocka_unit_test(test_recognize_sees_nothing_on_a_blank_photo),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
