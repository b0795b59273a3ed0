#include "base/buffer.h"
#include "base/file.h"
#include "collection/faiss_index.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 400
#define D     24

/* FAISS loses the half of an index it has read when it refuses the rest; the leak checker, where
 * there is one, is told not to look. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static ag_status open_damaged(ag_faiss_index **out, const ag_buffer *bytes, size_t length,
                              ag_err *err)
{
    if (__lsan_disable)
        __lsan_disable();
    ag_status status = ag_faiss_index_open(out, bytes->data, length, err);
    if (__lsan_enable)
        __lsan_enable();
    return status;
}

static ag_status make_index(ag_buffer *out, const char *kind, ag_metric metric, ag_err *err)
{
    test_folder folder;
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(COUNT, D, 1);
    const ag_index_file vectors = {rows, COUNT, D, metric};

    test_folder_make(&folder);
    ag_status status =
        ag_faiss_index_write(test_path(path, &folder, "x.index"), kind, &vectors, err);
    if (!status)
        assert_int_equal(ag_file_read(out, path, 10 << 20, NULL), AG_OK);
    test_folder_remove(&folder);
    free(rows);
    return status;
}

static void test_faiss_index_every_row_finds_itself(void **state)
{
    static const char *const KINDS[] = {"Flat", "HNSW32", "IVF4,Flat", "IVF4,SQ8", "PCA16,Flat"};
    float *rows = test_unit_rows(COUNT, D, 1);
    (void)state;

    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        for (int metric = 0; metric < 2; metric++) {
            ag_buffer bytes = {0};
            ag_faiss_index *index;
            ag_hit hits[COUNT * 2];
            assert_int_equal(make_index(&bytes, KINDS[i], (ag_metric)metric, NULL), AG_OK);
            assert_int_equal(ag_faiss_index_open(&index, bytes.data, bytes.length, NULL), AG_OK);
            assert_int_equal(ag_faiss_index_info(index)->count, COUNT);
            assert_int_equal(ag_faiss_index_info(index)->dimension, D);
            assert_int_equal(ag_faiss_index_search(index, hits, rows, COUNT, 2, NULL), AG_OK);
            const bool is_lossy = strncmp(KINDS[i], "PCA", 3) == 0;
            for (size_t row = 0; row < COUNT; row++) {
                assert_true(is_lossy || hits[row * 2].row == row);
                assert_true(is_lossy || fabsf(hits[row * 2].score - 1) < 0.02f);
                assert_true(hits[row * 2].score >= hits[row * 2 + 1].score);
            }
            ag_faiss_index_close(index);
            ag_buffer_fini(&bytes);
        }
    free(rows);
}

static void test_faiss_index_more_than_there_are(void **state)
{
    ag_buffer bytes = {0};
    ag_faiss_index *index;
    ag_hit hits[COUNT + 5];
    float *query = test_unit_rows(1, D, 9);
    (void)state;

    assert_int_equal(make_index(&bytes, "IVF4,Flat", AG_METRIC_L2, NULL), AG_OK);
    assert_int_equal(ag_faiss_index_open(&index, bytes.data, bytes.length, NULL), AG_OK);
    assert_int_equal(ag_faiss_index_search(index, hits, query, 1, COUNT + 5, NULL), AG_OK);
    assert_true(hits[COUNT - 1].row < COUNT);
    assert_true(hits[COUNT].row == SIZE_MAX && hits[COUNT].score == AG_HIT_NO_SCORE);
    ag_faiss_index_close(index);
    ag_buffer_fini(&bytes);
    free(query);
}

static void test_faiss_index_rows_without_score_do_not_exist(void **state)
{
    test_folder folder;
    char path[TEST_PATH_BYTES];
    ag_buffer bytes = {0};
    ag_faiss_index *index;
    ag_hit hits[3];
    float *rows = test_unit_rows(3, D, 1);
    const ag_index_file vectors = {rows, 3, D, AG_METRIC_INNER_PRODUCT};
    (void)state;

    rows[D] = NAN;
    test_folder_make(&folder);
    assert_int_equal(
        ag_faiss_index_write(test_path(path, &folder, "x.index"), "HNSW8", &vectors, NULL), AG_OK);
    assert_int_equal(ag_file_read(&bytes, path, 10 << 20, NULL), AG_OK);
    assert_int_equal(ag_faiss_index_open(&index, bytes.data, bytes.length, NULL), AG_OK);
    assert_int_equal(ag_faiss_index_search(index, hits, rows + D, 1, 3, NULL), AG_OK);
    for (size_t i = 0; i < 3; i++)
        assert_true(hits[i].row == SIZE_MAX && hits[i].score == AG_HIT_NO_SCORE);
    ag_faiss_index_close(index);
    ag_buffer_fini(&bytes);
    test_folder_remove(&folder);
    free(rows);
}

static void test_faiss_index_full_disk_is_an_error(void **state)
{
    float *rows = test_unit_rows(2, D, 1);
    const ag_index_file vectors = {rows, 2, D, AG_METRIC_L2}; /* less than a stream's buffer */
    ag_err err = {0};
    (void)state;

    assert_int_equal(ag_faiss_index_write("/dev/full", "HNSW2", &vectors, &err), AG_EIO);
    assert_non_null(strstr(err.message, "/dev/full"));
    free(rows);
}

static void test_faiss_index_bad_kinds_are_refused(void **state)
{
    static const char *const KINDS[] = {"", "Nonsense", "IVF1000,Flat", "PQ7"};
    (void)state;

    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        ag_buffer bytes = {0};
        ag_err err = {0};
        assert_int_equal(make_index(&bytes, KINDS[i], AG_METRIC_L2, &err), AG_EINVAL);
        assert_non_null(strstr(err.message, KINDS[i]));
        ag_buffer_fini(&bytes);
    }
}

static void test_faiss_index_truncated_files_are_refused(void **state)
{
    static const char *const KINDS[] = {"HNSW8", "IVF4,Flat"};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        ag_buffer bytes = {0};
        ag_faiss_index *index;
        assert_int_equal(make_index(&bytes, KINDS[i], AG_METRIC_L2, NULL), AG_OK);
        for (size_t length = 0; length < bytes.length; length += length < 200 ? 1 : 997) {
            ag_err err = {0};
            assert_int_not_equal(open_damaged(&index, &bytes, length, &err), AG_OK);
            assert_true(err.message[0] != '\0');
        }
        ag_buffer_fini(&bytes);
    }
}

static void test_faiss_index_hostile_sizes_and_links_are_refused(void **state)
{
    ag_buffer bytes = {0};
    float *query = test_unit_rows(1, D, 9);
    size_t refused = 0;
    (void)state;

    /* Every 4-byte word in turn becomes huge: what opens all the same must be safe to search. */
    assert_int_equal(make_index(&bytes, "HNSW8", AG_METRIC_L2, NULL), AG_OK);
    for (size_t at = 4; at + 4 <= bytes.length; at += at < 2000 ? 1 : 331) {
        uint32_t original, hostile = 0x7FFFFF00;
        ag_faiss_index *index;
        ag_hit hits[5];
        memcpy(&original, bytes.data + at, 4);
        memcpy(bytes.data + at, &hostile, 4);
        if (open_damaged(&index, &bytes, bytes.length, NULL) == AG_OK) {
            if (ag_faiss_index_info(index)->dimension == D)
                (void)!ag_faiss_index_search(index, hits, query, 1, 5, NULL);
            ag_faiss_index_close(index);
        } else {
            refused++;
        }
        memcpy(bytes.data + at, &original, 4);
    }
    assert_true(refused > 100);
    ag_buffer_fini(&bytes);
    free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faiss_index_every_row_finds_itself),
        cmocka_unit_test(test_faiss_index_more_than_there_are),
        cmocka_unit_test(test_faiss_index_rows_without_score_do_not_exist),
        cmocka_unit_test(test_faiss_index_full_disk_is_an_error),
        cmocka_unit_test(test_faiss_index_bad_kinds_are_refused),
        cmocka_unit_test(test_faiss_index_truncated_files_are_refused),
        cmocka_unit_test(test_faiss_index_hostile_sizes_and_links_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
