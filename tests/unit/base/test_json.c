#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
    json_t *object = NULL;
    ag_err err;
    assert_int_equal(ag_json_parse_object(&object, text, strlen(text), &err), AG_OK);
    return object;
}

static void test_json_reads_fields_or_falls_back(void **state)
{
    (void)state;
    json_t *object = parse("{\"s\": \"text\", \"n\": 1.5, \"i\": 3, \"b\": true, \"x\": null}");
    assert_string_equal(ag_json_string(object, "s", "?"), "text");
    assert_string_equal(ag_json_string(object, "n", "?"), "?");
    assert_null(ag_json_string(object, "missing", NULL));
    assert_true(ag_json_number(object, "n", -1) == 1.5);
    assert_true(ag_json_number(object, "i", -1) == 3);
    assert_true(ag_json_number(object, "s", -1) == -1);
    assert_true(ag_json_bool(object, "b", false));
    assert_true(ag_json_bool(object, "x", true));
    assert_false(ag_json_bool(NULL, "b", false));
    json_decref(object);
}

static void test_json_refuses_what_is_no_object(void **state)
{
    (void)state;
    static const char *const CASES[] = {"",
                                        "[]",
                                        "1",
                                        "null",
                                        "{",
                                        "{\"a\":1}x",
                                        "{\"a\":1} {}",
                                        "{\"a\":1,\"a\":2}",
                                        "{a:1}",
                                        "{\"a\":\"\xff\"}",
                                        "{\"a\":\"\\u0000\"}",
                                        "{\"a\":1e999}",
                                        "{\"a\":\"\n\"}",
                                        "{'a':1}"};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        json_t *object = NULL;
        ag_err err;
        assert_int_equal(ag_json_parse_object(&object, CASES[i], strlen(CASES[i]), &err),
                         AG_EFORMAT);
        assert_null(object);
        assert_true(strlen(err.message) > 0);
    }
    json_t *object = NULL;
    assert_int_equal(ag_json_parse_object(&object, NULL, 0, NULL), AG_EFORMAT);
}

static void test_json_says_where_it_is_wrong(void **state)
{
    (void)state;
    json_t *object;
    ag_err err;
    const char *text = "{\n  \"a\": ?}";
    assert_int_equal(ag_json_parse_object(&object, text, strlen(text), &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "line 2"));
}

static void test_json_survives_deep_nesting(void **state)
{
    (void)state;
    ag_buffer text = {0};
    for (int i = 0; i < 100000; i++)
        ag_buffer_printf(&text, "{\"a\":");
    json_t *object;
    assert_int_equal(ag_json_parse_object(&object, text.data, text.length, NULL), AG_EFORMAT);
    ag_buffer_fini(&text);
}

static void test_json_writes_compactly(void **state)
{
    (void)state;
    json_t *object = parse("{ \"a\" : [ 1 , \"x\" ] }");
    ag_buffer text = {0};
    ag_buffer_printf(&text, "data: ");
    assert_int_equal(ag_json_write(&text, object, NULL), AG_OK);
    assert_string_equal((char *)text.data, "data: {\"a\":[1,\"x\"]}");
    ag_buffer_fini(&text);
    json_decref(object);
}

static void test_json_text_repairs_what_is_not_utf8(void **state)
{
    (void)state;
    json_t *value = ag_json_text("caf\xc3\xa9 \xff\xfe!");
    assert_string_equal(json_string_value(value), "caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd!");
    json_decref(value);
    value = ag_json_text(NULL);
    assert_true(json_is_null(value));
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_reads_fields_or_falls_back),
        cmocka_unit_test(test_json_refuses_what_is_no_object),
        cmocka_unit_test(test_json_says_where_it_is_wrong),
        cmocka_unit_test(test_json_survives_deep_nesting),
        cmocka_unit_test(test_json_writes_compactly),
        cmocka_unit_test(test_json_text_repairs_what_is_not_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
