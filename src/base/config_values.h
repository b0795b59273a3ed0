/* What config.c, config_load.c and config_print.c share of a configuration. */
#ifndef AG_BASE_CONFIG_VALUES_H
#define AG_BASE_CONFIG_VALUES_H

#include "base/config.h"

/* Strongest last: a weaker source never overwrites a stronger one, in whatever order they are read.
 */
typedef enum ag_config_strength {
    AG_CONFIG_FROM_DEFAULT,
    AG_CONFIG_FROM_FILE,
    AG_CONFIG_FROM_SECOND_VARIABLE, /* REDIS_HOST */
    AG_CONFIG_FROM_VARIABLE,        /* ARTGUIDE_REDIS_HOST */
    AG_CONFIG_FROM_FLAG,
} ag_config_strength;

typedef struct ag_config_value {
    char *text;              /* owned */
    char *source;            /* owned */
    int64_t integer;         /* of an integer, or 0/1 of a bool */
    ag_config_strength from; /* what kind of source */
} ag_config_value;

struct ag_config {
    const ag_option *options; /* borrowed */
    size_t count;             /* of options and values */
    ag_config_value *values;  /* owned; by row of the table */
};

/* Check the text and take it, unless a stronger source has spoken. AG_EINVAL. */
AG_MUST_USE ag_status ag_config_store(ag_config *config, size_t row, const char *text,
                                      const char *source, ag_config_strength from, ag_err *err);

/* The row called name (length bytes); where there is none AG_EINVAL, naming the nearest. */
AG_MUST_USE ag_status ag_config_find(size_t *row, const ag_config *config, const char *name,
                                     size_t length, const char *source, ag_err *err);

#endif
