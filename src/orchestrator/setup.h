/* `orchestrator setup`: is the broker there, and what is in it? One thread. */
#ifndef AG_ORCHESTRATOR_SETUP_H
#define AG_ORCHESTRATOR_SETUP_H

#include "base/status.h"
#include "broker/broker.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ag_setup_options {
    FILE *out;       /* borrowed */
    const char *url; /* the broker's, borrowed; shown without its password */
    int64_t wait_ms; /* how long to wait for a broker that is away */
    bool is_json;    /* one JSON object instead of text */
    bool is_purge;   /* delete every request and answer */
} ag_setup_options;

/* Print what the broker says of itself, its queue and the AI servers; with is_purge, then delete
 * what is queued, in flight and answered, and say how much that was. Nothing is printed when it
 * fails. AG_EUNAVAILABLE (away for wait_ms), AG_EIO (out cannot be written). */
AG_MUST_USE ag_status ag_orchestrator_setup(ag_broker *broker, const ag_setup_options *options,
                                            ag_err *err);

#endif
