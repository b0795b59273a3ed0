#include "base/base64_kernels.h"
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_base64_of_rfc4648(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_buffer text = {0}, bytes = {0};
        assert_int_equal(ag_base64_encode(&text, CASES[i][0], strlen(CASES[i][0]), NULL), AG_OK);
        assert_string_equal((char *)text.data, CASES[i][1]);
        assert_int_equal(ag_base64_decode(&bytes, CASES[i][1], strlen(CASES[i][1]), NULL), AG_OK);
        assert_string_equal((char *)bytes.data, CASES[i][0]);
        ag_buffer_fini(&text);
        ag_buffer_fini(&bytes);
    }
}

static void test_base64_decode_is_lenient_where_harmless(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"Zm9vYg", "foob"},
        {"Zm9vYmE", "fooba"},
        {" Z\tm\r\n9v\fY\vmFy\n", "foobar"},
        {"Zg=\n=\n", "f"},
        {"data:image/jpeg;base64,Zm9v", "foo"},
        {"data:;base64,Zm9v", "foo"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_buffer bytes = {0};
        assert_int_equal(ag_base64_decode(&bytes, CASES[i][0], strlen(CASES[i][0]), NULL), AG_OK);
        assert_string_equal((char *)bytes.data, CASES[i][1]);
        ag_buffer_fini(&bytes);
    }
}

static void test_base64_decode_refuses_and_leaves_the_buffer(void **state)
{
    (void)state;
    static const char *const CASES[] = {"Z",
                                        "Zm9vY",
                                        "=",
                                        "====",
                                        "Z===",
                                        "Zm9v=",
                                        "Zm9v====",
                                        "Zg=",
                                        "Zg===",
                                        "Zg==Z",
                                        "Zg=g",
                                        "Zm8==",
                                        "Zm-_",
                                        "Zm9v\x80",
                                        "Zm9v!",
                                        "Zm\xc3\xa9v",
                                        "data:text/plain,Zm9v"};
    ag_buffer bytes = {0};
    assert_int_equal(ag_buffer_append(&bytes, "kept", 4, NULL), AG_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_err err;
        assert_int_equal(ag_base64_decode(&bytes, CASES[i], strlen(CASES[i]), &err), AG_EFORMAT);
        assert_string_equal((char *)bytes.data, "kept");
        assert_int_equal(bytes.length, 4);
    }
    ag_buffer_fini(&bytes);
}

static void test_base64_round_trip_of_every_length(void **state)
{
    (void)state;
    srand(1);
    for (size_t length = 0; length < 400; length++) {
        uint8_t *in = malloc(length + 1);
        for (size_t i = 0; i < length; i++)
            in[i] = (uint8_t)rand();
        ag_buffer text = {0}, bytes = {0};
        assert_int_equal(ag_base64_encode(&text, in, length, NULL), AG_OK);
        assert_int_equal(text.length, (length + 2) / 3 * 4);
        assert_int_equal(ag_base64_decode(&bytes, (char *)text.data, text.length, NULL), AG_OK);
        assert_int_equal(bytes.length, length);
        assert_memory_equal(bytes.data, in, length);
        free(in);
        ag_buffer_fini(&text);
        ag_buffer_fini(&bytes);
    }
}

static void test_base64_decodes_lines_of_76(void **state)
{
    (void)state;
    uint8_t in[1000];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 7);
    ag_buffer text = {0}, lines = {0}, bytes = {0};
    assert_int_equal(ag_base64_encode(&text, in, sizeof in, NULL), AG_OK);
    for (size_t i = 0; i < text.length; i += 76)
        ag_buffer_printf(&lines, "%.76s\r\n", (char *)text.data + i);
    assert_int_equal(ag_base64_decode(&bytes, (char *)lines.data, lines.length, NULL), AG_OK);
    assert_int_equal(bytes.length, sizeof in);
    assert_memory_equal(bytes.data, in, sizeof in);
    ag_buffer_fini(&text);
    ag_buffer_fini(&lines);
    ag_buffer_fini(&bytes);
}

/* Each set's loops against the portable one's, in blocks of exactly the size they may touch. */
static void compare_kernels(const ag_base64_kernels *set, const ag_base64_kernels *portable,
                            size_t length)
{
    uint8_t *in = malloc(length + 1), *out = malloc(length / 3 * 4 + 1);
    uint8_t *wanted = malloc(length / 3 * 4 + 1), *back = malloc(length / 3 * 3 + 1);
    for (size_t i = 0; i < length; i++)
        in[i] = (uint8_t)rand();
    size_t whole = portable->encode(wanted, in, length);
    assert_int_equal(whole, length / 3 * 3);
    size_t taken = set->encode(out, in, length);
    assert_true(taken <= whole && taken % 3 == 0);
    assert_memory_equal(out, wanted, taken / 3 * 4);
    taken = set->decode(back, wanted, whole / 3 * 4);
    assert_true(taken <= whole / 3 * 4 && taken % 4 == 0);
    assert_memory_equal(back, in, taken / 4 * 3);
    free(in);
    free(out);
    free(wanted);
    free(back);
}

static void test_base64_kernels_agree(void **state)
{
    (void)state;
    srand(2);
    const ag_base64_kernels *portable = NULL, *set;
    for (size_t i = 0; (set = ag_base64_kernels_at(i)) != NULL; i++)
        portable = set;
    assert_non_null(portable);
    assert_string_equal(portable->name, "portable");
    for (size_t i = 0; (set = ag_base64_kernels_at(i)) != NULL; i++) {
        print_message("kernels: %s\n", set->name);
        for (size_t length = 0; length < 300; length++)
            compare_kernels(set, portable, length);
    }
}

static void test_base64_kernels_stop_at_every_other_character(void **state)
{
    (void)state;
    const ag_base64_kernels *set;
    for (size_t i = 0; (set = ag_base64_kernels_at(i)) != NULL; i++) {
        for (int c = 0; c < 256; c++) {
            uint8_t in[128], out[96];
            size_t place = (size_t)(c * 5 + 3) % 64;
            memset(in, 'A', sizeof in);
            in[place] = (uint8_t)c;
            size_t taken = set->decode(out, in, sizeof in);
            if (AG_BASE64_VALUES[c] == 0)
                assert_true(taken <= place);
            else
                assert_true(taken >= 64);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_of_rfc4648),
        cmocka_unit_test(test_base64_decode_is_lenient_where_harmless),
        cmocka_unit_test(test_base64_decode_refuses_and_leaves_the_buffer),
        cmocka_unit_test(test_base64_round_trip_of_every_length),
        cmocka_unit_test(test_base64_decodes_lines_of_76),
        cmocka_unit_test(test_base64_kernels_agree),
        cmocka_unit_test(test_base64_kernels_stop_at_every_other_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
