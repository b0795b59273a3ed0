/* `orchestrator monitor`: queue, answers and AI servers, again and again. One thread. */
#ifndef AG_ORCHESTRATOR_MONITOR_H
#define AG_ORCHESTRATOR_MONITOR_H

#include "base/status.h"
#include "broker/broker.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ag_monitor_options {
    FILE *out;               /* borrowed */
    const char *url;         /* the broker's, borrowed; shown without its password */
    int64_t interval_ms;     /* between two looks, at least 1 */
    int64_t wait_ms;         /* how long the first look waits for a broker that is away */
    bool is_json;            /* a JSON object a line */
    bool is_once;            /* one look only */
    const atomic_bool *stop; /* true: end; may be NULL */
} ag_monitor_options;

/* Show the broker every interval_ms until *stop: redrawn in place on a terminal, "time broker
 * key=value" lines elsewhere, JSON with is_json. While the broker is away that is shown, and it
 * goes on. With is_once one table (or JSON object) is printed, and a broker that stays away is
 * AG_EUNAVAILABLE. AG_EIO when out cannot be written, AG_EINVAL for an interval below 1. */
AG_MUST_USE ag_status ag_orchestrator_monitor(ag_broker *broker, const ag_monitor_options *options,
                                              ag_err *err);

#endif
