/* The broker over a Redis server, 6.2 or newer.
 *
 * What other programs speak (docs/architecture.md): requests are JSON in the list
 * artguide:requests, pushed at its tail and taken from its head; an answer is JSON under
 * artguide:response:<request id>, for a minute. A program that knows only these two may stand on
 * either side. On top of them:
 *
 * - An AI server takes a request by moving it, atomically, into a list of its own for this one
 * request (BLMOVE to artguide:inflight:<server id>:<number>), and answers in one transaction:
 * SETEX, deletion of that list, PUBLISH to artguide:answers:<interface id>. See redis_serving.c for
 * why one list each.
 * - It says that it lives in artguide:server:<server id>, which expires after three heartbeats, and
 * which numbers it uses in the hash artguide:servers. Every AI server looks through that hash each
 * heartbeat and moves what a server without a heartbeat held back to the head of the queue, in the
 * old order (redis_keeper.c). A server that was only stopped and comes back goes on: its late
 * answers are kept and published like any, and the list it then deletes is its own or gone already.
 * - An interface subscribes to its channel and is woken with the answer itself; it also reads the
 * keys of what still waits now and then, for AI servers that do not publish (redis_listener.c).
 * - One thread watches the server; while it is away every call fails at once (redis_link.c).
 *
 * A request whose RPUSH got no reply may be queued or not: its asker is told that it failed, and an
 * answer that comes all the same finds no one waiting. */
#include "base/memory.h"
#include "broker/broker_ops.h"
#include "broker/redis_keys.h"
#include "broker/redis_link.h"
#include "broker/redis_listener.h"
#include "broker/redis_operator.h"
#include "broker/redis_serving.h"
#include "broker/waiting.h"

#include <stdlib.h>

static const int64_t DEFAULT_HEARTBEAT_MS = 1000;
static const int64_t DEFAULT_ANSWER_TTL_S = 60;

typedef struct redis_broker {
    ag_broker_options options; /* the URL is not kept */
    ag_redis_link *link;
    ag_waiting *waiting;
    ag_redis_listener *listener; /* NULL: not an interface */
    ag_redis_serving *serving;   /* NULL: not an AI server */
} redis_broker;

static void redis_close(void *self)
{
    redis_broker *broker = self;
    ag_redis_listener_close(broker->listener);
    ag_redis_serving_close(broker->serving);
    ag_redis_link_close(broker->link);
    ag_waiting_destroy(broker->waiting);
    free(broker);
}

static ag_status redis_open(void **self, const ag_broker_options *options, ag_err *err)
{
    ag_redis_url url;
    ag_status status = ag_redis_url_parse(&url, options->url, err);
    if (status != AG_OK)
        return status;
    redis_broker *broker = ag_xcalloc(1, sizeof *broker);
    broker->options = *options;
    broker->options.url = NULL;
    if (broker->options.heartbeat_ms <= 0)
        broker->options.heartbeat_ms = DEFAULT_HEARTBEAT_MS;
    if (broker->options.answer_ttl_s <= 0)
        broker->options.answer_ttl_s = DEFAULT_ANSWER_TTL_S;
    broker->waiting = ag_waiting_create();
    status = ag_redis_link_open(&broker->link, &url, options->log, err);
    if (status == AG_OK)
        *self = broker;
    else
        redis_close(broker);
    return status;
}

static bool redis_is_connected(void *self)
{
    redis_broker *broker = self;
    return ag_redis_link_epoch(broker->link) != 0;
}

static ag_status redis_listen(void *self, const char *id, ag_broker_answer_fn *on_answer, void *ctx,
                              ag_err *err)
{
    redis_broker *broker = self;
    const ag_redis_listener_options options = {
        .link = broker->link,
        .waiting = broker->waiting,
        .id = id,
        .on_answer = on_answer,
        .ctx = ctx,
    };
    return ag_redis_listener_open(&broker->listener, &options, err);
}

static ag_status redis_submit(void *self, const char *request_id, ag_bytes json, ag_err *err)
{
    redis_broker *broker = self;
    ag_redis *redis;
    ag_status status = ag_redis_link_acquire(broker->link, &redis, err);
    if (status != AG_OK)
        return status;
    /* Before it can be answered. */
    ag_waiting_add(broker->waiting, request_id);
    ag_redis_send(redis, "RPUSH " AG_REDIS_REQUESTS " %b", json.data, json.length);
    status = ag_redis_expect(redis, NULL, err);
    ag_redis_link_release(broker->link, redis);
    if (status != AG_OK)
        ag_waiting_remove(broker->waiting, request_id);
    return status;
}

static void redis_forget(void *self, const char *request_id)
{
    redis_broker *broker = self;
    ag_waiting_remove(broker->waiting, request_id);
}

static ag_status redis_serve(void *self, const ag_server_status *status, ag_err *err)
{
    redis_broker *broker = self;
    return ag_redis_serving_open(&broker->serving, broker->link, &broker->options, status, err);
}

static void redis_update_status(void *self, const ag_server_status *status)
{
    redis_broker *broker = self;
    ag_redis_serving_update_status(broker->serving, status);
}

static ag_status redis_take(void *self, ag_lease *leases, size_t *count, size_t max,
                            int64_t timeout_ms, ag_err *err)
{
    redis_broker *broker = self;
    return ag_redis_serving_take(broker->serving, leases, count, max, timeout_ms, err);
}

static ag_status redis_answer(void *self, void *lease, const ag_broker_reply *reply, ag_err *err)
{
    redis_broker *broker = self;
    return ag_redis_serving_answer(broker->serving, lease, reply, err);
}

static ag_status redis_give_back(void *self, void *lease, bool is_dropped, ag_err *err)
{
    redis_broker *broker = self;
    return ag_redis_serving_return(broker->serving, lease, is_dropped, err);
}

static void redis_leave(void *self)
{
    redis_broker *broker = self;
    ag_redis_serving_leave(broker->serving);
}

static ag_status redis_get_stats(void *self, ag_broker_stats *out, ag_err *err)
{
    redis_broker *broker = self;
    ag_redis *redis;
    ag_status status = ag_redis_link_acquire(broker->link, &redis, err);
    if (status != AG_OK)
        return status;
    status = ag_redis_get_stats(redis, out, err);
    ag_redis_link_release(broker->link, redis);
    return status;
}

static ag_status redis_purge(void *self, size_t *removed, ag_err *err)
{
    redis_broker *broker = self;
    ag_redis *redis;
    ag_status status = ag_redis_link_acquire(broker->link, &redis, err);
    if (status != AG_OK)
        return status;
    status = ag_redis_purge(redis, removed, err);
    ag_redis_link_release(broker->link, redis);
    return status;
}

const ag_broker_ops ag_broker_redis_ops = {
    .open = redis_open,
    .close = redis_close,
    .is_connected = redis_is_connected,
    .listen = redis_listen,
    .submit = redis_submit,
    .forget = redis_forget,
    .serve = redis_serve,
    .update_status = redis_update_status,
    .take = redis_take,
    .answer = redis_answer,
    .give_back = redis_give_back,
    .leave = redis_leave,
    .get_stats = redis_get_stats,
    .purge = redis_purge,
};
