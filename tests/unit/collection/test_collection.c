#include "base/file.h"
#include "collection/collection.h"
#include "collection/duckdb_table.h"
#include "collection/index_file.h"
#include "collection/manifest.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define D 32

/* Write an index and a table of `count` rows; `suffix` behind their names. */
static void write_files(const test_folder *folder, const char *suffix, size_t count, uint32_t seed,
                        const char *version)
{
    char path[TEST_PATH_BYTES], name[64];
    float *rows = test_unit_rows(count, D, seed);
    const ag_index_file index = {rows, count, D, AG_METRIC_L2};
    ag_table table;

    snprintf(name, sizeof name, AG_MANIFEST_INDEX "%s", suffix);
    assert_int_equal(ag_index_file_write(test_path(path, folder, name), &index, NULL), AG_OK);
    assert_int_equal(ag_table_init(&table, 2, count, NULL), AG_OK);
    table.columns[0].name = "title";
    table.columns[1].name = "version";
    for (size_t i = 0; i < count; i++) {
        table.columns[0].cells[i] = ag_arena_printf(table.arena, "Work %zu", i);
        table.columns[1].cells[i] = version;
    }
    snprintf(name, sizeof name, AG_MANIFEST_METADATA "%s", suffix);
    assert_int_equal(ag_table_write_parquet(&table, test_path(path, folder, name), version, NULL),
                     AG_OK);
    ag_table_fini(&table);
    free(rows);
}

/* Write the manifest of the files with that suffix. */
static void write_manifest(const test_folder *folder, const char *suffix, size_t count,
                           const char *version)
{
    char path[TEST_PATH_BYTES], name[64];
    ag_manifest manifest = {.info = {.count = count, .dimension = D}};
    ag_buffer bytes = {0};

    snprintf(manifest.info.version, sizeof manifest.info.version, "%s", version);
    snprintf(manifest.info.encoder, sizeof manifest.info.encoder, "clip-vit-test");
    manifest.index_bytes = 45 + count * D * sizeof(float);
    snprintf(name, sizeof name, AG_MANIFEST_METADATA "%s", suffix);
    assert_int_equal(ag_file_read(&bytes, test_path(path, folder, name), 1 << 20, NULL), AG_OK);
    const ag_bytes part = {bytes.data, bytes.length};
    ag_sha256_hex(manifest.metadata_sha256, &part, 1);
    ag_buffer_fini(&bytes);
    snprintf(name, sizeof name, AG_MANIFEST_FILE "%s", suffix);
    assert_int_equal(ag_manifest_write(&manifest, test_path(path, folder, name), NULL), AG_OK);
}

static ag_status open_folder(ag_collection **out, const test_folder *folder, ag_err *err)
{
    const ag_collection_paths paths = {.folder = folder->path};
    return ag_collection_open(out, &paths, err);
}

static int make_folder(void **state)
{
    test_folder *folder = calloc(1, sizeof *folder);
    test_folder_make(folder);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    test_folder_remove(*state);
    free(*state);
    return 0;
}

static void test_collection_of_other_software_finds_its_own_rows(void **state)
{
    const char *shared = test_shared();
    char folder[TEST_PATH_BYTES], path[TEST_PATH_BYTES + 32];
    ag_mapping mapping;
    ag_index_file index;
    ag_collection *collection;
    ag_hit hits[30 * 5];
    (void)state;

    if (!shared)
        skip();
    snprintf(folder, sizeof folder, "%s/compat", shared);
    snprintf(path, sizeof path, "%s/faiss.index", folder);
    const ag_collection_paths paths = {.folder = folder};
    assert_int_equal(ag_collection_open(&collection, &paths, NULL), AG_OK);
    const ag_collection_info *info = ag_collection_info_of(collection);
    assert_int_equal(info->count, 30);
    assert_int_equal(info->dimension, 512);
    assert_string_equal(info->index_kind, "flat L2");
    assert_string_equal(info->encoder, "");

    assert_int_equal(ag_file_map(&mapping, path, NULL), AG_OK);
    assert_int_equal(ag_index_file_parse(&index, mapping.data, mapping.length, NULL), AG_OK);
    float *vectors = malloc(30 * 512 * sizeof(float));
    memcpy(vectors, index.rows, 30 * 512 * sizeof(float));
    assert_int_equal(ag_collection_search(collection, hits, vectors, 30, 512, 5, NULL), AG_OK);
    for (size_t row = 0; row < 30; row++) {
        assert_int_equal(hits[row * 5].row, row);
        assert_true(fabsf(hits[row * 5].score - 1.0f) < 1e-6f);
        assert_true(hits[row * 5 + 1].score < 0.999f && hits[row * 5 + 1].score > 0.0f);
        assert_true(*ag_collection_artwork(collection, row)->title != '\0');
    }
    free(vectors);
    ag_file_unmap(&mapping);
    ag_collection_close(collection);
}

static void test_collection_paths_of_their_own_win(void **state)
{
    const test_folder *folder = *state;
    char index[TEST_PATH_BYTES], meta[TEST_PATH_BYTES];
    ag_collection *collection;

    write_files(folder, "", 5, 1, "a");
    write_files(folder, ".other", 7, 2, "b");
    write_manifest(folder, "", 5, "version a");
    const ag_collection_paths paths = {
        .folder = folder->path,
        .index_path = test_path(index, folder, AG_MANIFEST_INDEX ".other"),
        .meta_path = test_path(meta, folder, AG_MANIFEST_METADATA ".other"),
    };
    assert_int_equal(ag_collection_open(&collection, &paths, NULL), AG_OK);
    assert_int_equal(ag_collection_info_of(collection)->count, 7);
    assert_string_equal(ag_collection_info_of(collection)->version, "");
    ag_collection_close(collection);

    assert_int_equal(open_folder(&collection, folder, NULL), AG_OK);
    assert_int_equal(ag_collection_info_of(collection)->count, 5);
    assert_string_equal(ag_collection_info_of(collection)->version, "version a");
    assert_string_equal(ag_collection_info_of(collection)->encoder, "clip-vit-test");
    ag_collection_close(collection);
}

static void test_collection_bad_files_are_refused_with_a_reason(void **state)
{
    const test_folder *folder = *state;
    char path[TEST_PATH_BYTES];
    ag_collection *collection;
    ag_err err = {0};

    assert_int_equal(open_folder(&collection, folder, &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, AG_MANIFEST_INDEX));

    write_files(folder, "", 5, 1, "a");
    float *rows = test_unit_rows(6, D, 1);
    ag_index_file index = {rows, 6, D, AG_METRIC_L2};
    test_path(path, folder, AG_MANIFEST_INDEX);
    assert_int_equal(ag_index_file_write(path, &index, NULL), AG_OK);
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "6 vectors"));
    assert_non_null(strstr(err.message, "5 rows"));

    index.count = 5;
    rows[3 * D + 7] = NAN;
    assert_int_equal(ag_index_file_write(path, &index, NULL), AG_OK);
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "vector 3"));

    test_write_text(folder, AG_MANIFEST_INDEX, "this is no index");
    assert_int_not_equal(open_folder(&collection, folder, &err), AG_OK);
    test_write_text(folder, AG_MANIFEST_INDEX, "");
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);

    write_files(folder, "", 0, 1, "a");
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "empty"));

    write_files(folder, "", 5, 1, "a");
    test_write_text(folder, AG_MANIFEST_METADATA, "PAR1 but not really PAR1");
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);

    write_files(folder, "", 5, 1, "a");
    test_write_text(folder, AG_MANIFEST_FILE, "{\"format\": 99}");
    assert_int_equal(open_folder(&collection, folder, &err), AG_EUNSUPPORTED);
    test_write_text(folder, AG_MANIFEST_FILE, "{");
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);
    free(rows);
}

static void test_collection_search_checks_what_it_is_asked(void **state)
{
    const test_folder *folder = *state;
    ag_collection *collection;
    float *queries = test_unit_rows(2, D, 1);
    ag_hit hits[2 * 8];
    ag_err err = {0};

    write_files(folder, "", 5, 1, "a");
    write_manifest(folder, "", 5, "version a");
    assert_int_equal(open_folder(&collection, folder, NULL), AG_OK);
    assert_int_equal(ag_collection_search(collection, hits, queries, 2, D, 8, NULL), AG_OK);
    assert_int_equal(hits[0].row, 0);
    assert_int_equal(hits[8].row, 1);
    assert_true(hits[5].row == SIZE_MAX && hits[5].score == -1.0f);
    assert_int_equal(ag_collection_search(collection, hits, queries, 2, D / 2, 8, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "clip-vit-test"));
    assert_int_equal(ag_collection_search(collection, hits, queries, SIZE_MAX / 2, D, 8, &err),
                     AG_ELIMIT);
    ag_collection_close(collection);
    free(queries);
}

/* Put a new build's files in place as far as `renames` of the three, and stop. */
static void interrupt_after(const test_folder *folder, int renames)
{
    static const char *const ORDER[] = {AG_MANIFEST_METADATA, AG_MANIFEST_INDEX, AG_MANIFEST_FILE};
    char from[2 * TEST_PATH_BYTES], to[TEST_PATH_BYTES];

    write_files(folder, "", 5, 1, "a");
    write_manifest(folder, "", 5, "version a");
    write_files(folder, AG_MANIFEST_NEW, 5, 2, "b");
    write_manifest(folder, AG_MANIFEST_NEW, 5, "version b");
    for (int i = 0; i < renames; i++) {
        snprintf(from, sizeof from, "%s/%s" AG_MANIFEST_NEW, folder->path, ORDER[i]);
        assert_int_equal(rename(from, test_path(to, folder, ORDER[i])), 0);
    }
}

static void test_collection_interrupted_build_is_the_old_one_or_the_new(void **state)
{
    const test_folder *folder = *state;
    float *old_rows = test_unit_rows(5, D, 1), *new_rows = test_unit_rows(5, D, 2);

    for (int renames = 0; renames <= 3; renames++) {
        ag_collection *collection;
        ag_hit hits[5];
        interrupt_after(folder, renames);
        assert_int_equal(open_folder(&collection, folder, NULL), AG_OK);
        assert_string_equal(ag_collection_info_of(collection)->version,
                            renames == 0 ? "version a" : "version b");
        assert_string_equal(ag_collection_artwork(collection, 4)->extra_json,
                            renames == 0 ? "{\"version\":\"a\"}" : "{\"version\":\"b\"}");
        assert_int_equal(ag_collection_search(collection, hits, renames == 0 ? old_rows : new_rows,
                                              1, D, 5, NULL),
                         AG_OK);
        assert_true(hits[0].row == 0 && hits[0].score == 1.0f);
        ag_collection_close(collection);
    }
    free(old_rows);
    free(new_rows);
}

static void test_collection_interrupted_build_over_other_software_is_not_mixed(void **state)
{
    const test_folder *folder = *state;
    char path[TEST_PATH_BYTES];
    ag_collection *collection;

    interrupt_after(folder, 1); /* new metadata, old index, and as many rows in both */
    assert_int_equal(unlink(test_path(path, folder, AG_MANIFEST_FILE)), 0);
    assert_int_equal(open_folder(&collection, folder, NULL), AG_OK);
    assert_string_equal(ag_collection_info_of(collection)->version, "version b");
    assert_string_equal(ag_collection_artwork(collection, 4)->extra_json, "{\"version\":\"b\"}");
    ag_collection_close(collection);
}

static void test_collection_mixed_files_are_refused(void **state)
{
    const test_folder *folder = *state;
    char path[TEST_PATH_BYTES];
    ag_collection *collection;
    ag_err err = {0};

    interrupt_after(folder, 1);
    unlink(test_path(path, folder, AG_MANIFEST_INDEX AG_MANIFEST_NEW));
    unlink(test_path(path, folder, AG_MANIFEST_FILE AG_MANIFEST_NEW));
    assert_int_equal(open_folder(&collection, folder, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "same build"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collection_of_other_software_finds_its_own_rows),
        cmocka_unit_test_setup_teardown(test_collection_paths_of_their_own_win, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_collection_bad_files_are_refused_with_a_reason,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_collection_search_checks_what_it_is_asked, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_collection_interrupted_build_is_the_old_one_or_the_new,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            test_collection_interrupted_build_over_other_software_is_not_mixed, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(test_collection_mixed_files_are_refused, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
