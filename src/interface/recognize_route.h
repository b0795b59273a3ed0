/* POST /api/recognize. Thread classes as said at each function. */
#ifndef AG_INTERFACE_RECOGNIZE_ROUTE_H
#define AG_INTERFACE_RECOGNIZE_ROUTE_H

#include "interface/interface.h"
#include "interface/routes.h"
#include "interface/waiters.h"

#include <stddef.h>

/* See ag_route. HTTP thread. */
void ag_recognize_admit(ag_exchange *exchange);
ag_route_outcome ag_recognize_run(ag_exchange *exchange);

/* An ag_broker_answer_fn; ctx is the interface. Broker thread. */
void ag_recognize_answer(void *ctx, const char *request_id, const char *json, size_t length);

/* An ag_waiter_end_fn; ctx is the interface. Any thread. */
void ag_recognize_end(void *ctx, ag_waiter *waiter, ag_waiter_end why);

/* Telemetry, metrics and log of a recognition whose reply is about to be sent, or whose client is
 * gone. HTTP thread. */
void ag_recognize_record(ag_exchange *exchange);

#endif
