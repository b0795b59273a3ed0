/* One connection to Redis: hiredis connects and reads the protocol, the bytes are moved here, so
 * that a server gone away raises no SIGPIPE and every wait has an end. One thread at a time. */
#ifndef AG_BROKER_REDIS_CONNECTION_H
#define AG_BROKER_REDIS_CONNECTION_H

#include "base/status.h"
#include "broker/redis_url.h"

#include <stdbool.h>
#include <stdint.h>

/* A command is answered within this time, a blocking one within its own and this time. */
#define AG_REDIS_COMMAND_MS 2000

struct redisReply; /* hiredis's; freeReplyObject */

typedef struct ag_redis ag_redis;

/* Connect, log in, choose the database, check the version. AG_EUNAVAILABLE: away, says why. Waits
 * some seconds at most (and for the resolver). */
AG_MUST_USE ag_status ag_redis_connect(ag_redis **out, const ag_redis_url *url, ag_err *err);
void ag_redis_close(ag_redis *redis);

/* "redis 7.0.15" */
const char *ag_redis_version(const ag_redis *redis);

/* Add a command to what is sent next. format is hiredis's: words apart by spaces, %s, %lld, and %b
 * for bytes and their size_t length. When memory is out the connection breaks. */
void ag_redis_send(ag_redis *redis, const char *format, ...);

/* Send what was added, and wait for the next reply, which the caller frees. AG_EUNAVAILABLE: the
 * connection broke (ag_redis_is_broken tells), or Redis answered with an error. */
AG_MUST_USE ag_status ag_redis_receive(ag_redis *redis, struct redisReply **out, int64_t timeout_ms,
                                       ag_err *err);

/* As ag_redis_receive within AG_REDIS_COMMAND_MS, with nothing of the reply but an integer (0 where
 * it is something else). number may be NULL. */
AG_MUST_USE ag_status ag_redis_expect(ag_redis *redis, long long *number, ag_err *err);

/* A message of a subscription, if one comes within timeout_ms: *out is NULL (AG_OK) when none did,
 * or when descriptor wake_fd became readable. AG_EUNAVAILABLE: broken. */
AG_MUST_USE ag_status ag_redis_poll(ag_redis *redis, struct redisReply **out, int wake_fd,
                                    int64_t timeout_ms, ag_err *err);

/* Is it of no use any more, so that no reply will come? */
bool ag_redis_is_broken(const ag_redis *redis);

/* May another command be sent? Not broken, no replies outstanding, not hung up by the server. */
bool ag_redis_is_usable(const ag_redis *redis);

#endif
