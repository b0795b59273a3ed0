/* What an operator asks of Redis: how things stand, and a clean table. One thread at a time. */
#ifndef AG_BROKER_REDIS_OPERATOR_H
#define AG_BROKER_REDIS_OPERATOR_H

#include "broker/broker.h"
#include "broker/redis_connection.h"

/* As ag_broker_get_stats and ag_broker_purge, over this connection. */
AG_MUST_USE ag_status ag_redis_get_stats(ag_redis *redis, ag_broker_stats *out, ag_err *err);
AG_MUST_USE ag_status ag_redis_purge(ag_redis *redis, size_t *removed, ag_err *err);

#endif
