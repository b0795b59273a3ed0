/* Recognition with an encoder: alone, and together with local features. The weights are random, so
 * embeddings know a file again that they have seen, and say little of photos of it. */
#include "recognize/recognize.h"

#include "base/file.h"
#include "support.h"
#include "support/model_writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    test_folder folder;
    ag_engine vectors; /* as other software leaves a collection: no features */
    ag_engine both;
    ag_buffer work; /* a work's own file, as it was embedded */
    ag_arena *arena;
} fixture;

#define WORK 6

static void open_or_fail(ag_engine *out, const test_folder *folder, const char *name,
                         const char *model)
{
    char path[TEST_PATH_BYTES];
    ag_err err;
    if (test_open(out, test_path(path, folder, name), model, &err) != AG_OK)
        fail_msg("%s", err.message);
}

static int open_fixture(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    char model[TEST_PATH_BYTES], path[TEST_PATH_BYTES];
    const test_folder *folder = &made->folder;
    test_folder_make(&made->folder);
    assert_int_equal(ag_test_model_write("tiny", test_path(model, folder, "tiny"), NULL), AG_OK);
    test_draw_works(folder);
    test_build(folder, "both", model);
    test_copy(folder, "vectors/faiss.index", test_path(path, folder, "both/faiss.index"));
    test_copy(folder, "vectors/metadata.parquet", test_path(path, folder, "both/metadata.parquet"));
    open_or_fail(&made->vectors, folder, "vectors", model);
    open_or_fail(&made->both, folder, "both", model);
    assert_int_equal(
        ag_file_read(&made->work, test_path(path, folder, "works/6.jpg"), 1 << 20, NULL), AG_OK);
    made->arena = ag_arena_create(0);
    *state = made;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *made = *state;
    ag_arena_destroy(made->arena);
    ag_buffer_fini(&made->work);
    ag_engine_fini(&made->both);
    ag_engine_fini(&made->vectors);
    test_folder_remove(&made->folder);
    free(made);
    return 0;
}

static ag_query query_of_work(const fixture *at)
{
    return (ag_query){.image = at->work.data, .image_length = at->work.length};
}

static ag_answer ask(const fixture *at, const ag_engine *engine, const ag_query *query)
{
    ag_answer answer;
    ag_recognize(engine->recognizer, &answer, query, 1, at->arena);
    if (answer.status != AG_OK)
        fail_msg("%s", answer.err.message);
    test_check_candidates(engine, &answer);
    return answer;
}

static void test_with_clip_alone_similarity_decides(void **state)
{
    const fixture *at = *state;
    const ag_query query = query_of_work(at);
    const ag_answer answer = ask(at, &at->vectors, &query);
    assert_int_equal(answer.candidates[0].row, WORK);
    assert_true(answer.candidates[0].similarity > 0.9999);
    assert_true(answer.candidates[0].score == 0);
    assert_int_equal(answer.match, AG_MATCH_LIKELY);
    assert_true(answer.confidence == ag_calibration_value(&AG_CALIBRATION_DEFAULT.similarity, 1.0));
    assert_false(answer.has_corners);
    assert_true(answer.timings.embed_ms > 0 && answer.timings.features_ms == 0);
    assert_int_equal(answer.candidate_count, AG_RECOGNIZE_TOP);
    for (size_t i = 1; i < answer.candidate_count; i++)
        assert_true(answer.candidates[i].similarity <= answer.candidates[i - 1].similarity);
}

static void test_with_clip_alone_only_what_is_allowed_is_named(void **state)
{
    const fixture *at = *state;
    bool allowed[TEST_WORKS] = {[1] = true, [9] = true};
    ag_query query = query_of_work(at);
    query.allowed = allowed;
    ag_answer answer = ask(at, &at->vectors, &query);
    assert_int_equal(answer.candidate_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(allowed[answer.candidates[i].row]);
    query.allowed = NULL;
    query.exhibition = "Night";
    query.is_limited = true;
    answer = ask(at, &at->vectors, &query);
    assert_int_equal(answer.candidates[0].row, WORK);
    assert_int_equal(answer.candidate_count, 4);
}

/* Of two that are likely, as of two that are confirmed. */
static void test_with_clip_alone_what_hangs_here_is_preferred(void **state)
{
    const fixture *at = *state;
    char path[TEST_PATH_BYTES];
    ag_buffer file = {0};
    assert_int_equal(
        ag_file_read(&file, test_path(path, &at->folder, "works/0.jpg"), 1 << 20, NULL), AG_OK);
    ag_query query = {.image = file.data, .image_length = file.length};
    assert_int_equal(ask(at, &at->vectors, &query).candidates[0].row, 0);
    query.exhibition = "Copies";
    const ag_answer answer = ask(at, &at->vectors, &query);
    assert_int_equal(answer.match, AG_MATCH_LIKELY);
    assert_int_equal(answer.candidates[0].row, TEST_COPY);
    assert_int_equal(answer.candidates[1].row, 0);
    ag_buffer_fini(&file);
}

static void test_with_clip_and_features_geometry_decides(void **state)
{
    const fixture *at = *state;
    const ag_query query = query_of_work(at);
    const ag_answer answer = ask(at, &at->both, &query);
    assert_int_equal(answer.match, AG_MATCH_CONFIRMED);
    assert_int_equal(answer.candidates[0].row, WORK);
    assert_true(answer.candidates[0].similarity > 0.9999);
    assert_true(answer.has_corners);
    assert_true(answer.timings.embed_ms > 0 && answer.timings.features_ms > 0);
}

/* Crops move together where photos of a batch are broken: none may take another's embedding. */
static void test_with_clip_answers_a_batch_each_for_itself(void **state)
{
    const fixture *at = *state;
    ag_photo photo;
    test_photograph(&photo, 2, AG_PHOTO_EASY, 1);
    ag_query queries[TEST_MAX_BATCH] = {query_of_work(at), test_query(&photo), query_of_work(at),
                                        test_query(&photo)};
    queries[0].image_length /= 2;
    const ag_answer alone = ask(at, &at->both, &queries[1]);
    ag_answer answers[TEST_MAX_BATCH];
    ag_recognize(at->both.recognizer, answers, queries, TEST_MAX_BATCH, at->arena);
    assert_string_equal(answers[0].err.code, "image_corrupt");
    assert_int_equal(answers[2].candidates[0].row, WORK);
    assert_true(answers[2].candidates[0].similarity > 0.9999);
    for (size_t i = 1; i < TEST_MAX_BATCH; i += 2) {
        assert_int_equal(answers[i].match, AG_MATCH_CONFIRMED);
        assert_int_equal(answers[i].candidates[0].row, 2);
        assert_true(fabs(answers[i].candidates[0].similarity - alone.candidates[0].similarity) <
                    1e-4);
    }

    /* And where none can be read, nothing is left to embed. */
    for (size_t i = 0; i < TEST_MAX_BATCH; i++)
        queries[i].image_length = 100;
    ag_recognize(at->both.recognizer, answers, queries, TEST_MAX_BATCH, at->arena);
    for (size_t i = 0; i < TEST_MAX_BATCH; i++)
        assert_int_equal(answers[i].status, AG_EFORMAT);
    ag_photo_fini(&photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_clip_alone_similarity_decides),
        cmocka_unit_test(test_with_clip_alone_only_what_is_allowed_is_named),
        cmocka_unit_test(test_with_clip_alone_what_hangs_here_is_preferred),
        cmocka_unit_test(test_with_clip_and_features_geometry_decides),
        cmocka_unit_test(test_with_clip_answers_a_batch_each_for_itself),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
