#include "clip/safetensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_FILE_BYTES 4096

/* A file of that header and that many bytes of data, 0, 1, 2, …. Returns its length. */
static size_t make_file(uint8_t file[MAX_FILE_BYTES], const char *header, size_t data_bytes)
{
    size_t header_bytes = strlen(header), length = 8 + header_bytes + data_bytes;
    assert_true(length <= MAX_FILE_BYTES);
    for (unsigned i = 0; i < 8; i++)
        file[i] = (uint8_t)(header_bytes >> (8 * i));
    memcpy(file + 8, header, header_bytes);
    for (size_t i = 0; i < data_bytes; i++)
        file[8 + header_bytes + i] = (uint8_t)i;
    return length;
}

static void test_safetensors_finds_tensors_in_any_order(void **state)
{
    (void)state;
    uint8_t bytes[MAX_FILE_BYTES];
    size_t length = make_file(bytes,
                              "{\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
                              "\"__metadata__\":{\"format\":\"pt\"},"
                              "\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                              "\"none\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]},"
                              "\"one\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[32,36]}}",
                              36);
    ag_safetensors *file;
    assert_int_equal(ag_safetensors_parse(&file, bytes, length, NULL), AG_OK);
    assert_int_equal(ag_safetensors_count(file), 4);
    assert_string_equal(ag_safetensors_at(file, 0)->name, "a");
    assert_null(ag_safetensors_find(file, "__metadata__"));
    assert_null(ag_safetensors_find(file, "c"));
    const ag_tensor *b = ag_safetensors_find(file, "b");
    assert_non_null(b);
    assert_int_equal(b->dtype, AG_DTYPE_F32);
    assert_int_equal(b->rank, 2);
    assert_int_equal(b->shape[1], 3);
    assert_int_equal(b->elements, 6);
    assert_int_equal(b->data[0], 8);
    assert_int_equal(ag_safetensors_find(file, "a")->dtype, AG_DTYPE_OTHER);
    assert_int_equal(ag_safetensors_find(file, "none")->elements, 0);
    assert_int_equal(ag_safetensors_find(file, "one")->elements, 1);
    ag_safetensors_close(file);
}

#define ENTRY(dtype, shape, offsets)                                                               \
    "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static const struct {
    const char *header;
    size_t data_bytes;
    ag_status status;
    const char *says;
} HOSTILE[] = {
    {"[]", 0, AG_EFORMAT, "header"},
    {"{\"a\":", 0, AG_EFORMAT, "header"},
    {"{\"a\":1}", 0, AG_EFORMAT, "object"},
    {ENTRY("F32", "[1]", "[0,4]") "x", 4, AG_EFORMAT, "header"},
    {"{\"a\":{},\"a\":{}}", 0, AG_EFORMAT, "header"},
    {ENTRY("F4", "[1]", "[0,4]"), 4, AG_EUNSUPPORTED, "F4"},
    {"{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, AG_EUNSUPPORTED, "dtype"},
    {ENTRY("F32", "1", "[0,4]"), 4, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[-1]", "[0,4]"), 4, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[1.0]", "[0,4]"), 4, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[4294967296,4294967296]", "[0,0]"), 0, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[4611686018427387904]", "[0,0]"), 0, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[99999999999999999999]", "[0,4]"), 4, AG_EFORMAT, "header"},
    {ENTRY("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, AG_EUNSUPPORTED, "dimensions"},
    {ENTRY("F32", "[1]", "[0]"), 4, AG_EFORMAT, "data_offsets"},
    {ENTRY("F32", "[1]", "[0,4,8]"), 4, AG_EFORMAT, "data_offsets"},
    {ENTRY("F32", "[1]", "[-4,0]"), 4, AG_EFORMAT, "data_offsets"},
    {ENTRY("F32", "[1]", "[4,0]"), 4, AG_EFORMAT, "outside"},
    {ENTRY("F32", "[2]", "[0,8]"), 4, AG_EFORMAT, "outside"},
    {ENTRY("F32", "[1]", "[9223372036854775804,9223372036854775807]"), 4, AG_EFORMAT, "outside"},
    {ENTRY("F32", "[2]", "[0,4]"), 4, AG_EFORMAT, "shape"},
    {ENTRY("F16", "[2]", "[0,8]"), 8, AG_EFORMAT, "shape"},
    {ENTRY("F32", "[1]", "[0,4]"), 8, AG_EFORMAT, "behind"},
    {ENTRY("F32", "[1]", "[4,8]"), 8, AG_EFORMAT, "in front"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
     12, AG_EFORMAT, "overlaps"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     4, AG_EFORMAT, "overlaps"},
};

static void test_safetensors_refuses_hostile_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        uint8_t bytes[MAX_FILE_BYTES];
        size_t length = make_file(bytes, HOSTILE[i].header, HOSTILE[i].data_bytes);
        ag_safetensors *file = NULL;
        ag_err err = {0};
        ag_status status = ag_safetensors_parse(&file, bytes, length, &err);
        if (status != HOSTILE[i].status || strstr(err.message, HOSTILE[i].says) == NULL)
            fail_msg("%s: status %d, \"%s\"", HOSTILE[i].header, (int)status, err.message);
        assert_null(file);
    }
}

static void test_safetensors_refuses_impossible_header_lengths(void **state)
{
    (void)state;
    static const uint64_t LENGTHS[] = {17, 1u << 20, (uint64_t)1 << 63, UINT64_MAX, UINT64_MAX - 7};
    uint8_t bytes[24] = {0};
    ag_safetensors *file;
    assert_int_equal(ag_safetensors_parse(&file, bytes, 7, NULL), AG_EFORMAT);
    assert_int_equal(ag_safetensors_parse(&file, bytes, 8, NULL), AG_EFORMAT);
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        memcpy(bytes, &LENGTHS[i], sizeof LENGTHS[i]);
        assert_int_equal(ag_safetensors_parse(&file, bytes, sizeof bytes, NULL), AG_EFORMAT);
    }
}

static void test_safetensors_refuses_a_header_over_the_limit(void **state)
{
    (void)state;
    uint64_t header = AG_SAFETENSORS_MAX_HEADER_BYTES + 1;
    uint8_t *bytes = calloc(1, 8 + header);
    ag_safetensors *file;
    assert_non_null(bytes);
    memcpy(bytes, &header, sizeof header);
    assert_int_equal(ag_safetensors_parse(&file, bytes, 8 + header, NULL), AG_ELIMIT);
    free(bytes);
}

static void test_safetensors_reads_each_float_type(void **state)
{
    (void)state;
    static const uint16_t F16[] = {0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff, 0x7c00};
    static const float F16_VALUES[] = {1, -2, 0x1p-24f, -0.0f, 65504, 1.0f / 0.0f};
    static const uint16_t BF16[] = {0x3f80, 0xc2f7};
    uint8_t bytes[MAX_FILE_BYTES];
    size_t length = make_file(bytes,
                              "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
                              "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},"
                              "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}",
                              20);
    const float pi = 3.14159265f;
    memcpy(bytes + length - 20, F16, sizeof F16);
    memcpy(bytes + length - 8, BF16, sizeof BF16);
    memcpy(bytes + length - 4, &pi, sizeof pi);
    ag_safetensors *file;
    assert_int_equal(ag_safetensors_parse(&file, bytes, length, NULL), AG_OK);
    float out[6];
    ag_tensor_read(out, ag_safetensors_find(file, "h"), 0, 6);
    assert_memory_equal(out, F16_VALUES, sizeof F16_VALUES);
    ag_tensor_read(out, ag_safetensors_find(file, "b"), 1, 1);
    assert_true(out[0] == -123.5f);
    ag_tensor_read(out, ag_safetensors_find(file, "f"), 0, 1);
    assert_true(out[0] == pi);
    ag_safetensors_close(file);
}

static void test_safetensors_fingerprint_tells_models_apart(void **state)
{
    (void)state;
    uint8_t bytes[MAX_FILE_BYTES];
    size_t length = make_file(bytes, ENTRY("F32", "[4]", "[0,16]"), 16);
    char before[AG_SHA256_HEX_BYTES], after[AG_SHA256_HEX_BYTES];
    ag_safetensors *file;
    assert_int_equal(ag_safetensors_parse(&file, bytes, length, NULL), AG_OK);
    assert_int_equal(ag_safetensors_fingerprint(before, file, NULL), AG_OK);
    assert_int_equal(strlen(before), 64);
    bytes[length - 1] ^= 1;
    assert_int_equal(ag_safetensors_fingerprint(after, file, NULL), AG_OK);
    assert_string_not_equal(before, after);
    ag_safetensors_close(file);
}

static void test_safetensors_open_names_the_file_it_refuses(void **state)
{
    (void)state;
    char path[] = "/tmp/artguide-safetensors-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "not weights", 11), 11);
    close(fd);
    ag_safetensors *file;
    ag_err err = {0};
    assert_int_equal(ag_safetensors_open(&file, path, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, path));
    unlink(path);
    assert_int_equal(ag_safetensors_open(&file, path, &err), AG_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safetensors_finds_tensors_in_any_order),
        cmocka_unit_test(test_safetensors_refuses_hostile_headers),
        cmocka_unit_test(test_safetensors_refuses_impossible_header_lengths),
        cmocka_unit_test(test_safetensors_refuses_a_header_over_the_limit),
        cmocka_unit_test(test_safetensors_reads_each_float_type),
        cmocka_unit_test(test_safetensors_fingerprint_tells_models_apart),
        cmocka_unit_test(test_safetensors_open_names_the_file_it_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
