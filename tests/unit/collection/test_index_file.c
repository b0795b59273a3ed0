#include "base/buffer.h"
#include "base/file.h"
#include "collection/faiss_index.h"
#include "collection/index_file.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER_BYTES 45

/* The bytes of a small index, as we write them. */
static void make_bytes(ag_buffer *out, ag_metric metric)
{
    test_folder folder;
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(6, 20, 1);
    const ag_index_file index = {rows, 6, 20, metric};

    test_folder_make(&folder);
    test_path(path, &folder, "flat.index");
    assert_int_equal(ag_index_file_write(path, &index, NULL), AG_OK);
    assert_int_equal(ag_file_read(out, path, 1 << 20, NULL), AG_OK);
    test_folder_remove(&folder);
    free(rows);
}

static void test_index_file_round_trip(void **state)
{
    float *rows = test_unit_rows(6, 20, 1);
    (void)state;

    for (int metric = 0; metric < 2; metric++) {
        ag_buffer bytes = {0};
        ag_index_file index;
        make_bytes(&bytes, (ag_metric)metric);
        assert_int_equal(ag_index_file_parse(&index, bytes.data, bytes.length, NULL), AG_OK);
        assert_int_equal(index.count, 6);
        assert_int_equal(index.dimension, 20);
        assert_int_equal(index.metric, metric);
        assert_memory_equal(index.rows, rows, 6 * 20 * sizeof(float));
        ag_buffer_fini(&bytes);
    }
    free(rows);
}

static void test_index_file_equals_what_faiss_writes(void **state)
{
    test_folder folder;
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(6, 20, 1);
    (void)state;

    test_folder_make(&folder);
    test_path(path, &folder, "faiss.index");
    for (int metric = 0; metric < 2; metric++) {
        ag_buffer ours = {0}, theirs = {0};
        const ag_index_file index = {rows, 6, 20, (ag_metric)metric};
        make_bytes(&ours, (ag_metric)metric);
        assert_int_equal(ag_faiss_index_write(path, "Flat", &index, NULL), AG_OK);
        assert_int_equal(ag_file_read(&theirs, path, 1 << 20, NULL), AG_OK);
        assert_int_equal(ours.length, theirs.length);
        assert_memory_equal(ours.data, theirs.data, ours.length);
        ag_buffer_fini(&ours);
        ag_buffer_fini(&theirs);
    }
    test_folder_remove(&folder);
    free(rows);
}

static void test_index_file_hostile_headers_are_refused(void **state)
{
    static const struct {
        size_t at, bytes;
        uint64_t value;
        ag_status status;
    } CASES[] = {
        {0, 4, 0x34324948, AG_EUNSUPPORTED},   /* "HI24" */
        {4, 4, 0, AG_EFORMAT},                 /* no dimensions */
        {4, 4, 0xFFFFFFFF, AG_EFORMAT},        /* -1 */
        {4, 4, 0x7FFFFFFF, AG_EFORMAT},        /* beyond any encoder */
        {4, 4, 21, AG_EFORMAT},                /* not what the bytes hold */
        {8, 8, 7, AG_EFORMAT},                 /* one vector more than there is */
        {8, 8, 5, AG_EFORMAT},                 /* one less */
        {8, 8, UINT64_MAX, AG_EFORMAT},        /* -1 */
        {8, 8, UINT64_C(1) << 62, AG_EFORMAT}, /* count × row overflows */
        {8, 8, UINT64_C(6) + (UINT64_C(1) << 60), AG_EFORMAT},
        {32, 1, 0, AG_EFORMAT},   /* not trained */
        {33, 4, 0, AG_EFORMAT},   /* inner product in an L2 index */
        {33, 4, 23, AG_EFORMAT},  /* a metric of FAISS's with an argument */
        {37, 8, 119, AG_EFORMAT}, /* fewer floats than count × dimension */
        {37, 8, UINT64_MAX, AG_EFORMAT},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_buffer bytes = {0};
        ag_index_file index = {0};
        ag_err err = {0};
        make_bytes(&bytes, AG_METRIC_L2);
        memcpy(bytes.data + CASES[i].at, &CASES[i].value, CASES[i].bytes);
        assert_int_equal(ag_index_file_parse(&index, bytes.data, bytes.length, &err),
                         CASES[i].status);
        assert_true(err.message[0] != '\0' && index.rows == NULL);
        ag_buffer_fini(&bytes);
    }
}

static void test_index_file_every_other_length_is_refused(void **state)
{
    ag_buffer bytes = {0};
    ag_index_file index;
    (void)state;

    make_bytes(&bytes, AG_METRIC_L2);
    assert_int_equal(bytes.length, HEADER_BYTES + 6 * 20 * sizeof(float));
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(ag_index_file_parse(&index, bytes.data, length, NULL), AG_EFORMAT);
    assert_int_equal(ag_buffer_append(&bytes, "x", 1, NULL), AG_OK);
    assert_int_equal(ag_index_file_parse(&index, bytes.data, bytes.length, NULL), AG_EFORMAT);
    ag_buffer_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_file_round_trip),
        cmocka_unit_test(test_index_file_equals_what_faiss_writes),
        cmocka_unit_test(test_index_file_hostile_headers_are_refused),
        cmocka_unit_test(test_index_file_every_other_length_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
