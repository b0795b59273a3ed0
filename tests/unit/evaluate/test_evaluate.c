/* The whole of it, from pictures to figures: on a small collection of patchwork pictures that is
 * recognised by local features. */
#include "evaluate/evaluate.h"

#include "base/memory.h"
#include "collection/build.h"
#include "evaluate/calibrate.h"
#include "evaluate/twins.h"
#include "image/encode_jpeg.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORKS = 4, WIDTH = 400, HEIGHT = 300, PATCHES = 250 };

typedef struct fixture {
    test_folder folder;
    char collection[TEST_PATH_BYTES];
    ag_engine_options options;
    ag_engine engine;
} fixture;

static uint32_t next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33);
}

static void paint_patch(ag_image *image, uint64_t *random)
{
    const uint32_t left = next_random(random) % WIDTH, top = next_random(random) % HEIGHT;
    const uint32_t right = left + 5 + next_random(random) % 60;
    const uint32_t bottom = top + 5 + next_random(random) % 60;
    const uint32_t colour = next_random(random);
    for (uint32_t y = top; y < bottom && y < HEIGHT; y++)
        for (uint32_t x = left; x < right && x < WIDTH; x++)
            for (uint32_t c = 0; c < 3; c++)
                image->rgb[(y * WIDTH + x) * 3 + c] = (uint8_t)(colour >> (8 * c));
}

/* The picture of a number as a file, of a quality that makes it another file. */
static void write_picture(const test_folder *folder, const char *name, uint64_t number,
                          unsigned quality)
{
    ag_image image;
    ag_buffer jpeg = {0};
    assert_int_equal(ag_image_init(&image, WIDTH, HEIGHT, NULL), AG_OK);
    memset(image.rgb, 128, (size_t)WIDTH * HEIGHT * 3);
    for (int i = 0; i < PATCHES; i++)
        paint_patch(&image, &number);
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, quality, 1, NULL), AG_OK);
    test_write(folder, name, jpeg.data, jpeg.length);
    ag_buffer_fini(&jpeg);
    ag_image_fini(&image);
}

static void build(const char *source, const char *output)
{
    const ag_build_options options = {
        .source = source, .output = output, .index_kind = "Flat", .threads = 2};
    ag_build_report report;
    assert_int_equal(ag_collection_build(&report, NULL, NULL, &options, NULL), AG_OK);
    ag_build_report_fini(&report);
}

static int set_up(void **state)
{
    fixture *f = ag_xcalloc(1, sizeof *f);
    char name[64], pictures[TEST_PATH_BYTES];
    test_folder_make(&f->folder);
    for (unsigned i = 0; i < WORKS; i++) {
        snprintf(name, sizeof name, "pictures/Painter/Work %u.jpg", i);
        write_picture(&f->folder, name, i + 1, 95);
    }
    test_path(f->collection, &f->folder, "collection");
    build(test_path(pictures, &f->folder, "pictures"), f->collection);
    f->options = (ag_engine_options){
        .model_folder = "nowhere",
        .collection = {.folder = f->collection},
        .threads = 2,
        .max_batch = 4,
        .limits = AG_IMAGE_LIMITS_DEFAULT,
    };
    assert_int_equal(ag_engine_open(&f->engine, &f->options, NULL), AG_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ag_engine_fini(&f->engine);
    test_folder_remove(&f->folder);
    free(f);
    return 0;
}

static ag_photo_source *simulate(const fixture *f, const char *images)
{
    const ag_simulation simulation = {.images_folder = images,
                                      .per_work = 1,
                                      .levels = {[AG_PHOTO_EASY] = true},
                                      .side_px = 400,
                                      .seed = 1};
    ag_photo_source *source;
    assert_int_equal(ag_photos_simulate(&source, f->engine.collection, &simulation, NULL), AG_OK);
    return source;
}

static ag_ask_options ask_options(double hold_out)
{
    return (ag_ask_options){
        .batch = 4, .hold_out = hold_out, .limits = AG_IMAGE_LIMITS_DEFAULT, .label = "evaluating"};
}

static void test_evaluate_counts_each_photo_with_and_without_its_work(void **state)
{
    const fixture *f = *state;
    const ag_ask_options ask = ask_options(1);
    ag_photo_source *source = simulate(f, NULL);
    ag_evaluation evaluation;

    assert_int_equal(ag_evaluate(&evaluation, &f->engine, source, &ask, NULL), AG_OK);
    const ag_tally *tally = &evaluation.tally;
    assert_int_equal(evaluation.photos, WORKS);
    assert_int_equal(evaluation.failed, 0);
    assert_int_equal(tally->all.present, WORKS);
    assert_int_equal(tally->all.absent, WORKS);
    assert_int_equal(tally->all.confirmed_right, WORKS);
    assert_int_equal(tally->all.absent_confirmed, 0);
    assert_int_equal(tally->all.corner_errors.count, WORKS);
    assert_int_equal(tally->stages[AG_STAGE_TOTAL].count, 2 * WORKS);
    ag_evaluation_fini(&evaluation);
    ag_photo_source_destroy(source);
}

/* What a listener saw of a photo asked without its work. */
static void check_held_out(void *context, const ag_trial *trial, const ag_answer *answer,
                           bool was_asked)
{
    size_t *held_out = context;
    assert_true(was_asked);
    for (size_t i = 0; i < answer->candidate_count; i++)
        assert_true(!trial->is_held_out || answer->candidates[i].row != trial->work);
    assert_true(trial->is_held_out || answer->candidates[0].row == trial->work);
    *held_out += trial->is_held_out;
}

static void fail_on_failure(void *context, const char *photo, const char *reason)
{
    (void)context;
    fail_msg("%s: %s", photo, reason);
}

static void test_ask_leaves_out_the_work_for_a_share_of_the_photos(void **state)
{
    const fixture *f = *state;
    static const struct {
        double share;
        size_t least, most;
    } CASES[] = {{0, 0, 0}, {0.5, 1, 3}};
    ag_photo_source *source = simulate(f, NULL);

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const ag_ask_options ask = ask_options(CASES[i].share);
        size_t held_out = 0;
        const ag_ask_listener listener = {&held_out, check_held_out, fail_on_failure};
        assert_int_equal(ag_ask(&f->engine, source, &ask, &listener, NULL), AG_OK);
        assert_in_range(held_out, CASES[i].least, CASES[i].most);
    }
    ag_photo_source_destroy(source);
}

static void test_evaluate_goes_on_without_what_is_missing(void **state)
{
    const fixture *f = *state;
    const ag_ask_options ask = ask_options(0);
    char images[TEST_PATH_BYTES];
    ag_evaluation evaluation;

    write_picture(&f->folder, "some/Painter/Work 2.jpg", 3, 95);
    test_write_text(&f->folder, "some/Painter/Work 3.jpg", "no picture");
    ag_photo_source *source = simulate(f, test_path(images, &f->folder, "some"));
    assert_int_equal(ag_evaluate(&evaluation, &f->engine, source, &ask, NULL), AG_OK);
    assert_int_equal(evaluation.failed, WORKS - 1);
    assert_int_equal(evaluation.tally.all.confirmed_right, 1);
    assert_non_null(strstr(evaluation.failures[0], "No such file"));
    ag_evaluation_fini(&evaluation);
    ag_photo_source_destroy(source);
}

/* A grey photo is refused at the door, as a visitor's would be; one that is none could not be
 * used. */
static void test_evaluate_counts_refused_photos_as_missed(void **state)
{
    const fixture *f = *state;
    const ag_ask_options ask = ask_options(1);
    char folder[TEST_PATH_BYTES];
    ag_photo_source *source;
    ag_evaluation evaluation;
    ag_image grey;
    ag_buffer jpeg = {0};

    assert_int_equal(ag_image_init(&grey, WIDTH, HEIGHT, NULL), AG_OK);
    memset(grey.rgb, 128, (size_t)WIDTH * HEIGHT * 3);
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &grey, 90, 1, NULL), AG_OK);
    test_write(&f->folder, "photos/grey.jpg", jpeg.data, jpeg.length);
    test_write_text(&f->folder, "photos/text.jpg", "no picture");
    write_picture(&f->folder, "photos/stranger.jpg", 99, 95);
    test_write_text(&f->folder, "photos/labels.csv",
                    "file,artwork\ngrey.jpg,Work 1\ntext.jpg,Work 1\nstranger.jpg,Work 99\n");
    test_path(folder, &f->folder, "photos");

    assert_int_equal(ag_photos_read(&source, f->engine.collection, folder, NULL), AG_OK);
    assert_int_equal(ag_evaluate(&evaluation, &f->engine, source, &ask, NULL), AG_OK);
    assert_int_equal(evaluation.refused, 1);
    assert_int_equal(evaluation.failed, 1);
    assert_int_equal(evaluation.tally.all.present, 1);
    assert_int_equal(evaluation.tally.all.unknown, 1);
    assert_int_equal(evaluation.tally.all.absent, 1);
    assert_int_equal(evaluation.tally.all.absent_confirmed, 0);
    ag_evaluation_fini(&evaluation);
    ag_photo_source_destroy(source);
    ag_buffer_fini(&jpeg);
    ag_image_fini(&grey);
}

static void test_twins_are_the_same_picture_only(void **state)
{
    const fixture *f = *state;
    char pictures[TEST_PATH_BYTES], output[TEST_PATH_BYTES];
    ag_collection *collection;
    ag_twin_finder *finder;

    write_picture(&f->folder, "twins/Painter/A.jpg", 1, 95);
    write_picture(&f->folder, "twins/Painter/B.jpg", 2, 95);
    write_picture(&f->folder, "twins/Painter/C, a copy of A.jpg", 1, 40);
    test_path(output, &f->folder, "twin-collection");
    build(test_path(pictures, &f->folder, "twins"), output);
    const ag_collection_paths paths = {.folder = output};
    assert_int_equal(ag_collection_open(&collection, &paths, NULL), AG_OK);
    finder = ag_twin_finder_create(ag_collection_gallery(collection));
    static const size_t TWINS[] = {2, SIZE_MAX, 0};
    for (size_t row = 0; row < 3; row++) {
        ag_trial trial = {.work = row};
        assert_int_equal(ag_twin_finder_run(finder, &trial, NULL), AG_OK);
        assert_int_equal(trial.twin_count, TWINS[row] == SIZE_MAX ? 0 : 1);
        assert_true(trial.twin_count == 0 || trial.twins[0] == TWINS[row]);
    }
    ag_trial stranger = {.work = SIZE_MAX};
    assert_int_equal(ag_twin_finder_run(finder, &stranger, NULL), AG_OK);
    assert_int_equal(stranger.twin_count, 0);
    ag_twin_finder_destroy(finder);
    ag_collection_close(collection);
}

static void test_calibrate_writes_what_the_engine_then_reads(void **state)
{
    const fixture *f = *state;
    const ag_calibrate_options options = {
        .engine = f->options, .photos = 24, .side_px = 300, .seed = 1};
    char path[TEST_PATH_BYTES];
    ag_calibrate_report report;
    ag_calibration read;

    test_path(path, &f->folder, "collection/" AG_CALIBRATION_FILE);
    assert_int_equal(ag_calibrate_collection(&report, &options, NULL), AG_OK);
    assert_int_equal(report.photos, 24);
    assert_int_equal(report.failed, 0);
    assert_true(report.has_geometry);
    assert_false(report.has_similarity); /* no encoder */
    const char *version = ag_collection_info_of(f->engine.collection)->version;
    assert_int_equal(ag_calibration_read(&read, path, version, NULL), AG_OK);
    assert_int_equal(read.photos, 24);
    assert_true(ag_calibration_value(&read.geometry, 0) < 0.2);
    assert_true(ag_calibration_value(&read.geometry, 1000) > 0.9);
    assert_int_equal(unlink(path), 0);
}

static void test_calibrate_says_why_nothing_can_be_photographed(void **state)
{
    const fixture *f = *state;
    const ag_calibrate_options options = {
        .engine = f->options, .photos = 3, .images_folder = "/nowhere"};
    ag_calibrate_report report;
    ag_err err;

    assert_int_equal(ag_calibrate_collection(&report, &options, &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, "/nowhere/Painter/Work 0.jpg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate_counts_each_photo_with_and_without_its_work),
        cmocka_unit_test(test_ask_leaves_out_the_work_for_a_share_of_the_photos),
        cmocka_unit_test(test_evaluate_goes_on_without_what_is_missing),
        cmocka_unit_test(test_evaluate_counts_refused_photos_as_missed),
        cmocka_unit_test(test_twins_are_the_same_picture_only),
        cmocka_unit_test(test_calibrate_writes_what_the_engine_then_reads),
        cmocka_unit_test(test_calibrate_says_why_nothing_can_be_photographed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
