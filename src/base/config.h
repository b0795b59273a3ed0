/* Configuration: one table of options; each is a flag, an environment variable and a config-file
 * key of the same name. One thread at a time while loading, any thread afterwards.
 *
 * Where a value comes from, strongest first: flag (--redis-host NAME), environment
 * (ARTGUIDE_REDIS_HOST, then the option's second variable, such as REDIS_HOST), config file
 * (redis-host = NAME), default. Sources may be loaded in any order. Passwords in URLs are never
 * printed, in error messages neither. */
#ifndef AG_BASE_CONFIG_H
#define AG_BASE_CONFIG_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum ag_option_type {
    AG_OPTION_TEXT,    /* any text */
    AG_OPTION_INTEGER, /* a whole number within [min, max] */
    AG_OPTION_CHOICE,  /* one of the words in choices */
    AG_OPTION_BOOL,    /* yes/no, true/false, on/off, 1/0; as a flag alone: yes */
} ag_option_type;

/* One row of the table. All text is static. */
typedef struct ag_option {
    const char *name;          /* "max-image-bytes": --max-image-bytes, max-image-bytes = … */
    const char *environment;   /* a second variable's name; NULL: none */
    ag_option_type type;       /* how the text is checked */
    const char *default_value; /* as a user would write it */
    int64_t min, max;          /* of an integer, inclusive */
    const char *unit;          /* of an integer: "bytes", "ms"; of text, what it is: "DIR" */
    const char *choices;       /* of a choice: "auto|f32|bf16" */
    bool is_secret;            /* never printed or logged */
    bool is_not_for_files;     /* refused in a config file */
    const char *doc;           /* one line: what it is for */
} ag_option;

typedef struct ag_config ag_config;

/* A configuration with every option at its default. options (count rows) must outlive it. */
ag_config *ag_config_create(const ag_option *options, size_t count);
void ag_config_destroy(ag_config *config);

/* Read "key = value" lines. Blank lines are skipped, and what follows a # at the start of a line or
 * behind white space; a value that needs it is put in double quotes, with \" and \\ inside. An
 * unknown key or bad value is AG_EINVAL with file, line and the allowed range. AG_ENOTFOUND,
 * AG_EIO. */
AG_MUST_USE ag_status ag_config_load_file(ag_config *config, const char *path, ag_err *err);

/* As ag_config_load_file, of text in memory (NUL-terminated) that is called `name` in messages. */
AG_MUST_USE ag_status ag_config_load_text(ag_config *config, const char *text, const char *name,
                                          ag_err *err);

/* Take every option's variable from environ (NULL-terminated "NAME=value"). Empty values count as
 * not set; an unknown ARTGUIDE_… variable (but ARTGUIDE_TEST_…) or bad value is AG_EINVAL. */
AG_MUST_USE ag_status ag_config_load_environment(ag_config *config, char *const *environ_block,
                                                 ag_err *err);

/* Take "--name value", "--name=value", "--bool" and "--bool=no" from argv[0…argc); everything that
 * is not an option, and all behind "--", is moved to the front in order, and its number returned in
 * *left. AG_EINVAL, naming the nearest option for an unknown one. */
AG_MUST_USE ag_status ag_config_load_flags(ag_config *config, int *left, int argc, char **argv,
                                           ag_err *err);

/* Set one option by name from text, remembering `source` ("--port", "PORT", "artguide.conf:3") as
 * where it came from. AG_EINVAL. */
AG_MUST_USE ag_status ag_config_set(ag_config *config, const char *name, const char *value,
                                    const char *source, ag_err *err);

/* Values by row of the table (the index of the option); the type must be the row's own. */
const char *ag_config_text(const ag_config *config, size_t option);
int64_t ag_config_integer(const ag_config *config, size_t option);
bool ag_config_bool(const ag_config *config, size_t option);
bool ag_config_is_default(const ag_config *config, size_t option);

/* Print "name = value   # source" for every option; ag_config_load_file reads it. */
void ag_config_print(const ag_config *config, FILE *stream);

/* Print the options for --help: flags, meaning, default, range. wanted: their rows, NULL: all. */
void ag_config_print_help(const ag_config *config, const size_t *wanted, size_t wanted_count,
                          FILE *stream);

/* A copy of a text that may hold a URL, with "***" for the password of scheme://user:password@host.
 * Owned. For printing and logging. */
char *ag_config_mask(const char *text);

#endif
