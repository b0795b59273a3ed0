/* What the broker adds to a request: written as JSON, submitted, taken and read by an AI server
 * that answers at once, until the interface has the answer. An interface and an AI server as two
 * threads. */
#include "bench.h"

#include "base/clock.h"
#include "base/memory.h"
#include "broker/broker.h"
#include "broker/message.h"
#include "broker/redis_connection.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 2000, BARE_ROUNDS = 200, WARM_UP = 50 };

/* A photo as an interface hands it on. */
#define PHOTO_BYTES (200 * 1000)

#define TAKE_MS    100
#define GIVE_UP_US (10 * (int64_t)1000000)

static const char ANSWER[] =
    "{\"request_id\":\"0b7a1c52-6c3e-4a7c-9f5d-2f1f5b0f7f11\",\"status\":\"success\","
    "\"artist\":\"Vincent van Gogh\",\"title\":\"The Starry Night\",\"period\":\"1889\","
    "\"confidence\":0.97,\"description\":\"An oil painting.\"}";

/* Shared by the two threads of one run. */
typedef struct run {
    ag_broker *front;
    ag_broker *ai; /* for memory: the same handle */
    uint8_t *photo;
    atomic_bool is_over; /* the AI thread ends */
    struct {
        pthread_mutex_t mutex; /* guards answered_us */
        pthread_cond_t came;
        int64_t answered_us; /* 0: not yet */
    } shared;
} run;

static void take_answer(void *ctx, const char *request_id, const char *json, size_t length)
{
    run *all = ctx;
    (void)request_id;
    (void)json;
    (void)length;
    pthread_mutex_lock(&all->shared.mutex);
    all->shared.answered_us = ag_clock_monotonic_us();
    pthread_cond_signal(&all->shared.came);
    pthread_mutex_unlock(&all->shared.mutex);
}

/* When the answer came; 0 when it did not. */
static int64_t wait_for_answer(run *all)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += (time_t)(GIVE_UP_US / 1000000);
    int timed_out = 0;
    pthread_mutex_lock(&all->shared.mutex);
    while (all->shared.answered_us == 0 && timed_out == 0)
        timed_out = pthread_cond_timedwait(&all->shared.came, &all->shared.mutex, &end);
    int64_t answered_us = all->shared.answered_us;
    all->shared.answered_us = 0;
    pthread_mutex_unlock(&all->shared.mutex);
    return answered_us;
}

static ag_status answer_one(run *all, ag_arena *arena)
{
    ag_lease lease;
    ag_request request;
    size_t count;
    ag_status status = ag_broker_take(all->ai, &lease, &count, 1, TAKE_MS, NULL);
    if (status != AG_OK || count == 0)
        return status;
    status = ag_request_read(&request, arena, lease.json, lease.length, NULL);
    if (status == AG_OK)
        status = ag_broker_answer(all->ai, &lease, request.request_id, request.reply_to, ANSWER,
                                  sizeof ANSWER - 1, NULL);
    ag_arena_clear(arena);
    return status;
}

static void *be_ai(void *arg)
{
    run *all = arg;
    ag_arena *arena = ag_arena_create(2 * PHOTO_BYTES);
    while (!atomic_load(&all->is_over) && answer_one(all, arena) == AG_OK)
        continue;
    ag_arena_destroy(arena);
    return NULL;
}

static ag_status ask_one(run *all, ag_buffer *json, unsigned number, double *ms, ag_err *err)
{
    char id[32];
    snprintf(id, sizeof id, "bench-%u", number);
    const ag_request request = {.request_id = id,
                                .image = all->photo,
                                .image_length = PHOTO_BYTES,
                                .reply_to = "bench",
                                .timestamp_us = ag_clock_wall_us()};
    int64_t start_us = ag_clock_monotonic_us();
    ag_buffer_clear(json);
    ag_status status = ag_request_write(json, &request, err);
    if (status == AG_OK)
        status = ag_broker_submit(all->front, id, json->data, json->length, err);
    if (status != AG_OK)
        return status;
    int64_t answered_us = wait_for_answer(all);
    if (answered_us == 0)
        return ag_err_set(err, AG_ETIMEOUT, "no answer came through the broker");
    *ms = (double)(answered_us - start_us) / 1000;
    return AG_OK;
}

static ag_status ask_many(run *all, double *ms, ag_err *err)
{
    ag_buffer json = {0};
    ag_status status = AG_OK;
    for (unsigned i = 0; i < WARM_UP + ROUNDS && status == AG_OK; i++)
        status = ask_one(all, &json, i, &ms[i < WARM_UP ? 0 : i - WARM_UP], err);
    ag_buffer_fini(&json);
    return status;
}

static ag_status run_threads(run *all, double *ms, ag_err *err)
{
    pthread_t ai;
    const ag_server_status server = {.id = "bench-ai"};
    ag_status status = ag_broker_listen(all->front, "bench", take_answer, all, err);
    if (status == AG_OK)
        status = ag_broker_serve(all->ai, &server, err);
    int reason = status == AG_OK ? pthread_create(&ai, NULL, be_ai, all) : 0;
    if (reason != 0)
        status = ag_err_set_errno(err, reason, "cannot start a thread");
    if (status != AG_OK)
        return status;
    status = ask_many(all, ms, err);
    atomic_store(&all->is_over, true);
    pthread_join(ai, NULL);
    return status;
}

/* Times of ROUNDS round trips, in ms. */
static ag_status measure(const char *url, const uint8_t *photo, double *ms, ag_err *err)
{
    run all = {.shared = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}};
    const ag_broker_options options = {.url = url, .heartbeat_ms = 1000, .answer_ttl_s = 1};
    all.photo = (uint8_t *)(uintptr_t)photo;
    ag_status status = ag_broker_open(&all.front, &options, err);
    if (status == AG_OK && strcmp(url, "memory:") == 0)
        all.ai = all.front;
    else if (status == AG_OK)
        status = ag_broker_open(&all.ai, &options, err);
    if (status == AG_OK)
        status = run_threads(&all, ms, err);
    if (all.ai != all.front)
        ag_broker_close(all.ai);
    ag_broker_close(all.front);
    return status;
}

/* What this Redis needs at least: the request's bytes in and out again once, and an empty round
 * trip for the answer. Medians of each, in ms. */
static ag_status measure_bare(const char *url, const uint8_t *photo, double *ms, ag_err *err)
{
    ag_redis_url address;
    ag_redis *redis;
    double echoes[BARE_ROUNDS], pings[BARE_ROUNDS];
    ag_status status = ag_redis_url_parse(&address, url, err);
    if (status == AG_OK)
        status = ag_redis_connect(&redis, &address, err);
    if (status != AG_OK)
        return status;
    for (int i = 0; i < BARE_ROUNDS && status == AG_OK; i++) {
        int64_t start_us = ag_clock_monotonic_us();
        ag_redis_send(redis, "ECHO %b", photo, (size_t)PHOTO_BYTES / 3 * 4);
        status = ag_redis_expect(redis, NULL, err);
        int64_t echoed_us = ag_clock_monotonic_us();
        ag_redis_send(redis, "PING");
        if (status == AG_OK)
            status = ag_redis_expect(redis, NULL, err);
        echoes[i] = (double)(echoed_us - start_us) / 1000;
        pings[i] = (double)(ag_clock_monotonic_us() - echoed_us) / 1000;
    }
    ag_redis_close(redis);
    if (status == AG_OK)
        *ms = ag_bench_median(echoes, BARE_ROUNDS) + ag_bench_median(pings, BARE_ROUNDS);
    return status;
}

ag_status ag_bench_broker(const ag_bench *bench, ag_err *err)
{
    double limit = NAN;
    double *ms = ag_xcalloc(ROUNDS, sizeof *ms);
    /* Noise, as the bytes of a JPEG are; with room for its base64. */
    uint8_t *photo = ag_xcalloc(2, PHOTO_BYTES);
    uint32_t random = 1;
    for (size_t i = 0; i < 2 * PHOTO_BYTES; i++)
        photo[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);

    ag_status status = measure("memory:", photo, ms, err);
    if (status == AG_OK)
        ag_bench_report(bench, "broker.memory.roundtrip.p50", ag_bench_median(ms, ROUNDS), "ms",
                        NAN);
    if (bench->broker == NULL) {
        ag_bench_skip("broker.redis.roundtrip", "needs --broker redis://…");
    } else if (status == AG_OK) {
        status = measure_bare(bench->broker, photo, &limit, err);
        if (status == AG_OK)
            status = measure(bench->broker, photo, ms, err);
        if (status == AG_OK) {
            ag_bench_report(bench, "broker.redis.roundtrip.p50", ag_bench_median(ms, ROUNDS), "ms",
                            limit);
            ag_bench_report(bench, "broker.redis.roundtrip.p99",
                            ag_bench_quantile(ms, ROUNDS, 0.99), "ms", limit);
        }
    }
    free(photo);
    free(ms);
    return status;
}
