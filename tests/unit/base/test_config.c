#include "base/config.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PORT, HOST, COLOUR, VERBOSE, TOKEN, FROM, COUNT };

static const ag_option OPTIONS[COUNT] = {
    [PORT] = {.name = "http-port",
              .type = AG_OPTION_INTEGER,
              .default_value = "80",
              .min = 1,
              .max = 99,
              .unit = "ports",
              .doc = "where"},
    [HOST] = {.name = "host", .environment = "HOST", .default_value = "", .doc = "who"},
    [COLOUR] = {.name = "colour",
                .type = AG_OPTION_CHOICE,
                .default_value = "auto",
                .choices = "auto|red|green",
                .doc = "which"},
    [VERBOSE] = {.name = "verbose", .type = AG_OPTION_BOOL, .default_value = "no", .doc = "how"},
    [TOKEN] = {.name = "token", .default_value = "", .is_secret = true, .doc = "key"},
    [FROM] = {.name = "from", .default_value = "", .is_not_for_files = true, .doc = "file"},
};

static int create(void **state)
{
    *state = ag_config_create(OPTIONS, COUNT);
    return 0;
}

static int destroy(void **state)
{
    ag_config_destroy(*state);
    return 0;
}

static ag_status load(ag_config *config, const char *text, ag_err *err)
{
    return ag_config_load_text(config, text, "a.conf", err);
}

static void test_config_starts_with_defaults(void **state)
{
    const ag_config *config = *state;
    assert_int_equal(ag_config_integer(config, PORT), 80);
    assert_string_equal(ag_config_text(config, HOST), "");
    assert_string_equal(ag_config_text(config, COLOUR), "auto");
    assert_false(ag_config_bool(config, VERBOSE));
    assert_true(ag_config_is_default(config, PORT));
}

static void test_config_reads_files(void **state)
{
    ag_config *config = *state;
    ag_err err;
    assert_int_equal(
        load(config,
             "# comment\r\n\r\n  http-port=7   # why\nhost = \"a # \\\"b\\\" \\\\ \" # c\n"
             "colour =\tred\nverbose = On\ntoken = x#y",
             &err),
        AG_OK);
    assert_int_equal(ag_config_integer(config, PORT), 7);
    assert_string_equal(ag_config_text(config, HOST), "a # \"b\" \\ ");
    assert_string_equal(ag_config_text(config, COLOUR), "red");
    assert_true(ag_config_bool(config, VERBOSE));
    assert_string_equal(ag_config_text(config, TOKEN), "x#y");
    assert_false(ag_config_is_default(config, PORT));
    assert_int_equal(load(config, "host =\n", &err), AG_OK);
    assert_string_equal(ag_config_text(config, HOST), "");
    assert_int_equal(load(config, "host = a\nhost = # none", &err), AG_OK);
    assert_string_equal(ag_config_text(config, HOST), "");
}

static void test_config_refuses_bad_lines(void **state)
{
    static const char *const CASES[][2] = {
        {"\nhttp-port = 100",
         "a.conf:2: http-port must be a whole number from 1 to 99 ports, not '100'"},
        {"http-port = ", "a.conf:1: http-port must be a whole number from 1 to 99 ports, not ''"},
        {"http-port = 1x", "not '1x'"},
        {"http-port = 99999999999999999999", "from 1 to 99"},
        {"colour = blue", "a.conf:1: colour must be one of auto|red|green, not 'blue'"},
        {"colour = au", "not 'au'"},
        {"colour = auto|red", "not 'auto|red'"},
        {"verbose = perhaps", "a.conf:1: verbose must be yes or no, not 'perhaps'"},
        {"host = a\x01", "control characters"},
        {"host", "is not of the form 'key = value'"},
        {"= x", "no option ''"},
        {"http-prot = 1", "a.conf:1: there is no option 'http-prot'; did you mean 'http-port'?"},
        {"something-else = 1", "see 'artguide config'"},
        {"host = \"a", "quote"},
        {"host = \"a\" b", "quote"},
        {"host = \"a\\", "quote"},
        {"from = x", "cannot be set in a file"},
        {"token = a\x02secret", "***"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_err err;
        assert_int_equal(load(*state, CASES[i][0], &err), AG_EINVAL);
        if (strstr(err.message, CASES[i][1]) == NULL)
            fail_msg("'%s' said of '%s'", err.message, CASES[i][0]);
        assert_null(strstr(err.message, "secret"));
    }
    assert_true(ag_config_is_default(*state, PORT));
}

static void test_config_file_must_be_text(void **state)
{
    ag_config *config = *state;
    ag_err err;
    char *folder = make_temporary_folder(), path[256];
    snprintf(path, sizeof path, "%s/a.conf", folder);
    FILE *file = fopen(path, "wb");
    fwrite("host = a\0b", 1, 10, file);
    fclose(file);
    assert_int_equal(ag_config_load_file(config, path, &err), AG_EINVAL);
    file = fopen(path, "wb");
    fputs("host = b", file);
    fclose(file);
    assert_int_equal(ag_config_load_file(config, path, &err), AG_OK);
    assert_string_equal(ag_config_text(config, HOST), "b");
    assert_int_equal(ag_config_load_file(config, "/nonexistent", &err), AG_ENOTFOUND);
    remove_folder(folder);
}

static ag_status load_environment(ag_config *config, const char *first, const char *second,
                                  ag_err *err)
{
    char *a = strdup(first), *b = strdup(second);
    char *block[] = {a, b, NULL};
    ag_status status = ag_config_load_environment(config, block, err);
    free(a);
    free(b);
    return status;
}

static void test_config_reads_the_environment(void **state)
{
    ag_config *config = *state;
    ag_err err;
    assert_int_equal(load_environment(config, "ARTGUIDE_HTTP_PORT=9", "PATH=/bin", &err), AG_OK);
    assert_int_equal(ag_config_integer(config, PORT), 9);
    assert_int_equal(load_environment(config, "ARTGUIDE_HTTP_PORT=", "ARTGUIDE_X=", &err), AG_OK);
    assert_int_equal(ag_config_integer(config, PORT), 9);
    assert_int_equal(load_environment(config, "ARTGUIDE_HOST=a", "HOST=b", &err), AG_OK);
    assert_string_equal(ag_config_text(config, HOST), "a");
    assert_int_equal(load_environment(config, "ARTGUIDE_TEST_X=1", "ARTGUIDE=1", &err), AG_OK);
    assert_int_equal(load_environment(config, "ARTGUIDE_PROT=9", "A=b", &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "ARTGUIDE_PROT"));
    assert_int_equal(load_environment(config, "ARTGUIDE_HTTP_PORT=0", "A=b", &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "ARTGUIDE_HTTP_PORT: http-port must"));
    assert_int_equal(load_environment(config, "nonsense", "=", &err), AG_OK);
}

static void test_config_second_variable_alone_counts(void **state)
{
    assert_int_equal(load_environment(*state, "HOST=b", "HOSTS=c", NULL), AG_OK);
    assert_string_equal(ag_config_text(*state, HOST), "b");
}

static void test_config_takes_flags_out_of_the_arguments(void **state)
{
    ag_config *config = *state;
    char arguments[][16] = {"a", "--http-port", "5",     "-",  "--host=x=y", "--verbose",
                            "b", "--colour",    "green", "--", "--host",     "-z"};
    char *argv[12];
    for (size_t i = 0; i < 12; i++)
        argv[i] = arguments[i];
    int left = 0;
    ag_err err;
    assert_int_equal(ag_config_load_flags(config, &left, 12, argv, &err), AG_OK);
    assert_int_equal(left, 5);
    static const char *const LEFT[] = {"a", "-", "b", "--host", "-z"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(argv[i], LEFT[i]);
    assert_int_equal(ag_config_integer(config, PORT), 5);
    assert_string_equal(ag_config_text(config, HOST), "x=y");
    assert_string_equal(ag_config_text(config, COLOUR), "green");
    assert_true(ag_config_bool(config, VERBOSE));
}

static void test_config_refuses_bad_flags(void **state)
{
    static const char *const CASES[][3] = {
        {"--http-prot", "5", "did you mean 'http-port'"},
        {"--http-port", NULL, "--http-port needs a value"},
        {"--host", "--verbose", "--host needs a value"},
        {"--http-port=x", NULL, "--http-port: http-port must"},
        {"--verbose=maybe", NULL, "yes or no"},
        {"-p", "5", "there is no option '-p'"},
        {"--host=redis://u:secret@h\n", NULL, "redis://u:***@h"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char first[64], second[64] = "";
        strcpy(first, CASES[i][0]);
        if (CASES[i][1] != NULL)
            strcpy(second, CASES[i][1]);
        char *argv[] = {first, second};
        int left = -1;
        ag_err err;
        assert_int_equal(
            ag_config_load_flags(*state, &left, CASES[i][1] != NULL ? 2 : 1, argv, &err),
            AG_EINVAL);
        assert_int_equal(left, -1);
        if (strstr(err.message, CASES[i][2]) == NULL)
            fail_msg("'%s' said of '%s'", err.message, CASES[i][0]);
    }
}

static void test_config_stronger_sources_win_in_any_order(void **state)
{
    ag_config *config = *state;
    char flag[] = "--http-port=1";
    char *argv[] = {flag};
    int left;
    assert_int_equal(ag_config_load_flags(config, &left, 1, argv, NULL), AG_OK);
    assert_int_equal(load_environment(config, "ARTGUIDE_HTTP_PORT=2", "ARTGUIDE_COLOUR=red", NULL),
                     AG_OK);
    assert_int_equal(load(config, "http-port = 3\ncolour = green\nhost = f\n", NULL), AG_OK);
    assert_int_equal(ag_config_integer(config, PORT), 1);
    assert_string_equal(ag_config_text(config, COLOUR), "red");
    assert_string_equal(ag_config_text(config, HOST), "f");
    assert_int_equal(ag_config_set(config, "http-port", "4", "test", NULL), AG_OK);
    assert_int_equal(ag_config_integer(config, PORT), 4);
    assert_int_equal(ag_config_set(config, "nothing", "4", "test", NULL), AG_EINVAL);
}

/* What ag_config_print or the help writes; owned. */
static char *printed(const ag_config *config, bool is_help)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (is_help)
        ag_config_print_help(config, NULL, 0, stream);
    else
        ag_config_print(config, stream);
    fclose(stream);
    return text;
}

static void test_config_prints_what_it_can_read(void **state)
{
    ag_config *config = *state;
    assert_int_equal(load(config, "host = \" a # \\\"b\\\\\"\nhttp-port = 3", NULL), AG_OK);
    char *text = printed(config, false);
    assert_non_null(strstr(text, "http-port = 3   # a.conf:2\n"));
    assert_non_null(strstr(text, "token =    # default\n"));
    ag_config *again = ag_config_create(OPTIONS, COUNT);
    assert_int_equal(load(again, text, NULL), AG_OK);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(ag_config_text(again, i), ag_config_text(config, i));
    ag_config_destroy(again);
    free(text);
}

static void test_config_never_prints_secrets(void **state)
{
    ag_config *config = *state;
    assert_int_equal(load(config, "token = hidden\nhost = redis://me:hid/d@en@h:1/2", NULL), AG_OK);
    char *text = printed(config, false);
    assert_null(strstr(text, "hid"));
    assert_non_null(strstr(text, "token = ***   #"));
    assert_non_null(strstr(text, "host = redis://me:***@h:1/2   #"));
    free(text);
}

static void test_config_masks_passwords_only(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {{"redis://u:p@h:1/2", "redis://u:***@h:1/2"},
                                           {"redis://:p@h", "redis://:***@h"},
                                           {"redis://u@h:1", "redis://u@h:1"},
                                           {"redis://h:1", "redis://h:1"},
                                           {"a:b@c", "a:b@c"},
                                           {"", ""}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *masked = ag_config_mask(CASES[i][0]);
        assert_string_equal(masked, CASES[i][1]);
        free(masked);
    }
}

static void test_config_help_names_ranges(void **state)
{
    char *text = printed(*state, true);
    assert_non_null(strstr(text, "  --http-port N\n        where (default: 80, 1 to 99 ports)\n"));
    assert_non_null(strstr(text, "  --colour auto|red|green\n        which (default: auto)\n"));
    assert_non_null(strstr(text, "  --verbose\n"));
    assert_non_null(strstr(text, "  --host TEXT\n        who (default: none; also from $HOST)\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_config_starts_with_defaults, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_reads_files, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_refuses_bad_lines, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_file_must_be_text, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_reads_the_environment, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_second_variable_alone_counts, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_takes_flags_out_of_the_arguments, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(test_config_refuses_bad_flags, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_stronger_sources_win_in_any_order, create,
                                        destroy),
        cmocka_unit_test_setup_teardown(test_config_prints_what_it_can_read, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_never_prints_secrets, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_masks_passwords_only, create, destroy),
        cmocka_unit_test_setup_teardown(test_config_help_names_ranges, create, destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
