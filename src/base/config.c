#include "base/config.h"

#include "base/config_values.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool parse_integer(int64_t *out, const ag_option *option, const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || isspace((unsigned char)*text) ||
        number < option->min || number > option->max)
        return false;
    *out = number;
    return true;
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        if (iscntrl((unsigned char)*text))
            return true;
    }
    return false;
}

static bool parse(int64_t *out, const ag_option *option, const char *text)
{
    *out = 0;
    switch (option->type) {
    case AG_OPTION_INTEGER:
        return parse_integer(out, option, text);
    case AG_OPTION_CHOICE:
        return is_choice(option->choices, text);
    case AG_OPTION_BOOL:
        return parse_bool(out, text);
    case AG_OPTION_TEXT:
        return !has_control_character(text);
    }
    return false;
}

/* "port must be a whole number from 0 to 65535, not 'x'" */
static ag_status refuse(const ag_option *option, const char *text, const char *source, ag_err *err)
{
    char *wanted = NULL;
    switch (option->type) {
    case AG_OPTION_INTEGER:
        wanted = ag_xasprintf("be a whole number from %lld to %lld%s%s", (long long)option->min,
                              (long long)option->max, option->unit != NULL ? " " : "",
                              option->unit != NULL ? option->unit : "");
        break;
    case AG_OPTION_CHOICE:
        wanted = ag_xasprintf("be one of %s", option->choices);
        break;
    case AG_OPTION_BOOL:
        wanted = ag_xstrdup("be yes or no");
        break;
    case AG_OPTION_TEXT:
        wanted = ag_xstrdup("not hold control characters");
        break;
    }
    char *shown = option->is_secret ? ag_xstrdup("***") : ag_config_mask(text);
    ag_status status = ag_err_set(err, AG_EINVAL, "%s: %s must %s, not '%.60s'", source,
                                  option->name, wanted, shown);
    free(shown);
    free(wanted);
    return status;
}

ag_status ag_config_store(ag_config *config, size_t row, const char *text, const char *source,
                          ag_config_strength from, ag_err *err)
{
    int64_t integer;
    if (!parse(&integer, &config->options[row], text))
        return refuse(&config->options[row], text, source, err);
    ag_config_value *slot = &config->values[row];
    if (slot->from > from)
        return AG_OK;
    free(slot->text);
    free(slot->source);
    *slot = (ag_config_value){ag_xstrdup(text), ag_xstrdup(source), integer, from};
    return AG_OK;
}

ag_config *ag_config_create(const ag_option *options, size_t count)
{
    ag_config *config = ag_xcalloc(1, sizeof *config);
    config->options = options;
    config->count = count;
    config->values = ag_xcalloc(count, sizeof *config->values);
    for (size_t i = 0; i < count; i++) {
        if (ag_config_store(config, i, options[i].default_value, "default", AG_CONFIG_FROM_DEFAULT,
                            NULL) != AG_OK)
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

/* The option a person may have meant by name, or NULL. */
static const char *nearest_name(const ag_config *config, const char *name, size_t length)
{
    const char *nearest = NULL;
    size_t nearest_distance = length / 2 + 1; /* farther ones are no help */
    for (size_t i = 0; i < config->count; i++) {
        size_t distance = edit_distance(name, length, config->options[i].name);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = config->options[i].name;
        }
    }
    return nearest;
}

ag_status ag_config_find(size_t *row, const ag_config *config, const char *name, size_t length,
                         const char *source, ag_err *err)
{
    for (size_t i = 0; i < config->count; i++) {
        const char *candidate = config->options[i].name;
        if (strlen(candidate) == length && strncmp(candidate, name, length) == 0) {
            *row = i;
            return AG_OK;
        }
    }
    const char *nearest = nearest_name(config, name, length);
    int shown = (int)(length < 60 ? length : 60);
    if (nearest == NULL)
        return ag_err_set(err, AG_EINVAL, "%s: there is no option '%.*s' (see 'artguide config')",
                          source, shown, name);
    return ag_err_set(err, AG_EINVAL, "%s: there is no option '%.*s'; did you mean '%s'?", source,
                      shown, name, nearest);
}

ag_status ag_config_set(ag_config *config, const char *name, const char *value, const char *source,
                        ag_err *err)
{
    size_t row;
    ag_status status = ag_config_find(&row, config, name, strlen(name), source, err);
    if (status != AG_OK)
        return status;
    return ag_config_store(config, row, value, source, AG_CONFIG_FROM_FLAG, err);
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
    return config->values[option].from == AG_CONFIG_FROM_DEFAULT;
}
