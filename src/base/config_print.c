#include "base/config.h"

#include "base/config_values.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *ag_config_mask(const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *user = scheme_end != NULL ? scheme_end + 3 : text;
    /* To the last @: rather too much hidden than half a password that has an @ or / of its own. */
    const char *at = scheme_end != NULL ? strrchr(user, '@') : NULL;
    const char *colon = at != NULL ? memchr(user, ':', (size_t)(at - user)) : NULL;
    if (colon == NULL)
        return ag_xstrdup(text);
    return ag_xasprintf("%.*s:***%s", (int)(colon - text), text, at);
}

/* As it can stand in a config file. */
static void print_value(const char *text, FILE *stream)
{
    size_t length = strlen(text);
    bool is_plain = length == 0 || (text[0] != '"' && text[0] != '#' && !strpbrk(text, " \t") &&
                                    !isspace((unsigned char)text[length - 1]));
    if (is_plain) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text != '\0'; text++)
        fprintf(stream, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    fputc('"', stream);
}

void ag_config_print(const ag_config *config, FILE *stream)
{
    for (size_t i = 0; i < config->count; i++) {
        const ag_config_value *value = &config->values[i];
        /* One that no file may hold is shown as a comment. */
        fprintf(stream, "%s%s = ", config->options[i].is_not_for_files ? "# " : "",
                config->options[i].name);
        bool is_hidden = config->options[i].is_secret && *value->text != '\0';
        char *shown = is_hidden ? ag_xstrdup("***") : ag_config_mask(value->text);
        print_value(shown, stream);
        free(shown);
        fprintf(stream, "   # %s\n", value->source);
    }
}

static void print_range(const ag_option *option, FILE *stream)
{
    if (option->type == AG_OPTION_INTEGER)
        fprintf(stream, ", %lld to %lld%s%s", (long long)option->min, (long long)option->max,
                option->unit != NULL ? " " : "", option->unit != NULL ? option->unit : "");
}

static void print_option(const ag_option *option, FILE *stream)
{
    const char *place = "";
    if (option->type == AG_OPTION_INTEGER)
        place = "N";
    if (option->type == AG_OPTION_CHOICE)
        place = option->choices;
    if (option->type == AG_OPTION_TEXT)
        place = option->unit != NULL ? option->unit : "TEXT";
    const char *default_value = *option->default_value != '\0' ? option->default_value : "none";
    fprintf(stream, "  --%s%s%s\n        %s (default: %s", option->name, *place != '\0' ? " " : "",
            place, option->doc, default_value);
    print_range(option, stream);
    if (option->environment != NULL)
        fprintf(stream, "; also from $%s", option->environment);
    fputs(")\n", stream);
}

void ag_config_print_help(const ag_config *config, const size_t *wanted, size_t wanted_count,
                          FILE *stream)
{
    size_t count = wanted != NULL ? wanted_count : config->count;
    for (size_t i = 0; i < count; i++)
        print_option(&config->options[wanted != NULL ? wanted[i] : i], stream);
}
