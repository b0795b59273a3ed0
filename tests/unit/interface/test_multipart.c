#include "interface/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct seen {
    size_t count;
    char text[512]; /* "name=value;" of each field */
} seen;

static ag_status note(void *ctx, const ag_form_field *field, ag_err *err)
{
    seen *s = ctx;
    (void)err;
    size_t used = strlen(s->text);
    snprintf(s->text + used, sizeof s->text - used, "%.*s=%.*s;", (int)field->name_length,
             field->name, (int)field->length, (const char *)field->data);
    s->count++;
    return AG_OK;
}

static ag_status parse(seen *s, const char *content_type, const char *body)
{
    ag_form_source source = {content_type, (const uint8_t *)body, strlen(body)};
    *s = (seen){0};
    return ag_multipart_parse(&source, note, s, NULL);
}

#define TYPE "multipart/form-data; boundary=x"

static void test_multipart_fields_in_order(void **state)
{
    (void)state;
    seen s;
    assert_int_equal(parse(&s, TYPE,
                           "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
                           "--x \t\r\nContent-Type: text/plain\r\n"
                           "content-disposition: form-data; filename=\"q\\\";name=z\"; name=b\r\n"
                           "\r\n\r\n--y\r\n--x--\r\nepilogue"),
                     AG_OK);
    assert_string_equal(s.text, "a=one;b=\r\n--y;");
}

static void test_multipart_preamble_and_quoted_boundary(void **state)
{
    (void)state;
    seen s;
    assert_int_equal(parse(&s, "multipart/form-data; charset=utf-8; Boundary=\"a b\"",
                           "hello\r\n--a b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n"
                           "\r\n--a b--"),
                     AG_OK);
    assert_string_equal(s.text, "n=;");
}

static void test_multipart_no_fields(void **state)
{
    (void)state;
    seen s;
    assert_int_equal(parse(&s, TYPE, "--x--\r\n"), AG_OK);
    assert_int_equal(s.count, 0);
}

static void test_multipart_refuses_malformed(void **state)
{
    (void)state;
    static const char *const BODIES[] = {
        "",
        "--x",
        "--xy\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
        "no boundary here",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut off",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n",
        "--x\r\nContent-Type: text/plain\r\n\r\nno name\r\n--x--",
        "--x\r\n\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; filename=\"name=a\"\r\n\r\n1\r\n--x--",
    };
    seen s;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        if (parse(&s, TYPE, BODIES[i]) != AG_EFORMAT)
            fail_msg("accepted: %s", BODIES[i]);
    }
    assert_int_equal(parse(&s, "multipart/form-data", "--x--"), AG_EFORMAT);
    assert_int_equal(parse(&s, "multipart/form-data; boundary=", "--x--"), AG_EFORMAT);
}

static void test_multipart_refuses_too_many_parts(void **state)
{
    (void)state;
    char body[8192] = "--x";
    for (int i = 0; i < 40; i++)
        strcat(body, "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x");
    strcat(body, "--");
    seen s;
    assert_int_equal(parse(&s, TYPE, body), AG_EFORMAT);
    assert_int_equal(s.count, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multipart_fields_in_order),
        cmocka_unit_test(test_multipart_preamble_and_quoted_boundary),
        cmocka_unit_test(test_multipart_no_fields),
        cmocka_unit_test(test_multipart_refuses_malformed),
        cmocka_unit_test(test_multipart_refuses_too_many_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
