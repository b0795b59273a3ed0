/* Answers over Redis, for an interface. */
#ifndef AG_BROKER_REDIS_LISTENER_H
#define AG_BROKER_REDIS_LISTENER_H

#include "broker/broker.h"
#include "broker/redis_link.h"
#include "broker/waiting.h"

typedef struct ag_redis_listener ag_redis_listener;

/* All borrowed until the listener is closed. */
typedef struct ag_redis_listener_options {
    ag_redis_link *link; /* the server */
    ag_waiting *waiting; /* requests whose answers are wanted; answered ones are removed */
    const char *id;      /* the interface's, valid as an id */
    ag_broker_answer_fn *on_answer; /* called on the listener's thread */
    void *ctx;                      /* its first argument */
} ag_redis_listener_options;

/* Deliver answers from now on: those published to the interface at once, those only put under their
 * key within a quarter of a second. AG_EIO when no thread can be had. */
AG_MUST_USE ag_status ag_redis_listener_open(ag_redis_listener **out,
                                             const ag_redis_listener_options *options, ag_err *err);
void ag_redis_listener_close(ag_redis_listener *listener);

#endif
