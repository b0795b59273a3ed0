/* Collections with local features: built without a model, added to, interrupted, stale. */
#include "base/file.h"
#include "collection/add_features.h"
#include "collection/build.h"
#include "collection/collection.h"
#include "collection/duckdb_table.h"
#include "collection/index_file.h"
#include "collection/manifest.h"
#include "features/extract.h"
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

#define SIDE_PX    240
#define RECTANGLES 120
#define D          16

typedef struct fixture {
    test_folder source, output;
} fixture;

static int make_fixture(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    test_folder_make(&made->source);
    test_folder_make(&made->output);
    *state = made;
    return 0;
}

static int remove_fixture(void **state)
{
    fixture *made = *state;
    test_folder_remove(&made->source);
    test_folder_remove(&made->output);
    free(made);
    return 0;
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Rectangles of chance, full of corners, in a quarter turn less light at `shade`. */
static void paint(ag_image *image, uint32_t seed, unsigned shade)
{
    assert_int_equal(ag_image_init(image, SIDE_PX, SIDE_PX, NULL), AG_OK);
    memset(image->rgb, 128, (size_t)SIDE_PX * SIDE_PX * 3);
    for (size_t n = 0; n < RECTANGLES; n++) {
        const uint32_t left = next(&seed) % SIDE_PX, top = next(&seed) % SIDE_PX;
        const uint32_t width = 6 + next(&seed) % 40, height = 6 + next(&seed) % 40;
        const uint8_t grey = (uint8_t)(next(&seed) % 256 * (256 - shade) / 256);
        for (uint32_t y = top; y < top + height && y < SIDE_PX; y++)
            for (uint32_t x = left; x < left + width && x < SIDE_PX; x++)
                memset(image->rgb + ((size_t)y * SIDE_PX + x) * 3, grey, 3);
    }
}

static void add_image(const test_folder *folder, const char *name, ag_image *image,
                      unsigned quality)
{
    ag_buffer bytes = {0};
    assert_int_equal(ag_image_encode_jpeg(&bytes, image, quality, 1, NULL), AG_OK);
    test_write(folder, name, bytes.data, bytes.length);
    ag_buffer_fini(&bytes);
    ag_image_fini(image);
}

static void add_painting(const test_folder *folder, const char *name, uint32_t seed)
{
    ag_image image;
    paint(&image, seed, 0);
    add_image(folder, name, &image, 92);
}

static void build_into(const fixture *at, const test_folder *output, ag_build_report *report)
{
    const ag_build_options options = {
        .source = at->source.path, .output = output->path, .threads = 2};
    ag_err err = {0};
    if (ag_collection_build(report, NULL, NULL, &options, &err) != AG_OK)
        fail_msg("%s", err.message);
}

/* Two works of chance, built. */
static void build_two(const fixture *at)
{
    ag_build_report report;
    add_painting(&at->source, "Anna/First.jpg", 1);
    add_painting(&at->source, "Anna/Second.jpg", 2);
    build_into(at, &at->output, &report);
    assert_int_equal(report.artworks_written, 2);
    ag_build_report_fini(&report);
}

static ag_status open_folder(ag_collection **out, const test_folder *folder, ag_err *err)
{
    const ag_collection_paths paths = {.folder = folder->path};
    return ag_collection_open(out, &paths, err);
}

static ag_collection *open_output(const fixture *at)
{
    ag_collection *collection = NULL;
    ag_err err = {0};
    if (open_folder(&collection, &at->output, &err) != AG_OK)
        fail_msg("%s", err.message);
    return collection;
}

static bool is_there(const test_folder *folder, const char *name)
{
    char path[TEST_PATH_BYTES];
    return access(test_path(path, folder, name), F_OK) == 0;
}

static ag_status add_features(const fixture *at, ag_build_report *report, const char *images,
                              ag_err *err)
{
    const ag_add_features_options options = {
        .paths = {.folder = at->output.path}, .images = images, .threads = 2};
    return ag_collection_add_features(report, &options, err);
}

/* Every row must be found by its own features. */
static void check_gallery(const ag_collection *collection)
{
    const ag_gallery *gallery = ag_collection_gallery(collection);
    assert_non_null(gallery);
    assert_int_equal(ag_gallery_count(gallery), ag_collection_info_of(collection)->count);
    for (size_t row = 0; row < ag_gallery_count(gallery); row++) {
        ag_feature_set set;
        ag_gallery_hit hit;
        ag_gallery_features(gallery, &set, row);
        assert_true(set.count > 50);
        assert_int_equal(ag_gallery_search(gallery, &hit, 1, &set, NULL, NULL), AG_OK);
        assert_int_equal(hit.work, row);
    }
}

static void test_features_are_enough_for_a_collection(void **state)
{
    const fixture *at = *state;
    ag_build_report report;
    ag_err err = {0};
    float vector[D] = {1};
    ag_hit hit;

    add_painting(&at->source, "Anna/First.jpg", 1);
    add_painting(&at->source, "Anna/Second.jpg", 2);
    add_painting(&at->source, "Bert/Third.jpg", 3);
    test_write_text(&at->source, "Bert/broken.jpg", "\xFF\xD8\xFF not really");
    test_write_text(&at->output, AG_MANIFEST_INDEX, "an older collection's");
    build_into(at, &at->output, &report);
    assert_int_equal(report.artworks_written, 3);
    assert_int_equal(report.artworks_featured, 3);
    assert_int_equal(report.failed, 1);
    assert_int_equal(report.duplicate_count, 0);
    ag_build_report_fini(&report);
    assert_false(is_there(&at->output, AG_MANIFEST_INDEX));

    ag_collection *collection = open_output(at);
    const ag_collection_info *info = ag_collection_info_of(collection);
    assert_int_equal(info->dimension, 0);
    assert_string_equal(info->encoder, "");
    assert_true(*info->version != '\0');
    assert_string_equal(ag_collection_artwork(collection, 2)->title, "Third");
    assert_int_equal(ag_collection_search(collection, &hit, vector, 1, D, 1, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "model"));
    check_gallery(collection);
    ag_collection_close(collection);
}

static void test_features_tell_that_a_picture_is_there_twice(void **state)
{
    const fixture *at = *state;
    ag_build_report report;
    ag_image image;

    add_painting(&at->source, "Anna/First.jpg", 1);
    add_painting(&at->source, "Anna/Second.jpg", 2);
    paint(&image, 1, 64);
    add_image(&at->source, "Zoe/First, copied.jpg", &image, 70);
    build_into(at, &at->output, &report);
    assert_int_equal(report.duplicate_count, 1);
    assert_string_equal(report.duplicates[0],
                        "First (row 1) and First, copied (row 3) look like the same picture");
    ag_build_report_fini(&report);
}

/* A detail of a larger work is a work of its own. */
static void test_features_of_a_detail_are_no_duplicate(void **state)
{
    const fixture *at = *state;
    ag_build_report report;
    ag_image image;

    add_painting(&at->source, "Anna/Whole.jpg", 1);
    paint(&image, 1, 0);
    for (uint32_t y = 0; y < SIDE_PX / 2; y++)
        memmove(image.rgb + (size_t)y * SIDE_PX / 2 * 3, image.rgb + (size_t)y * SIDE_PX * 3,
                SIDE_PX / 2 * 3);
    image.width_px = image.height_px = SIDE_PX / 2;
    add_image(&at->source, "Anna/Detail.jpg", &image, 92);
    build_into(at, &at->output, &report);
    assert_int_equal(report.artworks_written, 2);
    assert_int_equal(report.duplicate_count, 0);
    ag_build_report_fini(&report);
}

static void test_features_may_be_missing_from_a_work(void **state)
{
    const fixture *at = *state;
    ag_build_report report;
    ag_image image;
    ag_gallery_facts facts;
    ag_feature_set set;

    paint(&image, 1, 0);
    memset(image.rgb, 90, (size_t)SIDE_PX * SIDE_PX * 3);
    add_image(&at->source, "Anna/Black Square.jpg", &image, 92);
    add_painting(&at->source, "Anna/Other.jpg", 2);
    build_into(at, &at->output, &report);
    assert_int_equal(report.artworks_written, 2);
    assert_int_equal(report.artworks_featured, 1);
    ag_build_report_fini(&report);
    ag_collection *collection = open_output(at);
    ag_gallery_facts_of(ag_collection_gallery(collection), &facts);
    assert_int_equal(facts.works_featured, 1);
    ag_gallery_features(ag_collection_gallery(collection), &set, 0);
    assert_int_equal(set.count, 0);
    ag_collection_close(collection);
}

static void test_features_of_another_build_are_refused_and_made_anew(void **state)
{
    const fixture *at = *state;
    char path[TEST_PATH_BYTES], version[64];
    ag_collection *collection;
    ag_build_report report;
    ag_err err = {0};

    build_two(at);
    collection = open_output(at);
    strcpy(version, ag_collection_info_of(collection)->version);
    ag_collection_close(collection);
    for (int is_there = 0; is_there < 2; is_there++) {
        unlink(test_path(path, &at->output, AG_MANIFEST_FEATURES));
        if (is_there)
            test_write_text(&at->output, AG_MANIFEST_FEATURES, "of another build");
        assert_int_equal(open_folder(&collection, &at->output, &err), AG_EFORMAT);
        assert_non_null(strstr(err.message, "add-features"));
        assert_int_equal(add_features(at, &report, NULL, NULL), AG_OK);
        assert_int_equal(report.artworks_featured, 2);
        ag_build_report_fini(&report);
        collection = open_output(at);
        check_gallery(collection);
        assert_string_not_equal(ag_collection_info_of(collection)->version, version);
        ag_collection_close(collection);
    }
}

/* Index and table as other software leaves them; images are named by the end of their paths. */
static void write_foreign(const test_folder *folder, const char *const paths[], size_t count)
{
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(count, D, 1);
    const ag_index_file index = {rows, count, D, AG_METRIC_L2};
    ag_table table;

    assert_int_equal(ag_index_file_write(test_path(path, folder, AG_MANIFEST_INDEX), &index, NULL),
                     AG_OK);
    assert_int_equal(ag_table_init(&table, 2, count, NULL), AG_OK);
    table.columns[0].name = "title";
    table.columns[1].name = "image_path";
    for (size_t i = 0; i < count; i++) {
        table.columns[0].cells[i] = ag_arena_printf(table.arena, "Work %zu", i);
        table.columns[1].cells[i] = paths[i];
    }
    assert_int_equal(ag_table_write_parquet(&table, test_path(path, folder, AG_MANIFEST_METADATA),
                                            "other", NULL),
                     AG_OK);
    ag_table_fini(&table);
    free(rows);
}

static void test_features_can_be_added_to_a_foreign_collection(void **state)
{
    static const char *const PATHS[] = {"data\\pictures\\Two.jpg", "gone.jpg", "data/One.jpg"};
    const fixture *at = *state;
    ag_build_report report;
    ag_err err = {0};
    ag_feature_set set;

    write_foreign(&at->output, PATHS, 3);
    ag_collection *collection = open_output(at);
    assert_null(ag_collection_gallery(collection));
    ag_collection_close(collection);

    assert_int_equal(add_features(at, &report, at->source.path, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "--images"));
    assert_false(is_there(&at->output, AG_MANIFEST_FEATURES));

    add_painting(&at->source, "One.jpg", 1);
    add_painting(&at->source, "pictures/Two.jpg", 2);
    assert_int_equal(add_features(at, &report, at->source.path, &err), AG_OK);
    assert_int_equal(report.artworks_written, 3);
    assert_int_equal(report.artworks_featured, 2);
    assert_int_equal(report.failed, 1);
    assert_non_null(strstr(report.failures[0], "gone.jpg"));
    ag_build_report_fini(&report);
    assert_false(is_there(&at->output, AG_MANIFEST_FILE));
    collection = open_output(at);
    assert_int_equal(ag_collection_info_of(collection)->dimension, D);
    for (size_t row = 0; row < 3; row++) {
        ag_gallery_features(ag_collection_gallery(collection), &set, row);
        assert_int_equal(set.count > 0, row != 1);
    }
    ag_collection_close(collection);
}

static void test_features_that_do_not_fit_are_refused(void **state)
{
    static const char *const PATHS[] = {"1.jpg", "2.jpg", "3.jpg"};
    const fixture *at = *state;
    char path[TEST_PATH_BYTES];
    const ag_gallery_options other = {.extractor_name = "other-1", .threads = 1};
    const ag_gallery_options ours = {.extractor_name = ag_extractor_name(), .threads = 1};
    const ag_feature_set none[3] = {{0}};
    ag_collection *collection;
    ag_err err = {0};

    write_foreign(&at->output, PATHS, 3);
    test_path(path, &at->output, AG_MANIFEST_FEATURES);
    assert_int_equal(ag_gallery_write(path, none, 2, &ours, NULL), AG_OK);
    assert_int_equal(open_folder(&collection, &at->output, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "3 rows"));
    assert_non_null(strstr(err.message, "add-features"));
    assert_int_equal(ag_gallery_write(path, none, 3, &other, NULL), AG_OK);
    assert_int_equal(open_folder(&collection, &at->output, &err), AG_EUNSUPPORTED);
    assert_non_null(strstr(err.message, "add-features"));
    test_write_text(&at->output, AG_MANIFEST_FEATURES, "damaged");
    assert_int_equal(open_folder(&collection, &at->output, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "add-features"));
}

static void test_features_or_vectors_must_be_there(void **state)
{
    static const char *const PATHS[] = {"1.jpg", "2.jpg"};
    const fixture *at = *state;
    char path[TEST_PATH_BYTES];
    ag_collection *collection;
    ag_err err = {0};

    write_foreign(&at->output, PATHS, 2);
    unlink(test_path(path, &at->output, AG_MANIFEST_INDEX));
    assert_int_equal(open_folder(&collection, &at->output, &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, AG_MANIFEST_FEATURES));
}

/* The files that a build leaves, in the order they are put in place. */
static const char *const ORDER[] = {AG_MANIFEST_METADATA, AG_MANIFEST_FEATURES, AG_MANIFEST_FILE};

/* An old build's files, and a new one's put in place as far as `renames` of them. */
static void interrupt_after(const fixture *at, const test_folder *before, const test_folder *after,
                            int renames)
{
    for (int i = 0; i < 3; i++) {
        char from[TEST_PATH_BYTES], name[64];
        snprintf(name, sizeof name, "%s%s", ORDER[i], i < renames ? "" : AG_MANIFEST_NEW);
        test_copy(&at->output, ORDER[i], test_path(from, before, ORDER[i]));
        test_copy(&at->output, name, test_path(from, after, ORDER[i]));
    }
}

static void test_features_of_an_interrupted_build_are_taken_up(void **state)
{
    const fixture *at = *state;
    test_folder before, after;
    ag_build_report report;

    test_folder_make(&before);
    test_folder_make(&after);
    add_painting(&at->source, "Anna/First.jpg", 1);
    build_into(at, &before, &report);
    ag_build_report_fini(&report);
    add_painting(&at->source, "Anna/Second.jpg", 2);
    build_into(at, &after, &report);
    ag_build_report_fini(&report);
    for (int renames = 0; renames <= 3; renames++) {
        interrupt_after(at, &before, &after, renames);
        ag_collection *collection = open_output(at);
        assert_int_equal(ag_collection_info_of(collection)->count, renames == 0 ? 1 : 2);
        check_gallery(collection);
        ag_collection_close(collection);
    }
    /* The next one finishes it, and leaves nothing of it. */
    interrupt_after(at, &before, &after, 0);
    assert_int_equal(add_features(at, &report, NULL, NULL), AG_OK);
    ag_build_report_fini(&report);
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s" AG_MANIFEST_NEW, ORDER[i]);
        assert_false(is_there(&at->output, name));
    }
    ag_collection *collection = open_output(at);
    assert_int_equal(ag_collection_info_of(collection)->count, 2);
    check_gallery(collection);
    ag_collection_close(collection);
    test_folder_remove(&before);
    test_folder_remove(&after);
}

static void test_features_whose_adding_was_interrupted_are_taken_up(void **state)
{
    const fixture *at = *state;
    char path[TEST_PATH_BYTES], fresh[TEST_PATH_BYTES];
    ag_build_report report;
    ag_buffer before = {0};

    build_two(at);
    test_path(path, &at->output, AG_MANIFEST_FILE);
    assert_int_equal(ag_file_read(&before, path, 1 << 20, NULL), AG_OK);
    add_painting(&at->source, "Anna/First.jpg", 4); /* scanned again, so that features differ */
    assert_int_equal(add_features(at, &report, NULL, NULL), AG_OK);
    ag_build_report_fini(&report);
    /* features.bin is in its place, collection.json not yet */
    assert_int_equal(rename(path, test_path(fresh, &at->output, AG_MANIFEST_FILE AG_MANIFEST_NEW)),
                     0);
    test_write(&at->output, AG_MANIFEST_FILE, before.data, before.length);
    ag_buffer_fini(&before);
    ag_collection *collection = open_output(at);
    check_gallery(collection);
    ag_collection_close(collection);
}

static void test_features_know_where_images_are(void **state)
{
    const fixture *at = *state;
    build_two(at);
    ag_collection *collection = open_output(at);
    char *file = ag_collection_image_file(collection, 1, NULL);
    char *moved = ag_collection_image_file(collection, 1, "/elsewhere");
    assert_int_equal(access(file, R_OK), 0);
    assert_string_equal(file + strlen(file) - strlen("/Anna/Second.jpg"), "/Anna/Second.jpg");
    assert_string_equal(moved, "/elsewhere/Anna/Second.jpg");
    free(file);
    free(moved);
    ag_collection_close(collection);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_features_are_enough_for_a_collection),
        TEST(test_features_tell_that_a_picture_is_there_twice),
        TEST(test_features_of_a_detail_are_no_duplicate),
        TEST(test_features_may_be_missing_from_a_work),
        TEST(test_features_of_another_build_are_refused_and_made_anew),
        TEST(test_features_can_be_added_to_a_foreign_collection),
        TEST(test_features_that_do_not_fit_are_refused),
        TEST(test_features_or_vectors_must_be_there),
        TEST(test_features_of_an_interrupted_build_are_taken_up),
        TEST(test_features_whose_adding_was_interrupted_are_taken_up),
        TEST(test_features_know_where_images_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
