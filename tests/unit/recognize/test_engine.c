/* Opening everything together: with a model, without, with another one. */
#include "recognize/engine.h"

#include "support.h"
#include "support/model_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In the group's folder: the works, collections of them, and the model. */
typedef struct fixture {
    test_folder folder;
    char model[TEST_PATH_BYTES];
    char both[TEST_PATH_BYTES];     /* vectors and features */
    char features[TEST_PATH_BYTES]; /* features alone */
    char foreign[TEST_PATH_BYTES];  /* vectors alone, as other software leaves them */
    ag_photo photo;                 /* of work 3 */
} fixture;

static void copy_foreign(const fixture *at)
{
    char from[TEST_PATH_BYTES];
    test_copy(&at->folder, "foreign/faiss.index", test_path(from, &at->folder, "both/faiss.index"));
    test_copy(&at->folder, "foreign/metadata.parquet",
              test_path(from, &at->folder, "both/metadata.parquet"));
}

static int make_fixture(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    ag_err err;
    test_folder_make(&made->folder);
    test_path(made->model, &made->folder, "tiny");
    test_path(made->both, &made->folder, "both");
    test_path(made->features, &made->folder, "features");
    test_path(made->foreign, &made->folder, "foreign");
    if (ag_test_model_write("tiny", made->model, &err) != AG_OK)
        fail_msg("%s", err.message);
    test_draw_works(&made->folder);
    test_build(&made->folder, "both", made->model);
    test_build(&made->folder, "features", NULL);
    copy_foreign(made);
    test_photograph(&made->photo, 3, AG_PHOTO_EASY, 1);
    *state = made;
    return 0;
}

static int remove_fixture(void **state)
{
    fixture *made = *state;
    ag_photo_fini(&made->photo);
    test_folder_remove(&made->folder);
    free(made);
    return 0;
}

static void open_or_fail(ag_engine *out, const char *collection, const char *model)
{
    ag_err err;
    if (test_open(out, collection, model, &err) != AG_OK)
        fail_msg("%s", err.message);
}

static void check_fails(const char *collection, const char *model, ag_status wanted,
                        const char *words)
{
    ag_engine engine;
    ag_err err;
    memset(&engine, 0x5A, sizeof engine);
    assert_int_equal(test_open(&engine, collection, model, &err), wanted);
    if (!strstr(err.message, words))
        fail_msg("'%s' does not say '%s'", err.message, words);
    assert_null(engine.clip);
    assert_null(engine.collection);
    assert_null(engine.workers);
    assert_null(engine.recognizer);
}

/* How sure the engine is of the photo's work. */
static double confidence_of(const ag_engine *engine, const ag_photo *photo)
{
    const ag_query query = test_query(photo);
    ag_arena *arena = ag_arena_create(0);
    ag_answer answer;
    ag_recognize(engine->recognizer, &answer, &query, 1, arena);
    ag_arena_destroy(arena);
    assert_int_equal(answer.status, AG_OK);
    assert_int_equal(answer.match, AG_MATCH_CONFIRMED);
    assert_int_equal(answer.candidates[0].row, 3);
    return answer.confidence;
}

static void test_engine_is_named_for_what_it_works_with(void **state)
{
    const fixture *at = *state;
    const struct {
        const char *collection, *name;
        bool has_clip;
    } cases[] = {
        {at->both, "clip-vit+local-features", true},
        {at->features, "local-features", false},
        {at->foreign, "clip-vit", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ag_engine engine;
        open_or_fail(&engine, cases[i].collection, at->model);
        assert_string_equal(engine.name, cases[i].name);
        assert_int_equal(engine.clip != NULL, cases[i].has_clip);
        assert_int_equal(engine.notice.status, AG_OK);
        ag_engine_fini(&engine);
        assert_null(engine.recognizer);
    }
}

static void test_engine_does_without_a_model_where_there_are_features(void **state)
{
    const fixture *at = *state;
    ag_engine engine;
    open_or_fail(&engine, at->both, "/nowhere/model");
    assert_null(engine.clip);
    assert_string_equal(engine.name, "local-features");
    assert_int_equal(engine.notice.status, AG_ENOTFOUND);
    assert_non_null(strstr(engine.notice.message, "/nowhere/model"));
    confidence_of(&engine, &at->photo);
    ag_engine_fini(&engine);

    /* A collection that was built without one misses nothing. */
    open_or_fail(&engine, at->features, "/nowhere/model");
    assert_int_equal(engine.notice.status, AG_OK);
    ag_engine_fini(&engine);
}

static void test_engine_says_what_is_missing(void **state)
{
    const fixture *at = *state;
    check_fails(at->foreign, "/nowhere/model", AG_ENOTFOUND, "artguide model pull");
    check_fails("/nowhere/collection", at->model, AG_ENOTFOUND, "/nowhere/collection");
}

/* A damaged model is not taken for a missing one. */
static void test_engine_refuses_a_damaged_model(void **state)
{
    const fixture *at = *state;
    char path[TEST_PATH_BYTES];
    test_copy(&at->folder, "damaged/config.json", test_path(path, &at->folder, "tiny/config.json"));
    test_write_text(&at->folder, "damaged/model.safetensors", "not weights");
    check_fails(at->both, test_path(path, &at->folder, "damaged"), AG_EFORMAT, "safetensors");
}

/* Change the first numbers behind the header of a safetensors file. */
static void change_weights(const char *path)
{
    uint64_t header_bytes;
    const float other[4] = {0.5F, 0.25F, -0.5F, 0.125F};
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fread(&header_bytes, sizeof header_bytes, 1, file), 1);
    assert_int_equal(fseek(file, (long)(sizeof header_bytes + header_bytes), SEEK_SET), 0);
    assert_int_equal(fwrite(other, sizeof other, 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void test_engine_refuses_other_weights_than_the_collections(void **state)
{
    const fixture *at = *state;
    char model[TEST_PATH_BYTES], path[TEST_PATH_BYTES];
    ag_err err;
    test_path(model, &at->folder, "other");
    assert_int_equal(ag_test_model_write("tiny", model, &err), AG_OK);
    change_weights(test_path(path, &at->folder, "other/model.safetensors"));
    check_fails(at->both, model, AG_EINVAL, "rebuild");
    check_fails(at->both, model, AG_EINVAL, "--model");

    /* Of another dimension, which shows even where nobody says which weights they were. */
    test_path(model, &at->folder, "small");
    assert_int_equal(ag_test_model_write("small-14", model, &err), AG_OK);
    check_fails(at->foreign, model, AG_EINVAL, "64 dimensions");
}

static void write_calibration(const fixture *at, double probability, const char *version)
{
    char path[TEST_PATH_BYTES];
    ag_calibration calibration = {
        .geometry = {1, {{0, probability}}},
        .similarity = {1, {{0, 0.5}}},
        .photos = 100,
    };
    snprintf(calibration.version, sizeof calibration.version, "%s", version);
    test_path(path, &at->folder, "features/" AG_CALIBRATION_FILE);
    assert_int_equal(ag_calibration_write(&calibration, path, NULL), AG_OK);
}

static void test_engine_takes_the_collections_calibration(void **state)
{
    const fixture *at = *state;
    ag_engine engine;
    open_or_fail(&engine, at->features, at->model);
    const double by_default = confidence_of(&engine, &at->photo);
    write_calibration(at, 0.75, ag_collection_info_of(engine.collection)->version);
    ag_engine_fini(&engine);

    open_or_fail(&engine, at->features, at->model);
    assert_int_equal(engine.notice.status, AG_OK);
    assert_true(confidence_of(&engine, &at->photo) == 0.75);
    ag_engine_fini(&engine);

    /* One that is stale, or no calibration at all, is said and not used. */
    for (int is_damaged = 0; is_damaged < 2; is_damaged++) {
        if (is_damaged)
            test_write_text(&at->folder, "features/" AG_CALIBRATION_FILE, "{");
        else
            write_calibration(at, 0.75, "another build");
        open_or_fail(&engine, at->features, at->model);
        assert_int_equal(engine.notice.status, is_damaged ? AG_EFORMAT : AG_EUNSUPPORTED);
        assert_non_null(strstr(engine.notice.message, AG_CALIBRATION_FILE));
        if (!is_damaged)
            assert_non_null(strstr(engine.notice.message, "artguide collection calibrate"));
        assert_true(confidence_of(&engine, &at->photo) == by_default);
        ag_engine_fini(&engine);
    }
}

static void test_engine_takes_the_calibration_it_is_given(void **state)
{
    const fixture *at = *state;
    const ag_calibration mine = {
        .geometry = {1, {{0, 0.625}}}, .similarity = {1, {{0, 0.5}}}, .photos = 1};
    const ag_engine_options options = {
        .model_folder = at->model,
        .collection = {.folder = at->features},
        .threads = 1,
        .max_batch = 1,
        .limits = AG_IMAGE_LIMITS_DEFAULT,
        .calibration = &mine,
    };
    ag_engine engine;
    assert_int_equal(ag_engine_open(&engine, &options, NULL), AG_OK);
    assert_true(confidence_of(&engine, &at->photo) == 0.625);
    ag_engine_fini(&engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_is_named_for_what_it_works_with),
        cmocka_unit_test(test_engine_does_without_a_model_where_there_are_features),
        cmocka_unit_test(test_engine_says_what_is_missing),
        cmocka_unit_test(test_engine_refuses_a_damaged_model),
        cmocka_unit_test(test_engine_refuses_other_weights_than_the_collections),
        cmocka_unit_test(test_engine_takes_the_collections_calibration),
        cmocka_unit_test(test_engine_takes_the_calibration_it_is_given),
    };
    return cmocka_run_group_tests(tests, make_fixture, remove_fixture);
}
