/* A description from the metadata alone: true to what the row says, nothing invented.
 * Any thread. */
#ifndef AG_DESCRIBE_TEMPLATE_H
#define AG_DESCRIBE_TEMPLATE_H

#include "base/arena.h"

/* What is known of the work; "" or NULL where nothing is. Borrowed. */
typedef struct ag_describe_facts {
    const char *artist;
    const char *title;
    const char *period;
    const char *years;
    const char *extra_json; /* further columns as a JSON object; known ones (medium, dimensions,
                               museum, location, credit, …) are woven in, others left alone */
} ag_describe_facts;

/* The description, in arena; NULL when memory is out. lang is BCP 47 or NULL; a language without a
 * template gets English. */
const char *ag_describe_template(ag_arena *arena, const ag_describe_facts *facts, const char *lang);

#endif
