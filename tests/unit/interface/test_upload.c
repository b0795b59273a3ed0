#include "interface/upload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TYPE "multipart/form-data; boundary=x"
#define PART "--x\r\nContent-Disposition: form-data; name="

static const char *read_code(ag_upload *out, const char *content_type, const char *body)
{
    ag_upload_source source = {content_type, (const uint8_t *)body, strlen(body)};
    ag_err err;
    ag_upload_init(out, NULL);
    return ag_upload_read(out, &source, &err) == AG_OK ? "ok" : err.code;
}

static void test_upload_form(void **state)
{
    (void)state;
    ag_upload upload;
    assert_string_equal(read_code(&upload, TYPE,
                                  PART "lang\r\n\r\npt-BR\r\n" PART "other\r\n\r\nignored\r\n" PART
                                       "show_context\r\n\r\nFalse\r\n" PART
                                       "style\r\n\r\nfor_children\r\n" PART
                                       "\"image\"; filename=a.jpg\r\n\r\nBYTES\r\n--x--\r\n"),
                        "ok");
    assert_string_equal(upload.lang, "pt-BR");
    assert_string_equal(upload.style, "for_children");
    assert_false(upload.show_context);
    assert_int_equal(upload.image_length, 5);
    assert_memory_equal(upload.image, "BYTES", 5);
}

static void test_upload_place(void **state)
{
    (void)state;
    ag_upload upload;
    assert_string_equal(read_code(&upload, TYPE,
                                  PART "exhibition\r\n\r\nLicht & \xc3\x96l\r\n" PART
                                       "room\r\n\r\n5\r\n" PART "scope\r\n\r\nonly\r\n" PART
                                       "image\r\n\r\nBYTES\r\n--x--\r\n"),
                        "ok");
    assert_string_equal(upload.exhibition, "Licht & \xc3\x96l");
    assert_string_equal(upload.room, "5");
    assert_true(upload.is_limited);

    /* A form's word stands over that of the address. */
    assert_int_equal(ag_upload_set(&upload, "scope", "prefer", NULL), AG_OK);
    assert_int_equal(ag_upload_set(&upload, "room", "", NULL), AG_OK);
    assert_false(upload.is_limited);
    assert_string_equal(upload.room, "");
}

/* As long as may be, a byte longer, and what is no text. */
static void test_upload_place_is_bounded_text(void **state)
{
    (void)state;
    char name[AG_REQUEST_PLACE_MAX + 2];
    ag_upload upload;
    ag_err err;
    ag_upload_init(&upload, NULL);
    memset(name, 'a', sizeof name);
    name[AG_REQUEST_PLACE_MAX + 1] = '\0';
    assert_int_equal(ag_upload_set(&upload, "exhibition", name, &err), AG_EINVAL);
    assert_string_equal(err.code, "bad_field");
    name[AG_REQUEST_PLACE_MAX] = '\0';
    assert_int_equal(ag_upload_set(&upload, "exhibition", name, NULL), AG_OK);
    assert_string_equal(upload.exhibition, name);

    static const char *const NO_TEXT[] = {
        "\xff", "\xc3", "a\xc3(", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\nb", "\x7f", "\x1b[2J"};
    for (size_t i = 0; i < sizeof NO_TEXT / sizeof NO_TEXT[0]; i++)
        assert_int_equal(ag_upload_set(&upload, "room", NO_TEXT[i], NULL), AG_EINVAL);
    assert_string_equal(upload.room, "");
}

static void test_upload_raw_body(void **state)
{
    (void)state;
    ag_upload upload;
    assert_string_equal(read_code(&upload, "image/jpeg", "BYTES"), "ok");
    assert_int_equal(upload.image_length, 5);
    assert_true(upload.show_context);
}

static void test_upload_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *content_type, *body, *code;
    } ROWS[] = {
        {NULL, "x", "content_type"},
        {"application/json", "{}", "content_type"},
        {"multipart/form-data-not", "x", "content_type"},
        {"image/png", "", "no_image"},
        {TYPE, "--x--\r\n", "no_image"},
        {TYPE, "x", "bad_form"},
        {TYPE, PART "image\r\n\r\n\r\n--x--\r\n", "no_image"},
        {TYPE, PART "image\r\n\r\n1\r\n" PART "image\r\n\r\n2\r\n--x--\r\n", "duplicate_field"},
        {TYPE, PART "lang\r\n\r\n../../etc\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "lang\r\n\r\nen-\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "show_context\r\n\r\nmaybe\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "scope\r\n\r\nall\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "scope\r\n\r\n\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "room\r\n\r\nfive\tb\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "exhibition\r\n\r\n\xc3\x28\r\n--x--\r\n", "bad_field"},
        {TYPE, PART "style\r\n\r\n0123456789012345678901234567890123\r\n--x--\r\n", "bad_field"},
    };
    ag_upload upload;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        assert_string_equal(read_code(&upload, ROWS[i].content_type, ROWS[i].body), ROWS[i].code);
}

static void test_upload_accept_language(void **state)
{
    (void)state;
    static const struct {
        const char *header, *lang;
    } ROWS[] = {
        {NULL, ""},         {"", ""},        {"de-CH,de;q=0.9,en;q=0.8", "de-CH"},
        {" fr ;q=1", "fr"}, {"*, es", "es"}, {"<script>,it", "it"},
        {"abcdefghi", ""},  {",,,", ""},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        ag_upload upload;
        ag_upload_init(&upload, ROWS[i].header);
        assert_string_equal(upload.lang, ROWS[i].lang);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upload_form),
        cmocka_unit_test(test_upload_place),
        cmocka_unit_test(test_upload_place_is_bounded_text),
        cmocka_unit_test(test_upload_raw_body),
        cmocka_unit_test(test_upload_refusals),
        cmocka_unit_test(test_upload_accept_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
