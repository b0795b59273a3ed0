#include "hub/model_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_model_name_expands_short_names(void **state)
{
    (void)state;
    assert_string_equal(ag_model_name_expand("vit-b-32"), "openai/clip-vit-base-patch32");
    assert_string_equal(ag_model_name_expand("vit-b-16"), "openai/clip-vit-base-patch16");
    assert_string_equal(ag_model_name_expand("vit-l-14"), "openai/clip-vit-large-patch14");
    assert_string_equal(ag_model_name_expand("museum/own"), "museum/own");
}

static void check_url(const char *wanted, const char *hub_url, const char *name,
                      const char *revision)
{
    char *url;
    assert_int_equal(ag_model_name_url(&url, hub_url, name, revision, "config.json", NULL), AG_OK);
    assert_string_equal(url, wanted);
    free(url);
}

static void test_model_name_makes_addresses(void **state)
{
    (void)state;
    check_url("https://hub/a/b/resolve/main/config.json", "https://hub", "a/b", "main");
    check_url("http://hub:1/m/a/resolve/v1.0/config.json", "http://hub:1/m/", "a", "v1.0");
    check_url("https://hub/a/b/resolve/refs%2Fpr%2F1/config.json", "https://hub//", "a/b",
              "refs/pr/1");
}

static void test_model_name_refuses_what_no_model_has(void **state)
{
    (void)state;
    char too_long[300];
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const bad[] = {"",    "/",    "a/",   "/a",     "a//b",  "a/b/c",
                               "..",  "../b", "a/..", "a/.",    "a b",   "a?b",
                               "a#b", "a%2e", "é",    "a\r\nb", "a/b\n", too_long};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *url = NULL;
        ag_err err;
        assert_int_equal(ag_model_name_url(&url, "https://hub", bad[i], "main", "f", &err),
                         AG_EINVAL);
        if (strcmp(bad[i], "a/b/c") != 0) /* a branch may have slashes */
            assert_int_equal(ag_model_name_url(&url, "https://hub", "a/b", bad[i], "f", &err),
                             AG_EINVAL);
        assert_null(url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_name_expands_short_names),
        cmocka_unit_test(test_model_name_makes_addresses),
        cmocka_unit_test(test_model_name_refuses_what_no_model_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
