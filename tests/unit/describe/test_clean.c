#include "describe/clean.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

typedef struct row {
    const char *text;
    const char *clean;
} row;

static const row lines[] = {
    {NULL, ""},
    {"", ""},
    {" \t\r\n ", ""},
    {"  Water   Lilies\n", "Water Lilies"},
    {"Night\r\nCafé", "Night Café"},
    {"a\x01\x02\x1b[31mb\x7f", "a [31mb"},
    {"no\xc2\xa0"
     "break \xe3\x80\x80"
     "space",
     "no break space"},
    {"\xe2\x80\xaetxt.exe\xe2\x80\xac", "txt.exe"}, /* right-to-left override */
    {"\xe2\x81\xa7"
     "a\xe2\x80\x8f\xef\xbb\xbf"
     "b",
     "ab"}, /* isolate, mark, byte order mark */
    {"\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85"},
    {"\xf0\x9f\x8e\xa8", "\xf0\x9f\x8e\xa8"},
    {"bad \xff\xc3 end\xe2\x82", "bad \xef\xbf\xbd\xef\xbf\xbd end\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* surrogate */
    {"The <i>Mona Lisa</i>, again", "The Mona Lisa, again"},
    {"one<br/>two<P class=\"x\">three</p>", "one two three"},
    {"<script>alert(1)</script>", "alert(1)"},
    {"<Untitled> & a < b", "<Untitled> & a < b"},
    {"<b", "<b"},
    {"Salt &amp; Light &lt;1&gt; &unknown; &", "Salt & Light <1> &unknown; &"},
};

static void test_clean_makes_one_plain_line(void **state)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_string_equal(ag_clean_text(*state, lines[i].text, 100, false), lines[i].clean);
}

static void test_clean_keeps_paragraphs(void **state)
{
    assert_string_equal(ag_clean_text(*state, " One\nline.\r\n \r\n\n Two. ", 100, true),
                        "One line.\n\nTwo.");
    assert_string_equal(ag_clean_text(*state, "<p>One</p><p>Two</p>", 100, true), "One\n\nTwo");
    assert_string_equal(ag_clean_text(*state, "a\n\nb", 100, false), "a b");
}

static void test_clean_cuts_between_characters(void **state)
{
    assert_string_equal(ag_clean_text(*state, "ééééé", 5, false), "ééééé");
    assert_string_equal(ag_clean_text(*state, "ééééé", 4, false), "éééé…");
    assert_string_equal(ag_clean_text(*state, "ééééé  ", 5, false), "ééééé");
    assert_string_equal(ag_clean_text(*state, "a🎨🎨", 2, false), "a🎨…");
    assert_string_equal(ag_clean_text(*state, "abc", 0, false), "…");
}

static void test_clean_cuts_after_words(void **state)
{
    assert_string_equal(ag_clean_text(*state, "The Potato Eaters", 13, false), "The Potato…");
    assert_string_equal(ag_clean_text(*state, "The Potato Eaters", 10, false), "The Potato…");
    assert_string_equal(ag_clean_text(*state, "The Potato Eaters", 9, false), "The…");
    assert_string_equal(ag_clean_text(*state, "A abcdefghijklmnopqrstuvwxyzabc", 28, false),
                        "A abcdefghijklmnopqrstuvwxyz…");
}

static void test_clean_bounds_a_huge_cell(void **state)
{
    size_t size = 1 << 20;
    char *huge = ag_try_malloc(size + 1, 1);
    assert_non_null(huge);
    memset(huge, '\xff', size);
    huge[size] = '\0';
    const char *clean = ag_clean_text(*state, huge, 200, false);
    assert_int_equal(strlen(clean), 3 * 200 + strlen("…"));
    memset(huge, ' ', size);
    assert_string_equal(ag_clean_text(*state, huge, 200, false), "");
    free(huge);
}

static int set_up(void **state)
{
    *state = ag_arena_create(0);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    ag_arena_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_makes_one_plain_line),
        cmocka_unit_test(test_clean_keeps_paragraphs),
        cmocka_unit_test(test_clean_cuts_between_characters),
        cmocka_unit_test(test_clean_cuts_after_words),
        cmocka_unit_test(test_clean_bounds_a_huge_cell),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
