/* The way to one Redis server: a pool of connections, and a thread that knows whether the server is
 * there and finds it again when it was away. Any thread. */
#ifndef AG_BROKER_REDIS_LINK_H
#define AG_BROKER_REDIS_LINK_H

#include "base/log.h"
#include "broker/redis_connection.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ag_redis_link ag_redis_link;

/* Try once, then go on in the background: a server that is away is no error. log is borrowed.
 * AG_EIO when no thread can be had. */
AG_MUST_USE ag_status ag_redis_link_open(ag_redis_link **out, const ag_redis_url *url,
                                         const ag_log *log, ag_err *err);
/* Every connection must have been released. */
void ag_redis_link_close(ag_redis_link *link);

/* How often the server was found so far, 0 while it is away: a connection of another number is
 * stale. */
uint64_t ag_redis_link_epoch(ag_redis_link *link);

/* Borrow a connection until release. AG_EUNAVAILABLE at once while the server is away. */
AG_MUST_USE ag_status ag_redis_link_acquire(ag_redis_link *link, ag_redis **out, ag_err *err);

/* Hand it back; one that cannot be used any more is closed, and the server looked after. */
void ag_redis_link_release(ag_redis_link *link, ag_redis *redis);

#endif
