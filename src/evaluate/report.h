/* An evaluation for people, as aligned text, and for programs, as JSON: both say all of it. One
 * thread at a time. */
#ifndef AG_EVALUATE_REPORT_H
#define AG_EVALUATE_REPORT_H

#include "base/buffer.h"
#include "base/status.h"
#include "evaluate/evaluate.h"

#include <stdbool.h>
#include <stddef.h>

/* What is reported. All borrowed. */
typedef struct ag_evaluation_report {
    const ag_collection *collection;
    const ag_photo_source *source;
    const ag_simulation *simulation; /* what source simulates; NULL: it reads photos */
    const char *photos;              /* table or folder that it reads, else NULL */
    const ag_ask_options *asked;
    ag_evaluation *evaluation; /* its series are sorted */
    bool has_misses;           /* list them */
} ag_evaluation_report;

/* Append tables with a level in each row. */
void ag_evaluation_report_text(ag_buffer *out, const ag_evaluation_report *report);

/* Append one JSON object and a newline. AG_ENOMEM. */
AG_MUST_USE ag_status ag_evaluation_report_json(ag_buffer *out, const ag_evaluation_report *report,
                                                ag_err *err);

#endif
