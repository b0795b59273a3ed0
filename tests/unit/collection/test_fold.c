#include "collection/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct text_case {
    const char *in, *out;
} text_case;

static void check(void fold(ag_buffer *out, const char *text), const text_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ag_buffer out = {0};
        fold(&out, cases[i].in);
        assert_string_equal(out.data ? (char *)out.data : "", cases[i].out);
        ag_buffer_fini(&out);
    }
}

static void test_fold_compose_puts_marks_on_letters(void **state)
{
    static const text_case CASES[] = {
        {"", ""},
        {"The Starry Night", "The Starry Night"},
        {"Cafe\u0301 Terrace", "Café Terrace"},
        {"Café", "Café"},
        {"A\u030A\u0308", "Å\u0308"}, /* a second mark stays behind */
        {"\u0301a", "\u0301a"},       /* a mark with nothing to join */
        {"q\u0301", "q\u0301"},       /* no such letter */
        {"モネ 睡蓮 🎨", "モネ 睡蓮 🎨"},
        {"\xFFx\xC3", "\uFFFDx\uFFFD"}, /* not UTF-8 */
    };
    (void)state;
    check(ag_fold_compose, CASES, sizeof CASES / sizeof *CASES);
}

static void test_fold_slug_is_the_same_for_every_spelling(void **state)
{
    static const text_case CASES[] = {
        {"", ""},
        {"Van_Gogh", "van-gogh"},
        {"  The   Starry - Night!  ", "the-starry-night"},
        {"Cafe\u0301", "cafe"},
        {"CAFÉ", "cafe"},
        {"Portrait of Ginevra de' Benci", "portrait-of-ginevra-de-benci"},
        {"Portrait of Ginevra de’ Benci", "portrait-of-ginevra-de-benci"},
        {"Straße Æther Łódź", "strasse-aether-lodz"},
        {"image_path", "image-path"},
        {"睡蓮", "睡蓮"},
        {"--", ""},
    };
    (void)state;
    check(ag_fold_slug, CASES, sizeof CASES / sizeof *CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_compose_puts_marks_on_letters),
        cmocka_unit_test(test_fold_slug_is_the_same_for_every_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
