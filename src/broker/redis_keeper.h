/* An AI server's heartbeat, and its care for the dead: a thread that says every heartbeat that the
 * server lives, and gives back what servers held whose heartbeat is missing. */
#ifndef AG_BROKER_REDIS_KEEPER_H
#define AG_BROKER_REDIS_KEEPER_H

#include "broker/broker.h"
#include "broker/redis_link.h"

typedef struct ag_redis_keeper ag_redis_keeper;

/* Start. link and log are borrowed until stopped. AG_EIO when no thread can be had. */
AG_MUST_USE ag_status ag_redis_keeper_open(ag_redis_keeper **out, ag_redis_link *link,
                                           const ag_broker_options *options,
                                           const ag_server_status *status, ag_err *err);

/* What the next heartbeats say; the id stays. Any thread. */
void ag_redis_keeper_update(ag_redis_keeper *keeper, const ag_server_status *status);

/* Send the command that sets the heartbeat; where `only_missing`, it leaves one that is there
 * alone. Any thread; the reply is left to be received. */
void ag_redis_keeper_send(ag_redis_keeper *keeper, ag_redis *redis, bool only_missing);

/* No heartbeats any more (the last one runs out by itself). Once, before close. */
void ag_redis_keeper_stop(ag_redis_keeper *keeper);
void ag_redis_keeper_close(ag_redis_keeper *keeper);

#endif
