/* The AI server side over Redis: leases, heartbeats, and taking over from the dead. The functions
 * do what broker.h says of those of the same name. */
#ifndef AG_BROKER_REDIS_SERVING_H
#define AG_BROKER_REDIS_SERVING_H

#include "broker/broker_ops.h"
#include "broker/redis_link.h"

typedef struct ag_redis_serving ag_redis_serving;

/* Start; link and options->log are borrowed until closed. */
AG_MUST_USE ag_status ag_redis_serving_open(ag_redis_serving **out, ag_redis_link *link,
                                            const ag_broker_options *options,
                                            const ag_server_status *status, ag_err *err);
void ag_redis_serving_update_status(ag_redis_serving *serving, const ag_server_status *status);
AG_MUST_USE ag_status ag_redis_serving_take(ag_redis_serving *serving, ag_lease *leases,
                                            size_t *count, size_t max, int64_t timeout_ms,
                                            ag_err *err);
AG_MUST_USE ag_status ag_redis_serving_answer(ag_redis_serving *serving, void *lease,
                                              const ag_broker_reply *reply, ag_err *err);
AG_MUST_USE ag_status ag_redis_serving_return(ag_redis_serving *serving, void *lease,
                                              bool is_dropped, ag_err *err);
/* Leave; only close and update_status may follow. */
void ag_redis_serving_leave(ag_redis_serving *serving);
void ag_redis_serving_close(ag_redis_serving *serving);

#endif
