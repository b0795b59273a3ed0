#include "broker/redis_keeper.h"

#include "base/clock.h"
#include "base/memory.h"
#include "broker/heartbeat.h"
#include "broker/redis_keys.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A server is dead when so many heartbeats are missing. */
#define HEARTBEATS_MISSED 3

/* While Redis is away: how soon to look again, at most. */
#define RETRY_EVERY_MS 100

/* Give back what every registered server without a heartbeat holds: newest first, each to the head
 * of the queue, so that the oldest is next. Atomic, so that a server is found dead once and only
 * while it is. Returns id, number of requests, id, number… */
static const char TAKE_OVER[] =
    "local found = {}\n"
    "for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do\n"
    "  if redis.call('EXISTS', ARGV[1] .. id) == 0 then\n"
    "    local moved = 0\n"
    "    for number in string.gmatch(redis.call('HGET', KEYS[2], id), '%d+') do\n"
    "      local lease = ARGV[2] .. id .. ':' .. number\n"
    "      if type(redis.pcall('LMOVE', lease, KEYS[1], 'RIGHT', 'LEFT')) == 'string' then\n"
    "        moved = moved + 1\n"
    "      end\n"
    "    end\n"
    "    redis.call('HDEL', KEYS[2], id)\n"
    "    table.insert(found, id)\n"
    "    table.insert(found, moved)\n"
    "  end\n"
    "end\n"
    "return found\n";

struct ag_redis_keeper {
    ag_redis_link *link;
    const ag_log *log;
    int64_t heartbeat_ms;
    char id[sizeof(((ag_server_status *)0)->id)];
    pthread_t thread;
    uint64_t epoch;         /* the thread's own: of the link at the last heartbeat */
    bool is_refused;        /* the thread's own: the last heartbeat failed, with Redis there */
    int64_t grace_until_us; /* the thread's own: no one is dead before (monotonic) */
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        pthread_cond_t stop;   /* is_stopping was set */
        ag_server_status status;
        bool is_stopping;
    } shared;
};

void ag_redis_keeper_update(ag_redis_keeper *keeper, const ag_server_status *status)
{
    pthread_mutex_lock(&keeper->shared.mutex);
    keeper->shared.status = *status;
    memcpy(keeper->shared.status.id, keeper->id, sizeof keeper->id);
    pthread_mutex_unlock(&keeper->shared.mutex);
}

void ag_redis_keeper_send(ag_redis_keeper *keeper, ag_redis *redis, bool only_missing)
{
    ag_buffer json = {0};
    pthread_mutex_lock(&keeper->shared.mutex);
    const ag_server_status status = keeper->shared.status;
    pthread_mutex_unlock(&keeper->shared.mutex);
    /* Even without its content (no memory) a heartbeat says that the server lives. */
    if (ag_heartbeat_write(&json, &status, NULL) != AG_OK)
        ag_buffer_clear(&json);
    ag_redis_send(redis,
                  only_missing ? "SET " AG_REDIS_SERVER "%s %b PX %lld NX"
                               : "SET " AG_REDIS_SERVER "%s %b PX %lld",
                  keeper->id, json.data, json.length,
                  (long long)(HEARTBEATS_MISSED * keeper->heartbeat_ms));
    ag_buffer_fini(&json);
}

static void log_taken_over(const ag_redis_keeper *keeper, const redisReply *found)
{
    for (size_t i = 0; i + 1 < found->elements; i += 2) {
        const redisReply *id = found->element[i];
        if (id->type == REDIS_REPLY_STRING)
            ag_log_write(keeper->log, AG_LOG_WARN, "broker", NULL,
                         "AI server %s is dead; %lld requests it held are queued again", id->str,
                         found->element[i + 1]->integer);
    }
}

/* After an outage the heartbeats of the living may have run out too: they get the time to say so.
 */
static bool may_take_over(ag_redis_keeper *keeper)
{
    uint64_t epoch = ag_redis_link_epoch(keeper->link);
    int64_t now_us = ag_clock_monotonic_us();
    if (epoch == 0)
        return false; /* lost this moment: the next heartbeat that comes through begins the grace */
    if (epoch != keeper->epoch && keeper->epoch != 0)
        keeper->grace_until_us = now_us + HEARTBEATS_MISSED * keeper->heartbeat_ms * 1000;
    keeper->epoch = epoch;
    return now_us >= keeper->grace_until_us;
}

/* The first failure of several replies; every one is received. */
static ag_status receive_all(ag_redis_keeper *keeper, ag_redis *redis, bool takes_over, ag_err *err)
{
    redisReply *found = NULL;
    ag_status status = ag_redis_expect(redis, NULL, err);
    ag_status registered = ag_redis_expect(redis, NULL, status == AG_OK ? err : NULL);
    status = status != AG_OK ? status : registered;
    if (!takes_over)
        return status;
    ag_status taken_over =
        ag_redis_receive(redis, &found, AG_REDIS_COMMAND_MS, status == AG_OK ? err : NULL);
    if (taken_over == AG_OK)
        log_taken_over(keeper, found);
    freeReplyObject(found);
    return status != AG_OK ? status : taken_over;
}

static ag_status beat(ag_redis_keeper *keeper, ag_err *err)
{
    ag_redis *redis;
    ag_status status = ag_redis_link_acquire(keeper->link, &redis, err);
    if (status != AG_OK)
        return status;
    bool takes_over = may_take_over(keeper);
    ag_redis_keeper_send(keeper, redis, false);
    ag_redis_send(redis, "HSETNX " AG_REDIS_SERVERS " %s %s", keeper->id, "");
    if (takes_over)
        ag_redis_send(redis,
                      "EVAL %s 2 " AG_REDIS_REQUESTS " " AG_REDIS_SERVERS " " AG_REDIS_SERVER
                      " " AG_REDIS_INFLIGHT,
                      TAKE_OVER);
    status = receive_all(keeper, redis, takes_over, err);
    ag_redis_link_release(keeper->link, redis);
    return status;
}

/* One heartbeat; how long to wait for the next. What Redis refuses is logged once; that it is away,
 * the link has said. */
static int64_t beat_and_tell(ag_redis_keeper *keeper)
{
    ag_err err;
    bool was_refused = keeper->is_refused;
    keeper->is_refused = false;
    if (beat(keeper, &err) == AG_OK)
        return keeper->heartbeat_ms;
    keeper->is_refused = ag_redis_link_epoch(keeper->link) != 0;
    if (keeper->is_refused && !was_refused)
        ag_log_write(keeper->log, AG_LOG_ERROR, "broker", NULL, "heartbeats fail: %s", err.message);
    return keeper->heartbeat_ms < RETRY_EVERY_MS ? keeper->heartbeat_ms : RETRY_EVERY_MS;
}

/* Sleep; false when it is time to stop. */
static bool rest(ag_redis_keeper *keeper, int64_t wait_ms)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t end_ns = end.tv_nsec + wait_ms * 1000000;
    end.tv_sec += (time_t)(end_ns / 1000000000);
    end.tv_nsec = (long)(end_ns % 1000000000);
    int timed_out = 0;
    pthread_mutex_lock(&keeper->shared.mutex);
    while (!keeper->shared.is_stopping && timed_out == 0)
        timed_out = pthread_cond_timedwait(&keeper->shared.stop, &keeper->shared.mutex, &end);
    bool goes_on = !keeper->shared.is_stopping;
    pthread_mutex_unlock(&keeper->shared.mutex);
    return goes_on;
}

static void *run(void *arg)
{
    ag_redis_keeper *keeper = arg;
    pthread_setname_np(pthread_self(), "redis-keeper");
    while (rest(keeper, beat_and_tell(keeper)))
        continue;
    return NULL;
}

static void free_keeper(ag_redis_keeper *keeper)
{
    pthread_cond_destroy(&keeper->shared.stop);
    pthread_mutex_destroy(&keeper->shared.mutex);
    free(keeper);
}

ag_status ag_redis_keeper_open(ag_redis_keeper **out, ag_redis_link *link,
                               const ag_broker_options *options, const ag_server_status *status,
                               ag_err *err)
{
    ag_redis_keeper *keeper = ag_xcalloc(1, sizeof *keeper);
    keeper->link = link;
    keeper->log = options->log;
    keeper->heartbeat_ms = options->heartbeat_ms;
    memcpy(keeper->id, status->id, sizeof keeper->id);
    keeper->shared.status = *status;
    pthread_mutex_init(&keeper->shared.mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->shared.stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int reason = pthread_create(&keeper->thread, NULL, run, keeper);
    if (reason == 0) {
        *out = keeper;
        return AG_OK;
    }
    free_keeper(keeper);
    return ag_err_set_errno(err, reason, "cannot start heartbeats");
}

void ag_redis_keeper_stop(ag_redis_keeper *keeper)
{
    pthread_mutex_lock(&keeper->shared.mutex);
    keeper->shared.is_stopping = true;
    pthread_cond_signal(&keeper->shared.stop);
    pthread_mutex_unlock(&keeper->shared.mutex);
    pthread_join(keeper->thread, NULL);
}

void ag_redis_keeper_close(ag_redis_keeper *keeper)
{
    if (keeper != NULL)
        free_keeper(keeper);
}
