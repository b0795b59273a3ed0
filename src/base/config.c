#include "base/config.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char DEFAULT_SOURCE[] = "default";
static const char PREFIX[] = "ARTGUIDE_";
static const size_t MAX_FILE_BYTES = 1024 * 1024;

/* Strongest last: a weaker source never overwrites a stronger one, in whatever order they are read.
 */
typedef enum strength { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG } strength;

typedef struct value {
    char *text;      /* owned */
    char *source;    /* owned */
    int64_t integer; /* of an integer, or 0/1 of a bool */
    strength from;
} value;

struct ag_config {
    const ag_option *options;
    size_t count;
    value *values;
};

static bool parse_bool(int64_t *out, const char *text)
{
    static const char *const WORDS[2][4] = {{"no", "false", "off", "0"},
                                            {"yes", "true", "on", "1"}};
    for (int truth = 0; truth < 2; truth++) {
        for (size_t i = 0; i < 4; i++) {
            if (strcasecmp(text, WORDS[truth][i]) == 0) {
                *out = truth;
                return true;
            }
        }
    }
    return false;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = choices; length > 0; at++) {
        size_t word = strcspn(at, "|");
        if (word == length && strncmp(at, text, length) == 0)
            return true;
        at += word;
        if (*at == '\0')
            break;
    }
    return false;
}

static ag_status check_integer(int64_t *out, const ag_option *option, const char *text,
                               const char *source, ag_err *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || isspace((unsigned char)*text) ||
        number < option->min || number > option->max)
        return ag_err_set(
            err, AG_EINVAL, "%s: %s must be a whole number from %lld to %lld%s%s, not '%.60s'",
            source, option->name, (long long)option->min, (long long)option->max,
            option->unit != NULL ? " " : "", option->unit != NULL ? option->unit : "", text);
    *out = number;
    return AG_OK;
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        if (iscntrl((unsigned char)*text))
            return true;
    }
    return false;
}

static ag_status check(int64_t *out, const ag_option *option, const char *text, const char *source,
                       ag_err *err)
{
    *out = 0;
    switch (option->type) {
    case AG_OPTION_INTEGER:
        return check_integer(out, option, text, source, err);
    case AG_OPTION_CHOICE:
        if (!is_choice(option->choices, text))
            return ag_err_set(err, AG_EINVAL, "%s: %s must be one of %s, not '%.60s'", source,
                              option->name, option->choices, text);
        return AG_OK;
    case AG_OPTION_BOOL:
        if (!parse_bool(out, text))
            return ag_err_set(err, AG_EINVAL, "%s: %s must be yes or no, not '%.60s'", source,
                              option->name, text);
        return AG_OK;
    case AG_OPTION_TEXT:
        if (has_control_character(text))
            return ag_err_set(err, AG_EINVAL, "%s: %s must not hold control characters", source,
                              option->name);
        return AG_OK;
    }
    return AG_OK;
}

static ag_status store(ag_config *config, size_t row, const char *text, const char *source,
                       strength from, ag_err *err)
{
    int64_t integer;
    ag_status status = check(&integer, &config->options[row], text, source, err);
    value *slot = &config->values[row];
    if (status != AG_OK || slot->from > from)
        return status;
    free(slot->text);
    free(slot->source);
    *slot = (value){ag_xstrdup(text), ag_xstrdup(source), integer, from};
    return AG_OK;
}

ag_config *ag_config_create(const ag_option *options, size_t count)
{
    ag_config *config = ag_xcalloc(1, sizeof *config);
    config->options = options;
    config->count = count;
    config->values = ag_xcalloc(count, sizeof *config->values);
    for (size_t i = 0; i < count; i++) {
        if (store(config, i, options[i].default_value, DEFAULT_SOURCE, FROM_DEFAULT, NULL) != AG_OK)
            abort(); /* a default outside its own range is our bug */
    }
    return config;
}

void ag_config_destroy(ag_config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->count; i++) {
        free(config->values[i].text);
        free(config->values[i].source);
    }
    free(config->values);
    free(config);
}

static bool find_row(size_t *row, const ag_config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->count; i++) {
        const char *candidate = config->options[i].name;
        if (strlen(candidate) == length && strncmp(candidate, name, length) == 0) {
            *row = i;
            return true;
        }
    }
    return false;
}

/* Levenshtein's distance of two short words, cut at 32 characters. */
static size_t edit_distance(const char *a, size_t a_length, const char *b)
{
    size_t row[33];
    size_t b_length = strlen(b);
    a_length = a_length > 32 ? 32 : a_length;
    b_length = b_length > 32 ? 32 : b_length;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_length];
}

static ag_status unknown_option(const ag_config *config, const char *source, const char *name,
                                size_t length, ag_err *err)
{
    const char *nearest = config->options[0].name;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < config->count; i++) {
        size_t d = edit_distance(name, length, config->options[i].name);
        if (d < distance) {
            distance = d;
            nearest = config->options[i].name;
        }
    }
    if (distance > length / 2 + 1)
        return ag_err_set(err, AG_EINVAL, "%s: there is no option '%.*s' (see 'artguide config')",
                          source, (int)(length < 60 ? length : 60), name);
    return ag_err_set(err, AG_EINVAL, "%s: there is no option '%.*s'; did you mean '%s'?", source,
                      (int)(length < 60 ? length : 60), name, nearest);
}

ag_status ag_config_set(ag_config *config, const char *name, const char *text, const char *source,
                        ag_err *err)
{
    size_t row;
    if (!find_row(&row, config, name, strlen(name)))
        return unknown_option(config, source, name, strlen(name), err);
    return store(config, row, text, source, FROM_FLAG, err);
}

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
    if (!find_row(&row, config, name, strlen(name)))
        return unknown_option(config, source, name, strlen(name), err);
    return store(config, row, trim(equals + 1), source, FROM_FILE, err);
}

ag_status ag_config_load_file(ag_config *config, const char *path, ag_err *err)
{
    ag_buffer content = {0};
    ag_status status = ag_file_read(&content, path, MAX_FILE_BYTES, err);
    if (status == AG_OK && memchr(content.data, '\0', content.length) != NULL)
        status = ag_err_set(err, AG_EINVAL, "%s is not a text file", path);
    char *line = (char *)content.data;
    for (size_t number = 1; status == AG_OK && line != NULL; number++) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *source = ag_xasprintf("%s:%zu", path, number);
        status = load_line(config, line, source, err);
        free(source);
        line = next;
    }
    ag_buffer_fini(&content);
    return status;
}

/* Is the environment entry "NAME=value" this option's? Then its value, else NULL. */
static const char *environment_value(const ag_option *option, const char *entry)
{
    const char *name = option->environment;
    if (name != NULL) {
        size_t length = strlen(name);
        return strncmp(entry, name, length) == 0 && entry[length] == '=' ? entry + length + 1
                                                                         : NULL;
    }
    if (strncmp(entry, PREFIX, sizeof PREFIX - 1) != 0)
        return NULL;
    entry += sizeof PREFIX - 1;
    for (name = option->name; *name != '\0'; name++, entry++) {
        if (*entry != (*name == '-' ? '_' : toupper((unsigned char)*name)))
            return NULL;
    }
    return *entry == '=' ? entry + 1 : NULL;
}

static ag_status load_entry(ag_config *config, const char *entry, ag_err *err)
{
    char source[64];
    size_t length = strcspn(entry, "=");
    snprintf(source, sizeof source, "%.*s", (int)(length < 60 ? length : 60), entry);
    for (size_t i = 0; i < config->count; i++) {
        const char *text = environment_value(&config->options[i], entry);
        if (text != NULL)
            return *text == '\0' ? AG_OK : store(config, i, text, source, FROM_ENVIRONMENT, err);
    }
    if (strncmp(entry, PREFIX, sizeof PREFIX - 1) != 0 || strncmp(entry, "ARTGUIDE_TEST_", 14) == 0)
        return AG_OK;
    return ag_err_set(err, AG_EINVAL, "environment: there is no setting %s (see 'artguide config')",
                      source);
}

ag_status ag_config_load_environment(ag_config *config, char *const *environ_block, ag_err *err)
{
    ag_status status = AG_OK;
    for (; *environ_block != NULL && status == AG_OK; environ_block++)
        status = load_entry(config, *environ_block, err);
    return status;
}

/* Take the flag at argv[at]; *used is how many arguments it took. */
static ag_status load_flag(ag_config *config, int *used, char **argv, int at, int argc, ag_err *err)
{
    const char *name = argv[at] + 2;
    size_t length = strcspn(name, "=");
    size_t row;
    if (!find_row(&row, config, name, length))
        return unknown_option(config, "command line", name, length, err);
    const char *text = name[length] == '=' ? name + length + 1 : NULL;
    *used = 1;
    if (text == NULL && config->options[row].type == AG_OPTION_BOOL)
        text = "yes";
    if (text == NULL && at + 1 < argc) {
        text = argv[at + 1];
        *used = 2;
    }
    if (text == NULL)
        return ag_err_set(err, AG_EINVAL, "--%s needs a value", config->options[row].name);
    char source[64];
    snprintf(source, sizeof source, "--%s", config->options[row].name);
    return store(config, row, text, source, FROM_FLAG, err);
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
            ag_status status = load_flag(config, &used, argv, i, argc, err);
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

const char *ag_config_text(const ag_config *config, size_t option)
{
    return config->values[option].text;
}

int64_t ag_config_integer(const ag_config *config, size_t option)
{
    return config->values[option].integer;
}

bool ag_config_bool(const ag_config *config, size_t option)
{
    return config->values[option].integer != 0;
}

bool ag_config_is_default(const ag_config *config, size_t option)
{
    return config->values[option].from == FROM_DEFAULT;
}

/* Print text with the password of "scheme://user:password@host" as "***". */
static void print_masked(const char *text, FILE *stream)
{
    const char *authority = strstr(text, "://");
    const char *at = authority != NULL ? strchr(authority + 3, '@') : NULL;
    const char *colon =
        at != NULL ? memchr(authority + 3, ':', (size_t)(at - authority - 3)) : NULL;
    if (colon == NULL)
        fputs(text, stream);
    else
        fprintf(stream, "%.*s:***%s", (int)(colon - text), text, at);
}

void ag_config_print(const ag_config *config, FILE *stream)
{
    for (size_t i = 0; i < config->count; i++) {
        fprintf(stream, "%s = ", config->options[i].name);
        if (config->options[i].is_secret && *config->values[i].text != '\0')
            fputs("***", stream);
        else
            print_masked(config->values[i].text, stream);
        fprintf(stream, "   # %s\n", config->values[i].source);
    }
}

static void print_range(const ag_option *option, FILE *stream)
{
    if (option->type == AG_OPTION_INTEGER)
        fprintf(stream, ", %lld to %lld%s%s", (long long)option->min, (long long)option->max,
                option->unit != NULL ? " " : "", option->unit != NULL ? option->unit : "");
    if (option->type == AG_OPTION_CHOICE)
        fprintf(stream, ", one of %s", option->choices);
}

static void print_option(const ag_option *option, FILE *stream)
{
    static const char *const PLACES[] = {
        [AG_OPTION_TEXT] = " TEXT",
        [AG_OPTION_INTEGER] = " N",
        [AG_OPTION_CHOICE] = " WORD",
        [AG_OPTION_BOOL] = "",
    };
    fprintf(stream, "  --%s%s\n        %s (default: %s", option->name, PLACES[option->type],
            option->doc, *option->default_value != '\0' ? option->default_value : "none");
    print_range(option, stream);
    fputs(")\n", stream);
}

void ag_config_print_help(const ag_config *config, const size_t *wanted, size_t wanted_count,
                          FILE *stream)
{
    size_t count = wanted != NULL ? wanted_count : config->count;
    for (size_t i = 0; i < count; i++)
        print_option(&config->options[wanted != NULL ? wanted[i] : i], stream);
}
