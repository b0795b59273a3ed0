#include "base/config.h"

#include "base/buffer.h"
#include "base/config_values.h"
#include "base/file.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "ARTGUIDE_";
static const char TEST_PREFIX[] = "ARTGUIDE_TEST_";
static const size_t MAX_FILE_BYTES = 1024 * 1024;

/* text without white space at either end; cuts it in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}

/* Cut a comment off: from a # that stands first or behind white space. */
static void cut_comment(char *text)
{
    for (char *at = strchr(text, '#'); at != NULL; at = strchr(at + 1, '#')) {
        if (at == text || isspace((unsigned char)at[-1])) {
            *at = '\0';
            return;
        }
    }
}

/* The text between the double quotes at *text, \" and \\ undone in place; false when there is no
 * second quote, or more than a comment behind it. */
static bool unquote(char **text)
{
    const char *from = *text + 1;
    char *to = *text;
    for (; *from != '"'; from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        if (*from == '\0')
            return false;
        *to++ = *from;
    }
    from++;
    while (isspace((unsigned char)*from))
        from++;
    *to = '\0';
    return *from == '\0' || *from == '#';
}

static ag_status load_line(ag_config *config, char *line, const char *source, ag_err *err)
{
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return AG_OK;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return ag_err_set(err, AG_EINVAL, "%s: '%.60s' is not of the form 'key = value'", source,
                          line);
    *equals = '\0';
    const char *name = trim(line);
    size_t row;
    ag_status status = ag_config_find(&row, config, name, strlen(name), source, err);
    if (status != AG_OK)
        return status;
    if (config->options[row].is_not_for_files)
        return ag_err_set(err, AG_EINVAL, "%s: %s cannot be set in a file", source, name);
    char *text = trim(equals + 1);
    if (*text != '"') {
        cut_comment(text);
        text = trim(text);
    } else if (!unquote(&text)) {
        return ag_err_set(err, AG_EINVAL, "%s: the value of %s has a quote too few or too many",
                          source, name);
    }
    return ag_config_store(config, row, text, source, AG_CONFIG_FROM_FILE, err);
}

ag_status ag_config_load_text(ag_config *config, const char *text, const char *name, ag_err *err)
{
    char *content = ag_xstrdup(text);
    char *line = content;
    ag_status status = AG_OK;
    for (size_t number = 1; status == AG_OK && line != NULL; number++) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *source = ag_xasprintf("%s:%zu", name, number);
        status = load_line(config, line, source, err);
        free(source);
        line = next;
    }
    free(content);
    return status;
}

ag_status ag_config_load_file(ag_config *config, const char *path, ag_err *err)
{
    ag_buffer content = {0};
    ag_status status = ag_file_read(&content, path, MAX_FILE_BYTES, err);
    if (status == AG_OK && strlen((const char *)content.data) != content.length)
        status = ag_err_set(err, AG_EINVAL, "%s is not a text file", path);
    if (status == AG_OK)
        status = ag_config_load_text(config, (const char *)content.data, path, err);
    ag_buffer_fini(&content);
    return status;
}

/* Is text (length bytes) the option's name in capitals, with _ for -? */
static bool is_in_capitals(const char *text, size_t length, const char *name)
{
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != (name[i] == '-' ? '_' : toupper((unsigned char)name[i])))
            return false;
    }
    return true;
}

/* Is "NAME" (length bytes) a variable of the option? Then how strong it is, else the default's. */
static ag_config_strength variable_strength(const ag_option *option, const char *name,
                                            size_t length)
{
    const size_t prefix = sizeof PREFIX - 1;
    if (length > prefix && strncmp(name, PREFIX, prefix) == 0 &&
        is_in_capitals(name + prefix, length - prefix, option->name))
        return AG_CONFIG_FROM_VARIABLE;
    if (option->environment != NULL && strlen(option->environment) == length &&
        strncmp(name, option->environment, length) == 0)
        return AG_CONFIG_FROM_SECOND_VARIABLE;
    return AG_CONFIG_FROM_DEFAULT;
}

/* entry is "NAME=value". */
static ag_status load_entry(ag_config *config, const char *entry, ag_err *err)
{
    const char *equals = strchr(entry, '=');
    if (equals == NULL || equals[1] == '\0')
        return AG_OK;
    size_t length = (size_t)(equals - entry);
    char *name = ag_xasprintf("%.*s", (int)length, entry);
    ag_status status = AG_OK;
    bool is_known = false;
    for (size_t row = 0; row < config->count && !is_known; row++) {
        ag_config_strength from = variable_strength(&config->options[row], entry, length);
        is_known = from != AG_CONFIG_FROM_DEFAULT;
        if (is_known)
            status = ag_config_store(config, row, equals + 1, name, from, err);
    }
    bool is_ours = strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 &&
                   strncmp(name, TEST_PREFIX, sizeof TEST_PREFIX - 1) != 0;
    if (!is_known && is_ours)
        status = ag_err_set(err, AG_EINVAL,
                            "environment: there is no setting %.60s (see 'artguide config')", name);
    free(name);
    return status;
}

ag_status ag_config_load_environment(ag_config *config, char *const *environ_block, ag_err *err)
{
    ag_status status = AG_OK;
    for (; *environ_block != NULL && status == AG_OK; environ_block++)
        status = load_entry(config, *environ_block, err);
    return status;
}

/* Take the flag at argv[0] (of argc); *used is how many arguments it took. */
static ag_status load_flag(ag_config *config, int *used, int argc, char **argv, ag_err *err)
{
    const char *name = argv[0] + 2;
    size_t length = strcspn(name, "=");
    size_t row;
    ag_status status = ag_config_find(&row, config, name, length, "command line", err);
    if (status != AG_OK)
        return status;
    const char *text = name[length] == '=' ? name + length + 1 : NULL;
    *used = 1;
    if (text == NULL && config->options[row].type == AG_OPTION_BOOL)
        text = "yes";
    if (text == NULL && argc > 1 && strncmp(argv[1], "--", 2) != 0) {
        text = argv[1];
        *used = 2;
    }
    const char *option = config->options[row].name;
    if (text == NULL)
        return ag_err_set(err, AG_EINVAL, "--%s needs a value", option);
    char *source = ag_xasprintf("--%s", option);
    status = ag_config_store(config, row, text, source, AG_CONFIG_FROM_FLAG, err);
    free(source);
    return status;
}

ag_status ag_config_load_flags(ag_config *config, int *left, int argc, char **argv, ag_err *err)
{
    int kept = 0;
    bool is_open = true; /* "--" not seen yet */
    for (int i = 0; i < argc;) {
        int used = 1;
        if (is_open && strcmp(argv[i], "--") == 0) {
            is_open = false;
        } else if (is_open && strncmp(argv[i], "--", 2) == 0) {
            ag_status status = load_flag(config, &used, argc - i, argv + i, err);
            if (status != AG_OK)
                return status;
        } else if (is_open && argv[i][0] == '-' && argv[i][1] != '\0') {
            return ag_err_set(err, AG_EINVAL, "there is no option '%.60s' (see --help)", argv[i]);
        } else {
            argv[kept++] = argv[i];
        }
        i += used;
    }
    *left = kept;
    return AG_OK;
}
