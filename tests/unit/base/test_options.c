#include "base/buffer.h"
#include "base/file.h"
#include "base/options.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_options_rows_are_whole(void **state)
{
    (void)state;
    const ag_option *options = ag_options();
    for (size_t i = 0; i < AG_OPTION_COUNT; i++) {
        assert_non_null(options[i].name);
        assert_non_null(options[i].default_value);
        assert_non_null(options[i].doc);
        assert_true(strlen(options[i].doc) > 0 && strchr(options[i].doc, '\n') == NULL);
        for (const char *c = options[i].name; *c != '\0'; c++)
            assert_true(islower((unsigned char)*c) || *c == '-');
        assert_true(options[i].type != AG_OPTION_INTEGER || options[i].min < options[i].max);
        assert_true((options[i].type == AG_OPTION_CHOICE) == (options[i].choices != NULL));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(options[i].name, options[j].name);
    }
    ag_config_destroy(ag_config_create(options, AG_OPTION_COUNT)); /* checks the defaults */
}

static void test_options_have_the_names_others_rely_on(void **state)
{
    (void)state;
    static const struct {
        ag_option_id id;
        const char *name, *environment, *default_value;
    } CASES[] = {
        {AG_OPT_INDEX_PATH, "index-path", "INDEX_PATH", ""},
        {AG_OPT_META_PATH, "meta-path", "META_PATH", ""},
        {AG_OPT_REDIS_HOST, "redis-host", "REDIS_HOST", "localhost"},
        {AG_OPT_REDIS_PORT, "redis-port", "REDIS_PORT", "6379"},
        {AG_OPT_BROKER, "broker", NULL, ""},
        {AG_OPT_MODEL, "model", NULL, "models/clip"},
        {AG_OPT_COLLECTION, "collection", NULL, "models"},
        {AG_OPT_PORT, "port", NULL, "5000"},
        {AG_OPT_SAMPLES, "samples", NULL, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const ag_option *option = &ag_options()[CASES[i].id];
        assert_string_equal(option->name, CASES[i].name);
        assert_string_equal(option->default_value, CASES[i].default_value);
        if (CASES[i].environment == NULL)
            assert_null(option->environment);
        else
            assert_string_equal(option->environment, CASES[i].environment);
    }
}

static ag_buffer read_conf(void)
{
    const char *root = getenv("ARTGUIDE_TEST_SOURCE");
    if (root == NULL) {
        print_message("ARTGUIDE_TEST_SOURCE does not say where conf/artguide.conf is\n");
        skip();
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/conf/artguide.conf", root);
    ag_buffer text = {0};
    ag_err err;
    if (ag_file_read(&text, path, 1 << 20, &err) != AG_OK)
        fail_msg("%s", err.message);
    return text;
}

/* The option that the line "# name = …" sets, or NULL. */
static const ag_option *option_of_line(const char *line)
{
    for (size_t i = 0; i < AG_OPTION_COUNT; i++) {
        const ag_option *option = &ag_options()[i];
        size_t length = strlen(option->name);
        if (strncmp(line, "# ", 2) == 0 && strncmp(line + 2, option->name, length) == 0 &&
            strncmp(line + 2 + length, " =", 2) == 0)
            return option;
    }
    return NULL;
}

/* conf/artguide.conf has each option once, in the table's order, commented out at its default,
 * below a paragraph that names its range or choices. */
static void test_options_and_conf_file_agree(void **state)
{
    (void)state;
    ag_buffer text = read_conf();
    const ag_option *next = ag_options();
    const ag_option *const end = next + AG_OPTION_COUNT;
    ag_buffer paragraph = {0};
    for (char *line = (char *)text.data, *after; line != NULL; line = after) {
        after = strchr(line, '\n');
        if (after != NULL)
            *after++ = '\0';
        assert_true(*line == '#' || *line == '\0');
        while (next < end && next->is_not_for_files)
            next++;
        const ag_option *option = option_of_line(line);
        if (option == NULL) {
            if (*line == '\0')
                ag_buffer_clear(&paragraph);
            ag_buffer_printf(&paragraph, "%s\n", line);
            continue;
        }
        assert_ptr_equal(option, next);
        char wanted[256];
        snprintf(wanted, sizeof wanted, "# %s =%s%s", option->name,
                 *option->default_value != '\0' ? " " : "", option->default_value);
        assert_string_equal(line, wanted);
        assert_true(paragraph.length > 20);
        snprintf(wanted, sizeof wanted, "%lld to %lld", (long long)option->min,
                 (long long)option->max);
        if (option->type == AG_OPTION_INTEGER && strstr((char *)paragraph.data, wanted) == NULL)
            fail_msg("the paragraph of %s does not say %s", option->name, wanted);
        ag_buffer_clear(&paragraph);
        next++;
    }
    assert_ptr_equal(next, end);
    ag_buffer_fini(&paragraph);
    ag_buffer_fini(&text);
}

/* Uncommented, the file's lines are what Art Guide does anyway. */
static void test_options_conf_file_can_be_uncommented(void **state)
{
    (void)state;
    ag_buffer text = read_conf(), bare = {0};
    for (char *line = strtok((char *)text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        ag_buffer_printf(&bare, "%s\n", line + (option_of_line(line) != NULL ? 2 : 0));
    ag_config *config = ag_config_create(ag_options(), AG_OPTION_COUNT);
    ag_err err;
    if (ag_config_load_text(config, (char *)bare.data, "artguide.conf", &err) != AG_OK)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < AG_OPTION_COUNT; i++) {
        assert_string_equal(ag_config_text(config, i), ag_options()[i].default_value);
        assert_true(ag_config_is_default(config, i) == ag_options()[i].is_not_for_files);
    }
    ag_config_destroy(config);
    ag_buffer_fini(&text);
    ag_buffer_fini(&bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_rows_are_whole),
        cmocka_unit_test(test_options_have_the_names_others_rely_on),
        cmocka_unit_test(test_options_and_conf_file_agree),
        cmocka_unit_test(test_options_conf_file_can_be_uncommented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
