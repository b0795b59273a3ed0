/* Asking a broker that may still be connecting. Any thread. */
#ifndef AG_ORCHESTRATOR_ASK_H
#define AG_ORCHESTRATOR_ASK_H

#include "broker/broker.h"

#include <stdatomic.h>
#include <stdint.h>

/* Sleep for duration_ms, or until *stop (may be NULL) is true; a signal handler that sets it
 * ends the sleep within a moment. */
void ag_ask_pause(int64_t duration_ms, const atomic_bool *stop);

/* ag_broker_get_stats, tried again for wait_ms while the broker is away: a broker just opened
 * connects in the background. */
AG_MUST_USE ag_status ag_ask_stats(ag_broker *broker, ag_broker_stats *out, int64_t wait_ms,
                                   const atomic_bool *stop, ag_err *err);

#endif
