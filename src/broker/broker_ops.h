/* What an implementation of the broker provides: one const table each, chosen by broker.c.
 *
 * self is the implementation's own. The functions do what broker.h says of the one of the same
 * name; broker.c has checked ids, and counts what is "once". */
#ifndef AG_BROKER_BROKER_OPS_H
#define AG_BROKER_BROKER_OPS_H

#include "base/digest.h"
#include "broker/broker.h"

/* An answer on its way. */
typedef struct ag_broker_reply {
    const char *request_id; /* valid as an id */
    const char *reply_to;   /* the interface that waits, or NULL */
    ag_bytes json;          /* the answer */
} ag_broker_reply;

typedef struct ag_broker_ops {
    ag_status (*open)(void **self, const ag_broker_options *options, ag_err *err);
    void (*close)(void *self);
    bool (*is_connected)(void *self);
    ag_status (*listen)(void *self, const char *id, ag_broker_answer_fn *on_answer, void *ctx,
                        ag_err *err);
    ag_status (*submit)(void *self, const char *request_id, ag_bytes json, ag_err *err);
    void (*forget)(void *self, const char *request_id);
    ag_status (*serve)(void *self, const ag_server_status *status, ag_err *err);
    void (*update_status)(void *self, const ag_server_status *status);
    ag_status (*take)(void *self, ag_lease *leases, size_t *count, size_t max, int64_t timeout_ms,
                      ag_err *err);
    ag_status (*answer)(void *self, void *lease, const ag_broker_reply *reply, ag_err *err);
    ag_status (*give_back)(void *self, void *lease, bool is_dropped, ag_err *err);
    void (*leave)(void *self);
    ag_status (*get_stats)(void *self, ag_broker_stats *out, ag_err *err);
    ag_status (*purge)(void *self, size_t *removed, ag_err *err);
} ag_broker_ops;

/* memory.c: one process, no server. */
extern const ag_broker_ops ag_broker_memory_ops;
/* redis.c: a Redis server, 6.2 or newer. */
extern const ag_broker_ops ag_broker_redis_ops;

#endif
