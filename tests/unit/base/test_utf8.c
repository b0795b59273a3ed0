#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_utf8_measures_well_formed_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t left, length;
    } CASES[] = {
        {"a", 1, 1},
        {"\xc3\xa9", 2, 2},
        {"\xe2\x82\xac", 3, 3},
        {"\xf0\x9f\x8e\xa8", 4, 4},
        {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF */
        {"\xed\x9f\xbf", 3, 3},     /* U+D7FF */
        {"", 1, 1},
        {"a", 0, 0},
        {"\xc3\xa9", 1, 0},         /* cut off */
        {"\xf0\x9f\x8e\xa8", 3, 0}, /* cut off */
        {"\x80", 1, 0},
        {"\xc0\x80", 2, 0},         /* overlong */
        {"\xe0\x80\x80", 3, 0},     /* overlong */
        {"\xf0\x80\x80\x80", 4, 0}, /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* U+110000 */
        {"\xff", 1, 0},
        {"\xc3(", 2, 0},
        {"\xe2\x82(", 3, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(ag_utf8_sequence_length(CASES[i].text, CASES[i].left), CASES[i].length);
}

static void test_utf8_trims_only_partial_characters(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"", ""},
        {"ab", "ab"},
        {"a\xc3\xa9", "a\xc3\xa9"},
        {"a\xc3", "a"},
        {"a\xe2\x82", "a"},
        {"a\xe2", "a"},
        {"\xf0\x9f\x8e", ""},
        {"\xf0\x9f\x8e\xa8", "\xf0\x9f\x8e\xa8"},
        {"\x80\x80\x80\x80", "\x80\x80\x80\x80"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[16];
        strcpy(text, CASES[i][0]);
        ag_utf8_trim_partial(text);
        assert_string_equal(text, CASES[i][1]);
    }
}

static void test_utf8_decodes_what_it_encodes(void **state)
{
    (void)state;
    static const struct {
        uint32_t character;
        const char *text;
    } CASES[] = {{'A', "A"},
                 {0x7f, "\x7f"},
                 {0x80, "\xc2\x80"},
                 {0x7ff, "\xdf\xbf"},
                 {0x800, "\xe0\xa0\x80"},
                 {0xffff, "\xef\xbf\xbf"},
                 {0x10000, "\xf0\x90\x80\x80"},
                 {0x10ffff, "\xf4\x8f\xbf\xbf"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char bytes[AG_UTF8_MAX_BYTES];
        uint32_t character;
        size_t length = ag_utf8_encode(bytes, CASES[i].character);
        assert_int_equal(length, strlen(CASES[i].text));
        assert_memory_equal(bytes, CASES[i].text, length);
        assert_int_equal(ag_utf8_decode(&character, CASES[i].text), length);
        assert_int_equal(character, CASES[i].character);
    }
}

static void test_utf8_decodes_stray_bytes_one_by_one(void **state)
{
    (void)state;
    static const char *const CASES[] = {"\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xff("};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint32_t character;
        assert_int_equal(ag_utf8_decode(&character, CASES[i]), 1);
        assert_int_equal(character, AG_UTF8_REPLACEMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_measures_well_formed_characters),
        cmocka_unit_test(test_utf8_decodes_what_it_encodes),
        cmocka_unit_test(test_utf8_decodes_stray_bytes_one_by_one),
        cmocka_unit_test(test_utf8_trims_only_partial_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
