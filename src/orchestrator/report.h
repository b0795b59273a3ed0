/* What `orchestrator setup` and `monitor` show of a broker: text for people, lines and JSON for
 * programs. Any thread.
 *
 * Names come from other machines: in text, whatever of them is not printable ASCII is shown as
 * "\xNN", so that it moves no cursor and every character is one column wide. */
#ifndef AG_ORCHESTRATOR_REPORT_H
#define AG_ORCHESTRATOR_REPORT_H

#include "base/buffer.h"
#include "broker/broker.h"

#include <stddef.h>
#include <stdint.h>

/* All borrowed. */
typedef struct ag_report {
    int64_t wall_us;              /* when the numbers were taken */
    const char *url;              /* the broker's; shown without its password */
    const ag_broker_stats *stats; /* NULL: the broker is away */
    const char *trouble;          /* why it is away; NULL when it is not */
    const size_t *purged_keys;    /* how many a purge removed after the numbers; NULL: no purge */
} ag_report;

/* Append a few lines and a table of AI servers, each cut to `columns` characters, and no more than
 * `rows` lines; 0 is no limit. */
void ag_report_table(ag_buffer *out, const ag_report *report, size_t columns, size_t rows);

/* Append one line "<time> broker key=value …" and for each AI server one "<time> server key=value
 * …". */
void ag_report_lines(ag_buffer *out, const ag_report *report);

/* Append one JSON object and a line end. AG_ENOMEM. */
AG_MUST_USE ag_status ag_report_json(ag_buffer *out, const ag_report *report, ag_err *err);

#endif
