/* One thread, two ways for an answer to come. Published ones arrive on a subscription, with their
 * content. Every quarter of a second the keys of what still waits are read too: that serves AI
 * servers that know only SETEX, and whatever was published while the subscription was down. */
#include "broker/redis_listener.h"

#include "base/clock.h"
#include "base/memory.h"
#include "broker/redis_keys.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SWEEP_EVERY_MS 250
#define RETRY_EVERY_MS 50

/* Keys asked for in one go. */
#define SWEEP_BATCH 256

struct ag_redis_listener {
    ag_redis_listener_options options;
    char id[AG_REQUEST_ID_MAX + 1]; /* options.id is here */
    pthread_t thread;
    int stop_fd; /* eventfd: readable when the thread shall end */
    atomic_bool is_stopping;
    ag_redis *subscription; /* the thread's own; NULL while there is none */
    uint64_t epoch;         /* of the link when it was made */
    int64_t next_sweep_us;  /* monotonic */
};

static void drop_subscription(ag_redis_listener *listener)
{
    ag_redis_close(listener->subscription);
    listener->subscription = NULL;
}

/* Subscribe anew when there is no subscription that can be trusted, and the server is there. */
static void subscribe(ag_redis_listener *listener)
{
    uint64_t epoch = ag_redis_link_epoch(listener->options.link);
    if (listener->subscription != NULL && listener->epoch == epoch)
        return;
    drop_subscription(listener);
    if (epoch == 0 ||
        ag_redis_link_acquire(listener->options.link, &listener->subscription, NULL) != AG_OK)
        return;
    ag_redis_send(listener->subscription, "SUBSCRIBE " AG_REDIS_ANSWERS "%s", listener->id);
    if (ag_redis_expect(listener->subscription, NULL, NULL) != AG_OK) {
        drop_subscription(listener);
        return;
    }
    listener->epoch = epoch;
    listener->next_sweep_us = 0; /* what was published meanwhile */
}

static void deliver(ag_redis_listener *listener, const char *id, const char *json, size_t length)
{
    if (ag_waiting_remove(listener->options.waiting, id))
        listener->options.on_answer(listener->options.ctx, id, json, length);
}

/* "message", channel, "<request id>\n<json>" */
static void deliver_message(ag_redis_listener *listener, const redisReply *message)
{
    if (message->type != REDIS_REPLY_ARRAY || message->elements != 3)
        return;
    const redisReply *content = message->element[2];
    if (content->type != REDIS_REPLY_STRING)
        return;
    const char *newline = memchr(content->str, '\n', content->len);
    size_t id_length = newline != NULL ? (size_t)(newline - content->str) : 0;
    if (!ag_request_id_is_valid(content->str, id_length))
        return;
    ag_waiting_id id = {0};
    memcpy(id.text, content->str, id_length);
    deliver(listener, id.text, newline + 1, content->len - id_length - 1);
}

/* Ask for the answers of these requests, and deliver what is there. */
static ag_status sweep_some(ag_redis_listener *listener, ag_redis *redis, const ag_waiting_id *ids,
                            size_t count)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < count; i++)
        ag_redis_send(redis, "GET " AG_REDIS_RESPONSE "%s", ids[i].text);
    for (size_t i = 0; i < count && status == AG_OK; i++) {
        redisReply *reply = NULL;
        status = ag_redis_receive(redis, &reply, AG_REDIS_COMMAND_MS, NULL);
        if (status == AG_OK && reply->type == REDIS_REPLY_STRING)
            deliver(listener, ids[i].text, reply->str, reply->len);
        freeReplyObject(reply);
    }
    return status;
}

static void sweep(ag_redis_listener *listener)
{
    size_t count = 0;
    ag_redis *redis;
    ag_waiting_id *ids = ag_waiting_list(listener->options.waiting, &count);
    if (count > 0 && ag_redis_link_acquire(listener->options.link, &redis, NULL) == AG_OK) {
        ag_status status = AG_OK;
        for (size_t i = 0; i < count && status == AG_OK; i += SWEEP_BATCH) {
            size_t left = count - i;
            status = sweep_some(listener, redis, ids + i, left < SWEEP_BATCH ? left : SWEEP_BATCH);
        }
        ag_redis_link_release(listener->options.link, redis);
    }
    free(ids);
}

/* Wait for a message until the next sweep, or for a server to come back. */
static void await_message(ag_redis_listener *listener, int64_t wait_ms)
{
    redisReply *message = NULL;
    if (listener->subscription == NULL) {
        struct pollfd fd = {.fd = listener->stop_fd, .events = POLLIN};
        poll(&fd, 1, RETRY_EVERY_MS);
        return;
    }
    if (ag_redis_poll(listener->subscription, &message, listener->stop_fd, wait_ms, NULL) != AG_OK)
        drop_subscription(listener);
    else if (message != NULL)
        deliver_message(listener, message);
    freeReplyObject(message);
}

static void *run(void *arg)
{
    ag_redis_listener *listener = arg;
    pthread_setname_np(pthread_self(), "redis-answers");
    while (!atomic_load(&listener->is_stopping)) {
        subscribe(listener);
        int64_t now_us = ag_clock_monotonic_us();
        if (now_us >= listener->next_sweep_us) {
            sweep(listener);
            listener->next_sweep_us = now_us + SWEEP_EVERY_MS * 1000;
        }
        await_message(listener, (listener->next_sweep_us - now_us + 999) / 1000);
    }
    return NULL;
}

static void free_listener(ag_redis_listener *listener)
{
    if (listener->stop_fd >= 0)
        close(listener->stop_fd);
    drop_subscription(listener);
    free(listener);
}

ag_status ag_redis_listener_open(ag_redis_listener **out, const ag_redis_listener_options *options,
                                 ag_err *err)
{
    ag_redis_listener *listener = ag_xcalloc(1, sizeof *listener);
    listener->options = *options;
    strncpy(listener->id, options->id, AG_REQUEST_ID_MAX);
    listener->options.id = listener->id;
    listener->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int reason = listener->stop_fd < 0 ? errno : 0;
    if (reason == 0) {
        /* Here already, so that the answers to what is submitted next are not missed. */
        subscribe(listener);
        reason = pthread_create(&listener->thread, NULL, run, listener);
    }
    if (reason == 0) {
        *out = listener;
        return AG_OK;
    }
    free_listener(listener);
    return ag_err_set_errno(err, reason, "cannot listen for answers");
}

void ag_redis_listener_close(ag_redis_listener *listener)
{
    if (listener == NULL)
        return;
    atomic_store(&listener->is_stopping, true);
    ssize_t written = write(listener->stop_fd, &(uint64_t){1}, sizeof(uint64_t));
    (void)written; /* cannot fail: the counter is at zero */
    pthread_join(listener->thread, NULL);
    free_listener(listener);
}
