/* Whole builds with a tiny model and real paintings. */
#include "base/file.h"
#include "collection/build.h"
#include "collection/catalogue.h"
#include "collection/collection.h"
#include "collection/manifest.h"
#include "image/resample.h"
#include "support.h"
#include "support/model_writer.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* What the tests share: a model, a folder to build from, one to build into. */
typedef struct build_fixture {
    const char *shared;
    test_folder model, source, output;
    ag_clip *clip;
} build_fixture;

static int make_fixture(void **state)
{
    build_fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    test_folder_make(&fixture->model);
    test_folder_make(&fixture->source);
    test_folder_make(&fixture->output);
    fixture->shared = test_shared();
    if (!fixture->shared)
        return 0;
    const ag_clip_options options = {AG_PRECISION_F32, 1, 16};
    return ag_test_model_write("tiny", fixture->model.path, NULL) ||
           ag_clip_open(&fixture->clip, fixture->model.path, &options, NULL);
}

static int remove_fixture(void **state)
{
    build_fixture *fixture = *state;

    ag_clip_close(fixture->clip);
    test_folder_remove(&fixture->model);
    test_folder_remove(&fixture->source);
    test_folder_remove(&fixture->output);
    free(fixture);
    return 0;
}

/* Copy a painting ("Monet/Water Lilies.jpg") to the folder that is built from. */
static void add_painting(const build_fixture *fixture, const char *painting, const char *name)
{
    char from[2 * TEST_PATH_BYTES];

    snprintf(from, sizeof from, "%s/artworks/%s", fixture->shared, painting);
    test_copy(&fixture->source, name, from);
}

static ag_status build(const build_fixture *fixture, ag_build_report *report,
                       const ag_build_options *options, ag_err *err)
{
    return ag_collection_build(report, fixture->clip, fixture->model.path, options, err);
}

static ag_build_options options_of(const build_fixture *fixture)
{
    return (ag_build_options){
        .source = fixture->source.path, .output = fixture->output.path, .threads = 2};
}

static ag_collection *open_output(const build_fixture *fixture)
{
    const ag_collection_paths paths = {.folder = fixture->output.path};
    ag_collection *collection = NULL;
    ag_err err = {0};

    if (ag_collection_open(&collection, &paths, &err))
        fail_msg("%s", err.message);
    return collection;
}

/* The row that an image file of the source is found as. */
static size_t recognise(const build_fixture *fixture, const ag_collection *collection,
                        const char *name)
{
    const ag_clip_info *info = ag_clip_info_of(fixture->clip);
    char path[TEST_PATH_BYTES];
    ag_buffer bytes = {0};
    ag_image image;
    ag_hit hit;
    uint8_t *crop = malloc((size_t)info->image_side_px * info->image_side_px * 3);
    float *vector = malloc(info->dimension * sizeof *vector);

    assert_int_equal(ag_file_read(&bytes, test_path(path, &fixture->source, name), 100 << 20, NULL),
                     AG_OK);
    assert_int_equal(
        ag_image_decode(&image, bytes.data, bytes.length, &AG_IMAGE_LIMITS_DEFAULT, NULL), AG_OK);
    assert_int_equal(ag_resample_clip_crop(crop, &image, info->image_side_px, NULL), AG_OK);
    assert_int_equal(ag_clip_encode(fixture->clip, vector, crop, 1, NULL), AG_OK);
    ag_clip_normalise(vector, 1, info->dimension);
    assert_int_equal(ag_collection_search(collection, &hit, vector, 1, info->dimension, 1, NULL),
                     AG_OK);
    assert_true(hit.score > 0.9999f);
    ag_image_fini(&image);
    ag_buffer_fini(&bytes);
    free(crop);
    free(vector);
    return hit.row;
}

static void test_build_names_folders_of_images(void **state)
{
    const build_fixture *fixture = *state;
    ag_build_report report;

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Van_Gogh/Self-Portrait (1889).jpg", "Van_Gogh/Self-Portrait (1889).jpg");
    add_painting(fixture, "Monet/Water Lilies.jpg", "Claude_Monet/03 - Water_Lilies.jpg");
    add_painting(fixture, "Monet/Impression, Sunrise.jpg", "Claude_Monet/Water Lilies.jpg");
    test_write_text(&fixture->source, "Claude_Monet/broken.jpg", "\xFF\xD8\xFF not really");
    test_write_text(&fixture->source, "Claude_Monet/notes.txt", "nothing to see");
    const ag_build_options options = options_of(fixture);
    assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
    assert_int_equal(report.images_found, 4);
    assert_int_equal(report.artworks_written, 3);
    assert_int_equal(report.failed, 1);
    assert_non_null(strstr(report.failures[0], "broken.jpg: "));
    ag_build_report_fini(&report);

    ag_collection *collection = open_output(fixture);
    const ag_collection_info *info = ag_collection_info_of(collection);
    assert_int_equal(info->count, 3);
    assert_string_equal(info->encoder, ag_clip_info_of(fixture->clip)->name);
    assert_string_equal(info->fingerprint, ag_clip_info_of(fixture->clip)->fingerprint);
    assert_int_equal(strlen(info->weights_sha256), 64);
    const ag_artwork *lilies = ag_collection_artwork(collection, 0);
    assert_string_equal(lilies->id, "claude-monet-water-lilies");
    assert_string_equal(lilies->artist, "Claude Monet");
    assert_string_equal(lilies->title, "Water Lilies");
    assert_string_equal(lilies->image_path, "Claude_Monet/03 - Water_Lilies.jpg");
    assert_string_equal(ag_collection_artwork(collection, 1)->id, "claude-monet-water-lilies-2");
    const ag_artwork *portrait = ag_collection_artwork(collection, 2);
    assert_string_equal(portrait->title, "Self-Portrait (1889)");
    assert_string_equal(portrait->years, "1889");
    json_t *extra = json_loads(portrait->extra_json, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(extra, "artist_key")), "Van_Gogh");
    assert_string_equal(json_string_value(json_object_get(extra, "filename")),
                        "Self-Portrait (1889).jpg");
    assert_true(json_integer_value(json_object_get(extra, "image_width_px")) > 50);
    json_decref(extra);
    assert_int_equal(recognise(fixture, collection, "Claude_Monet/03 - Water_Lilies.jpg"), 0);
    assert_int_equal(recognise(fixture, collection, "Claude_Monet/Water Lilies.jpg"), 1);
    assert_int_equal(recognise(fixture, collection, "Van_Gogh/Self-Portrait (1889).jpg"), 2);
    ag_collection_close(collection);
}

static void test_build_joins_a_table_to_its_images(void **state)
{
    const build_fixture *fixture = *state;
    ag_build_report report;

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Monet/Water Lilies.jpg", "a/1.jpg");
    add_painting(fixture, "Van_Gogh/Irises.jpg", "a/2.jpg");
    add_painting(fixture, "Rembrandt/The Night Watch.jpg", "Rembrandt/The Night Watch.jpg");
    test_write_text(&fixture->source, "metadata.csv",
                    "Maker,Work,Movement,Date,File,Room,No,Show\n"
                    "Vincent van Gogh,Irises,Post-Impressionism,1889,2.jpg,West 4,007,Flowers\n"
                    "Claude Monet,,,,data/a/1.jpg,,,\n"
                    "Nobody,Lost,,,lost.jpg,,,\n"
                    "Nobody,Imageless,,,,,,\n");
    const ag_build_options options = options_of(fixture);
    assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
    assert_int_equal(report.artworks_written, 3);
    assert_int_equal(report.failed, 2);
    assert_non_null(strstr(report.failures[0], "lost.jpg"));
    assert_non_null(strstr(report.failures[1], "row 4"));
    ag_build_report_fini(&report);

    ag_collection *collection = open_output(fixture);
    const ag_artwork *irises = ag_collection_artwork(collection, 0);
    assert_string_equal(irises->id, "vincent-van-gogh-irises");
    assert_string_equal(irises->period, "Post-Impressionism");
    assert_string_equal(irises->years, "1889");
    assert_string_equal(irises->room, "West 4");
    assert_string_equal(irises->exhibition, "Flowers");
    assert_null(strstr(irises->extra_json, "West 4"));
    assert_non_null(strstr(irises->extra_json, "\"No\":\"007\""));
    assert_string_equal(ag_collection_artwork(collection, 1)->artist, "Claude Monet");
    assert_string_equal(ag_collection_artwork(collection, 1)->title, "1");
    assert_string_equal(ag_collection_artwork(collection, 2)->artist, "Rembrandt");
    assert_int_equal(recognise(fixture, collection, "a/2.jpg"), 0);
    ag_collection_close(collection);
}

static void test_build_from_a_table_and_with_other_indexes(void **state)
{
    static const char *const KINDS[] = {"HNSW32", "IVF2,Flat", "flat"};
    const build_fixture *fixture = *state;
    char table[TEST_PATH_BYTES];

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Monet/Water Lilies.jpg", "pictures/1.jpg");
    add_painting(fixture, "Van_Gogh/Irises.jpg", "pictures/2.jpg");
    test_write_text(&fixture->source, "list.json",
                    "[{\"title\":\"Water Lilies\",\"image\":\"pictures/1.jpg\",\"n\":1},"
                    "{\"title\":\"Irises\",\"image\":\"pictures/2.jpg\",\"n\":2},"
                    "{\"title\":\"Gone\",\"image\":\"pictures/3.jpg\",\"n\":3}]");
    ag_build_options options = options_of(fixture);
    options.source = test_path(table, &fixture->source, "list.json");
    for (size_t i = 0; i < 3; i++) {
        ag_build_report report;
        options.index_kind = KINDS[i];
        assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
        assert_int_equal(report.artworks_written, 2);
        assert_int_equal(report.failed, 1);
        ag_build_report_fini(&report);
        ag_collection *collection = open_output(fixture);
        assert_string_equal(ag_collection_artwork(collection, 1)->title, "Irises");
        assert_non_null(strstr(ag_collection_artwork(collection, 1)->extra_json, "\"n\":2"));
        assert_int_equal(recognise(fixture, collection, "pictures/2.jpg"), 1);
        ag_collection_close(collection);
    }
}

static void test_build_among_its_images_can_be_repeated(void **state)
{
    const build_fixture *fixture = *state;

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Monet/Water Lilies.jpg", "1.jpg");
    test_write_text(&fixture->source, "metadata.csv", "title,image\nLilies,1.jpg\n");
    ag_build_options options = options_of(fixture);
    options.output = fixture->source.path;
    for (int i = 0; i < 2; i++) {
        ag_build_report report;
        assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
        assert_int_equal(report.artworks_written, 1);
        ag_build_report_fini(&report);
    }
}

static void test_build_does_not_wait_for_a_pipe(void **state)
{
    const build_fixture *fixture = *state;
    char path[TEST_PATH_BYTES];
    ag_build_report report;

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Monet/Water Lilies.jpg", "1.jpg");
    assert_int_equal(mkfifo(test_path(path, &fixture->source, "pipe.jpg"), 0600), 0);
    test_write_text(&fixture->source, "list.csv", "title,image\nPipe,pipe.jpg\nLilies,1.jpg\n");
    ag_build_options options = options_of(fixture);
    options.source = test_path(path, &fixture->source, "list.csv");
    assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
    assert_int_equal(report.artworks_written, 1);
    assert_int_equal(report.failed, 1);
    assert_non_null(strstr(report.failures[0], "pipe.jpg: not a regular file"));
    ag_build_report_fini(&report);
}

/* The one image is damaged: whoever looks at it first would say "no usable image". */
static void test_build_checks_where_it_goes_before_it_starts(void **state)
{
    const build_fixture *fixture = *state;
    char path[TEST_PATH_BYTES];
    ag_build_report report;
    ag_err err = {0};

    if (!fixture->shared)
        skip();
    test_write_text(&fixture->source, "bad.png", "not a picture");
    ag_build_options options = options_of(fixture);
    options.output = test_path(path, &fixture->source, "bad.png/models");
    assert_int_equal(build(fixture, &report, &options, &err), AG_EIO);
    assert_non_null(strstr(err.message, "bad.png/models"));
    options.output = fixture->output.path;
    options.index_kind = "HNWS32";
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "HNWS32"));
    options.index_kind = "IVF64,Flat";
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "64 lists"));
}

static void test_build_that_fails_leaves_the_old_collection(void **state)
{
    const build_fixture *fixture = *state;
    char path[TEST_PATH_BYTES];
    ag_build_report report;
    ag_err err = {0};

    if (!fixture->shared)
        skip();
    add_painting(fixture, "Monet/Water Lilies.jpg", "Monet/Water Lilies.jpg");
    ag_build_options options = options_of(fixture);
    assert_int_equal(build(fixture, &report, &options, NULL), AG_OK);
    ag_build_report_fini(&report);
    ag_collection *collection = open_output(fixture);
    char version[64];
    strcpy(version, ag_collection_info_of(collection)->version);
    ag_collection_close(collection);

    options.index_kind = "IVF100,Flat"; /* one vector cannot train it */
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "IVF100"));
    options.index_kind = NULL;
    options.table = "/nowhere.csv";
    assert_int_equal(build(fixture, &report, &options, &err), AG_ENOTFOUND);
    options.table = NULL;
    options.source = "/nowhere";
    assert_int_equal(build(fixture, &report, &options, &err), AG_ENOTFOUND);
    collection = open_output(fixture);
    assert_string_equal(ag_collection_info_of(collection)->version, version);
    ag_collection_close(collection);
    assert_int_not_equal(
        access(test_path(path, &fixture->output, AG_MANIFEST_INDEX AG_MANIFEST_NEW), F_OK), 0);
    assert_int_not_equal(
        access(test_path(path, &fixture->output, AG_MANIFEST_FILE AG_MANIFEST_NEW), F_OK), 0);
}

static void test_build_refuses_what_it_cannot_understand(void **state)
{
    const build_fixture *fixture = *state;
    ag_build_report report;
    ag_err err = {0};

    if (!fixture->shared)
        skip();
    const ag_build_options options = options_of(fixture);
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "no usable image"));
    test_write_text(&fixture->source, "bad.png", "not a picture");
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "bad.png"));
    test_write_text(&fixture->source, "metadata.csv", "artist,title\nMonet,Poppies\n");
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "image_path"));
    test_write_text(&fixture->source, "metadata.json", "[]");
    assert_int_equal(build(fixture, &report, &options, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "both"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_build_names_folders_of_images),
        TEST(test_build_joins_a_table_to_its_images),
        TEST(test_build_from_a_table_and_with_other_indexes),
        TEST(test_build_among_its_images_can_be_repeated),
        TEST(test_build_does_not_wait_for_a_pipe),
        TEST(test_build_checks_where_it_goes_before_it_starts),
        TEST(test_build_that_fails_leaves_the_old_collection),
        TEST(test_build_refuses_what_it_cannot_understand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
