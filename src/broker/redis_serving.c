/* Leases. Each request taken is moved into a list of its own, artguide:inflight:<server>:<number>,
 * and numbers are never used twice. So giving one up is the deletion of a key: nothing is searched,
 * no megabytes are sent back, other requests with the same or a similar id are not touched, doing
 * it twice does no harm, and a server that was taken over meanwhile deletes nothing of anyone's.
 *
 * Who takes over must know the numbers: before anything is taken, the hash artguide:servers says
 * under the server's id which numbers are in use or may be in a moment, newest first.
 *
 * When the connection breaks during a take, Redis may have moved requests that were never seen
 * here. Their numbers stay in the list as doubtful for as long as Redis could still move something
 * (the connection it blocks for may look alive to it), and every take gives back what is found
 * under them. */
#include "broker/redis_serving.h"

#include "base/clock.h"
#include "base/memory.h"
#include "broker/redis_keeper.h"
#include "broker/redis_keys.h"

#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Requests taken at once at most: what is asked for them is sent with every take. */
#define TAKE_MAX 256

/* Move one lease's request to the head of the queue, without its bytes coming here. */
static const char GIVE_BACK[] =
    "return redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'LEFT') and 1 or 0";

/* A number in use. */
typedef struct lease {
    struct lease *older;
    uint64_t number;
    redisReply *request;       /* owned; NULL: nothing was seen to arrive */
    int64_t doubtful_until_us; /* monotonic; 0: not doubtful */
} lease;

struct ag_redis_serving {
    ag_redis_link *link;
    ag_redis_keeper *keeper;
    char id[sizeof(((ag_server_status *)0)->id)];
    int64_t longest_block_ms;
    int64_t answer_ttl_s;
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        lease *newest;
        uint64_t last_number;
    } shared;
};

static void free_lease(lease *gone)
{
    freeReplyObject(gone->request);
    free(gone);
}

static void remove_lease(ag_redis_serving *serving, lease *gone)
{
    pthread_mutex_lock(&serving->shared.mutex);
    lease **link = &serving->shared.newest;
    while (*link != gone)
        link = &(*link)->older;
    *link = gone->older;
    pthread_mutex_unlock(&serving->shared.mutex);
    free_lease(gone);
}

/* Leases with new numbers for what the next take may bring, oldest first. */
static void reserve(ag_redis_serving *serving, lease **reserved, size_t count)
{
    pthread_mutex_lock(&serving->shared.mutex);
    for (size_t i = 0; i < count; i++) {
        lease *added = ag_xcalloc(1, sizeof *added);
        added->number = ++serving->shared.last_number;
        added->older = serving->shared.newest;
        serving->shared.newest = added;
        reserved[i] = added;
    }
    pthread_mutex_unlock(&serving->shared.mutex);
}

/* Say which numbers are in use, and that the server lives if no heartbeat does. 2 replies. */
static void send_register(ag_redis_serving *serving, ag_redis *redis)
{
    ag_buffer numbers = {0};
    pthread_mutex_lock(&serving->shared.mutex);
    for (const lease *at = serving->shared.newest; at != NULL; at = at->older)
        ag_buffer_printf(&numbers, "%llu ", (unsigned long long)at->number);
    pthread_mutex_unlock(&serving->shared.mutex);
    ag_redis_keeper_send(serving->keeper, redis, true);
    ag_redis_send(redis, "HSET " AG_REDIS_SERVERS " %s %b", serving->id, numbers.data,
                  numbers.length);
    ag_buffer_fini(&numbers);
}

static void send_give_back(const ag_redis_serving *serving, ag_redis *redis, const lease *given)
{
    ag_redis_send(redis, "EVAL %s 2 " AG_REDIS_INFLIGHT "%s:%llu " AG_REDIS_REQUESTS, GIVE_BACK,
                  serving->id, (unsigned long long)given->number);
}

/* Receive count replies that carry nothing. The first failure is told. */
static ag_status expect_all(ag_redis *redis, size_t count, ag_err *err)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < count; i++) {
        ag_status next = ag_redis_expect(redis, NULL, status == AG_OK ? err : NULL);
        status = status == AG_OK ? next : status;
    }
    return status;
}

/* Give back what arrived under doubtful numbers; forget those under which nothing can any more. */
static ag_status resolve_doubts(ag_redis_serving *serving, ag_redis *redis, ag_err *err)
{
    size_t count = 0;
    const int64_t now_us = ag_clock_monotonic_us();
    pthread_mutex_lock(&serving->shared.mutex);
    for (const lease *at = serving->shared.newest; at != NULL; at = at->older) {
        if (at->doubtful_until_us == 0)
            continue;
        send_give_back(serving, redis, at);
        count++;
    }
    pthread_mutex_unlock(&serving->shared.mutex);
    ag_status status = expect_all(redis, count, err);
    if (status != AG_OK || count == 0)
        return status;

    pthread_mutex_lock(&serving->shared.mutex);
    for (lease **link = &serving->shared.newest; *link != NULL;) {
        lease *at = *link;
        if (at->doubtful_until_us == 0 || at->doubtful_until_us > now_us) {
            link = &at->older;
            continue;
        }
        *link = at->older;
        free_lease(at);
    }
    pthread_mutex_unlock(&serving->shared.mutex);
    return status;
}

/* Ask for as many requests as are reserved, waiting for the first. One reply each: the commands
 * behind the blocking one run with it, so that the whole batch costs one round trip. */
static void send_take(const ag_redis_serving *serving, ag_redis *redis, lease *const *reserved,
                      size_t count, int64_t block_ms)
{
    for (size_t i = 0; i < count; i++) {
        unsigned long long number = reserved[i]->number;
        if (i == 0 && block_ms > 0)
            ag_redis_send(redis,
                          "BLMOVE " AG_REDIS_REQUESTS " " AG_REDIS_INFLIGHT "%s:%llu LEFT RIGHT %f",
                          serving->id, number, (double)block_ms / 1000);
        else
            ag_redis_send(redis,
                          "LMOVE " AG_REDIS_REQUESTS " " AG_REDIS_INFLIGHT "%s:%llu LEFT RIGHT",
                          serving->id, number);
    }
}

/* Nothing is known to have arrived under this number, and something may still. */
static void make_doubtful(ag_redis_serving *serving, lease *at)
{
    pthread_mutex_lock(&serving->shared.mutex);
    freeReplyObject(at->request);
    at->request = NULL;
    at->doubtful_until_us =
        ag_clock_monotonic_us() + (serving->longest_block_ms + AG_REDIS_COMMAND_MS) * 1000;
    pthread_mutex_unlock(&serving->shared.mutex);
}

/* What came of a take: *count leases that brought a request are moved to the front, in order. The
 * others are removed, or doubtful where no reply tells. The first failure is told. */
static ag_status receive_take(ag_redis_serving *serving, ag_redis *redis, lease **reserved,
                              size_t *count, ag_err *err)
{
    const size_t asked = *count;
    ag_status status = AG_OK;
    *count = 0;
    for (size_t i = 0; i < asked; i++) {
        redisReply *reply = NULL;
        ag_status next =
            ag_redis_receive(redis, &reply, serving->longest_block_ms + AG_REDIS_COMMAND_MS,
                             status == AG_OK ? err : NULL);
        status = status == AG_OK ? next : status;
        if (next == AG_OK && reply->type == REDIS_REPLY_STRING) {
            reserved[i]->request = reply;
            reserved[(*count)++] = reserved[i];
            continue;
        }
        freeReplyObject(reply);
        if (ag_redis_is_broken(redis))
            make_doubtful(serving, reserved[i]);
        else
            remove_lease(serving, reserved[i]);
    }
    return status;
}

/* Reserve, register and take, *count at most; *count is what came. */
static ag_status take_once(ag_redis_serving *serving, ag_redis *redis, lease **reserved,
                           size_t *count, int64_t block_ms, ag_err *err)
{
    ag_status status = resolve_doubts(serving, redis, err);
    if (status != AG_OK)
        return status;
    reserve(serving, reserved, *count);
    send_register(serving, redis);
    send_take(serving, redis, reserved, *count, block_ms);
    ag_status registered = expect_all(redis, 2, err);
    status = receive_take(serving, redis, reserved, count, registered == AG_OK ? err : NULL);
    if (registered == AG_OK)
        return *count > 0 ? AG_OK : status;
    /* No other server would know of these: give them back before anything else. */
    for (size_t i = 0; i < *count; i++)
        make_doubtful(serving, reserved[i]);
    return registered;
}

ag_status ag_redis_serving_take(ag_redis_serving *serving, ag_lease *leases, size_t *count,
                                size_t max, int64_t timeout_ms, ag_err *err)
{
    lease *reserved[TAKE_MAX];
    ag_redis *redis;
    size_t taken = 0;
    const int64_t end_us = ag_clock_monotonic_us() + timeout_ms * 1000;
    int64_t left_ms = timeout_ms;
    ag_status status = ag_redis_link_acquire(serving->link, &redis, err);
    if (status != AG_OK)
        return status;
    do {
        int64_t block_ms =
            left_ms < serving->longest_block_ms ? left_ms : serving->longest_block_ms;
        taken = max < TAKE_MAX ? max : TAKE_MAX;
        status = take_once(serving, redis, reserved, &taken, block_ms, err);
        left_ms = (end_us - ag_clock_monotonic_us()) / 1000;
    } while (status == AG_OK && taken == 0 && left_ms > 0);
    ag_redis_link_release(serving->link, redis);
    if (status != AG_OK)
        return status;
    for (size_t i = 0; i < taken; i++)
        leases[i] = (ag_lease){reserved[i], reserved[i]->request->str, reserved[i]->request->len};
    *count = taken;
    return AG_OK;
}

/* Put the answer under its key, give the lease up and wake who waits: all or nothing. The answer
 * that is published carries its content, so that the interface need not ask for it. */
static ag_status answer_over(ag_redis_serving *serving, ag_redis *redis, const lease *answered,
                             const ag_broker_reply *reply, ag_err *err)
{
    const ag_bytes json = reply->json;
    ag_redis_send(redis, "MULTI");
    ag_redis_send(redis, "SETEX " AG_REDIS_RESPONSE "%s %lld %b", reply->request_id,
                  (long long)serving->answer_ttl_s, json.data, json.length);
    ag_redis_send(redis, "UNLINK " AG_REDIS_INFLIGHT "%s:%llu", serving->id,
                  (unsigned long long)answered->number);
    if (reply->reply_to != NULL)
        ag_redis_send(redis, "PUBLISH " AG_REDIS_ANSWERS "%s %s\n%b", reply->reply_to,
                      reply->request_id, json.data, json.length);
    ag_redis_send(redis, "EXEC");
    ag_status status = expect_all(redis, reply->reply_to != NULL ? 4 : 3, err);

    redisReply *results = NULL;
    ag_status executed =
        ag_redis_receive(redis, &results, AG_REDIS_COMMAND_MS, status == AG_OK ? err : NULL);
    if (executed == AG_OK &&
        (results->elements == 0 || results->element[0]->type == REDIS_REPLY_ERROR))
        executed = ag_err_set(err, AG_EUNAVAILABLE, "Redis did not keep the answer");
    freeReplyObject(results);
    return status != AG_OK ? status : executed;
}

ag_status ag_redis_serving_answer(ag_redis_serving *serving, void *handle,
                                  const ag_broker_reply *reply, ag_err *err)
{
    ag_redis *redis;
    ag_status status = ag_redis_link_acquire(serving->link, &redis, err);
    if (status != AG_OK)
        return status;
    status = answer_over(serving, redis, handle, reply, err);
    ag_redis_link_release(serving->link, redis);
    if (status == AG_OK)
        remove_lease(serving, handle);
    return status;
}

ag_status ag_redis_serving_return(ag_redis_serving *serving, void *handle, bool is_dropped,
                                  ag_err *err)
{
    ag_redis *redis;
    lease *given = handle;
    ag_status status = ag_redis_link_acquire(serving->link, &redis, err);
    if (status != AG_OK)
        return status;
    if (is_dropped)
        ag_redis_send(redis, "UNLINK " AG_REDIS_INFLIGHT "%s:%llu", serving->id,
                      (unsigned long long)given->number);
    else
        send_give_back(serving, redis, given);
    status = ag_redis_expect(redis, NULL, err);
    ag_redis_link_release(serving->link, redis);
    if (status == AG_OK)
        remove_lease(serving, given);
    return status;
}

static void free_leases(ag_redis_serving *serving)
{
    for (lease *older, *at = serving->shared.newest; at != NULL; at = older) {
        older = at->older;
        free_lease(at);
    }
    serving->shared.newest = NULL;
}

void ag_redis_serving_leave(ag_redis_serving *serving)
{
    ag_redis *redis;
    size_t sent = 2;
    ag_redis_keeper_stop(serving->keeper);
    pthread_mutex_lock(&serving->shared.mutex);
    /* If Redis is away, others take over when the heartbeat has run out. */
    if (ag_redis_link_acquire(serving->link, &redis, NULL) == AG_OK) {
        /* Newest first, each to the head: the oldest is next. */
        for (const lease *at = serving->shared.newest; at != NULL; at = at->older, sent++)
            send_give_back(serving, redis, at);
        ag_redis_send(redis, "HDEL " AG_REDIS_SERVERS " %s", serving->id);
        ag_redis_send(redis, "DEL " AG_REDIS_SERVER "%s", serving->id);
        ag_status status = expect_all(redis, sent, NULL);
        (void)status; /* likewise */
        ag_redis_link_release(serving->link, redis);
    }
    free_leases(serving);
    pthread_mutex_unlock(&serving->shared.mutex);
}

void ag_redis_serving_update_status(ag_redis_serving *serving, const ag_server_status *status)
{
    ag_redis_keeper_update(serving->keeper, status);
}

static void free_serving(ag_redis_serving *serving)
{
    free_leases(serving);
    pthread_mutex_destroy(&serving->shared.mutex);
    free(serving);
}

ag_status ag_redis_serving_open(ag_redis_serving **out, ag_redis_link *link,
                                const ag_broker_options *options, const ag_server_status *status,
                                ag_err *err)
{
    ag_redis_serving *serving = ag_xcalloc(1, sizeof *serving);
    serving->link = link;
    serving->answer_ttl_s = options->answer_ttl_s;
    /* A heartbeat lasts at least two more when a server dies: by then Redis has stopped waiting for
     * it, and moves nothing to it that no one would find. */
    serving->longest_block_ms = options->heartbeat_ms;
    memcpy(serving->id, status->id, sizeof serving->id);
    pthread_mutex_init(&serving->shared.mutex, NULL);
    ag_status result = ag_redis_keeper_open(&serving->keeper, link, options, status, err);
    if (result == AG_OK)
        *out = serving;
    else
        free_serving(serving);
    return result;
}

void ag_redis_serving_close(ag_redis_serving *serving)
{
    if (serving == NULL)
        return;
    ag_redis_keeper_close(serving->keeper);
    free_serving(serving);
}
