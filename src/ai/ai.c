#include "ai/ai.h"

#include "ai/answer_json.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "broker/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char MODULE[] = "ai";

/* How soon a stop is noticed while no request comes. */
static const int64_t TAKE_TIMEOUT_MS = 250;
/* Between tries while the broker is away. */
static const int64_t RETRY_MS = 50;
/* The rate said with each heartbeat is measured over this long. */
static const int64_t RATE_WINDOW_US = 10 * 1000000;

/* One request of the batch in hand. */
typedef struct work {
    ag_lease lease;
    ag_request request;
    ag_status readable; /* whether request could be read; its id may be known even if not */
    ag_err err;         /* why not */
} work;

/* Answers counted in windows of RATE_WINDOW_US. */
typedef struct rate_window {
    int64_t start_us; /* of the current window */
    uint64_t previous, current;
} rate_window;

struct ag_ai {
    ag_ai_parts parts;
    ag_arena *arena; /* of one batch */
    work *batch;     /* max_batch */
    ag_lease *leases;
    ag_query *queries;
    ag_answer *answers;
    ag_buffer json; /* the answer being sent */
    ag_server_status status;
    rate_window window;
    char trouble[AG_ERR_MESSAGE_BYTES]; /* why nothing can be taken, as logged last; "": it can */
};

static void fill_id(char *out, size_t size)
{
    char host[40] = "host", id[AG_ID_BYTES];
    gethostname(host, sizeof host - 1);
    host[sizeof host - 1] = '\0';
    ag_id_random(id);
    /* The id becomes part of a key: other characters than a host name's have no place in it. */
    for (char *c = host; *c != '\0'; c++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *c) == NULL)
            *c = '-';
    }
    snprintf(out, size, "%s-%ld-%.8s", host, (long)getpid(), id);
}

ag_status ag_ai_create(ag_ai **out, const ag_ai_parts *parts, ag_err *err)
{
    ag_ai *ai = ag_xcalloc(1, sizeof *ai);
    ai->parts = *parts;
    size_t B = parts->max_batch;
    ai->arena = ag_arena_create(256 * 1024);
    ai->batch = ag_xcalloc(B, sizeof *ai->batch);
    ai->leases = ag_xcalloc(B, sizeof *ai->leases);
    ai->queries = ag_xcalloc(B, sizeof *ai->queries);
    ai->answers = ag_xcalloc(B, sizeof *ai->answers);
    ai->window.start_us = ag_clock_monotonic_us();

    fill_id(ai->status.id, sizeof ai->status.id);
    snprintf(ai->status.encoder, sizeof ai->status.encoder, "%s", parts->engine->name);
    snprintf(ai->status.collection, sizeof ai->status.collection, "%s",
             ag_collection_info_of(parts->engine->collection)->version);
    ag_status status = ag_broker_serve(parts->broker, &ai->status, err);
    if (status != AG_OK) {
        ag_ai_destroy(ai);
        return status;
    }
    *out = ai;
    return AG_OK;
}

void ag_ai_destroy(ag_ai *ai)
{
    if (ai == NULL)
        return;
    ag_buffer_fini(&ai->json);
    free(ai->answers);
    free(ai->queries);
    free(ai->leases);
    free(ai->batch);
    ag_arena_destroy(ai->arena);
    free(ai);
}

static void pause_ms(int64_t ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void count_answer(ag_ai *ai)
{
    ai->status.answered++;
    ai->window.current++;
}

/* Answers a second over a window that slides: what is left of the last whole window, and this one.
 */
static double sliding_rate(rate_window *window, int64_t now_us)
{
    int64_t elapsed_us = now_us - window->start_us;
    if (elapsed_us >= RATE_WINDOW_US) {
        window->previous = elapsed_us < 2 * RATE_WINDOW_US ? window->current : 0;
        window->current = 0;
        elapsed_us %= RATE_WINDOW_US;
        window->start_us = now_us - elapsed_us;
    }
    double left = 1.0 - (double)elapsed_us / (double)RATE_WINDOW_US;
    double answers = (double)window->previous * left + (double)window->current;
    return answers * 1e6 / (double)RATE_WINDOW_US;
}

/* Tell the broker what the next heartbeats say. */
static void report(ag_ai *ai)
{
    ai->status.rate_per_s = sliding_rate(&ai->window, ag_clock_monotonic_us());
    ag_broker_update_status(ai->parts.broker, &ai->status);
}

/* Read what was taken; requests whose deadline is over are refused here, uncomputed. */
static void read_request(ag_ai *ai, work *item)
{
    item->request = (ag_request){0};
    item->readable = ag_request_read(&item->request, ai->arena, item->lease.json,
                                     item->lease.length, &item->err);
    if (item->readable == AG_OK && item->request.deadline_us != 0 &&
        item->request.deadline_us < ag_clock_wall_us())
        item->readable = ag_err_set(&item->err, AG_ETIMEOUT,
                                    "the request's deadline passed before its turn came");
}

/* Leave a request to another server, or to this one's next try. */
static void give_back(ag_ai *ai, work *item)
{
    ag_err err;
    if (ag_broker_return(ai->parts.broker, &item->lease, false, &err) != AG_OK)
        ag_log_write(ai->parts.log, AG_LOG_ERROR, MODULE, item->request.request_id,
                     "request not returned: %s", err.message);
}

/* Send ai->json as the answer. An answer is work done: it is sent again until the broker has it, or
 * the server is to stop (then another server computes it again). */
static void send(ag_ai *ai, work *item, const atomic_bool *stop)
{
    const char *id = item->request.request_id;
    ag_err err;
    for (;;) {
        ag_status status =
            ag_broker_answer(ai->parts.broker, &item->lease, id, item->request.reply_to,
                             (const char *)ai->json.data, ai->json.length, &err);
        if (status == AG_OK) {
            count_answer(ai);
            return;
        }
        if (status != AG_EUNAVAILABLE || atomic_load(stop))
            break;
        pause_ms(RETRY_MS);
    }
    ag_log_write(ai->parts.log, AG_LOG_ERROR, MODULE, id, "answer not sent: %s", err.message);
    give_back(ai, item);
}

/* Give up a request that names no one to answer. */
static void drop(ag_ai *ai, work *item)
{
    ag_err err;
    ag_log_write(ai->parts.log, AG_LOG_WARN, MODULE, NULL,
                 "dropped a request that names no one to answer: %s", item->err.message);
    if (ag_broker_return(ai->parts.broker, &item->lease, true, &err) != AG_OK)
        ag_log_write(ai->parts.log, AG_LOG_ERROR, MODULE, NULL, "request not dropped: %s",
                     err.message);
}

/* One line about what the answer says. answer is NULL for a request that was not recognised. */
static void log_answer(const ag_ai *ai, const work *item, const ag_answer *answer)
{
    const char *id = item->request.request_id;
    if (answer != NULL && answer->status == AG_OK)
        ag_log_write(ai->parts.log, AG_LOG_INFO, MODULE, id,
                     "%s %.3f %s (decode %.1f, features %.1f, embed %.1f, search %.1f, "
                     "verify %.1f ms)",
                     ag_match_name(answer->match), answer->confidence,
                     answer->candidate_count > 0 ? answer->candidates[0].artwork->id : "nothing",
                     answer->timings.decode_ms, answer->timings.features_ms,
                     answer->timings.embed_ms, answer->timings.search_ms,
                     answer->timings.verify_ms);
    else
        ag_log_write(ai->parts.log, AG_LOG_WARN, MODULE, id, "refused: %s",
                     answer != NULL ? answer->err.message : item->err.message);
}

/* Answer one request: with `answer`, or with an error where answer is NULL. */
static void reply(ag_ai *ai, work *item, const ag_answer *answer, const atomic_bool *stop)
{
    const char *id = item->request.request_id;
    if (id == NULL) {
        drop(ai, item);
        return;
    }
    ag_buffer_clear(&ai->json);
    ag_status status =
        answer != NULL ? ag_answer_json_write(&ai->json, id, answer, ai->status.encoder, &item->err)
                       : AG_EFORMAT; /* item->err says why */
    if (status != AG_OK) {
        answer = NULL;
        status = ag_answer_json_write_error(&ai->json, id, &item->err, &item->err);
    }
    log_answer(ai, item, answer);
    if (status == AG_OK)
        send(ai, item, stop);
    else
        give_back(ai, item);
}

static void serve_batch(ag_ai *ai, size_t taken, const atomic_bool *stop)
{
    size_t readable = 0;
    for (size_t i = 0; i < taken; i++) {
        work *item = &ai->batch[i];
        item->lease = ai->leases[i];
        read_request(ai, item);
        if (item->readable != AG_OK)
            continue;
        ai->queries[readable++] = (ag_query){
            .image = item->request.image,
            .image_length = item->request.image_length,
            .lang = item->request.lang,
            .wants_description = item->request.show_context,
            .exhibition = item->request.exhibition,
            .room = item->request.room,
            .is_limited = item->request.is_limited,
        };
    }
    ag_recognize(ai->parts.engine->recognizer, ai->answers, ai->queries, readable, ai->arena);
    size_t next = 0;
    for (size_t i = 0; i < taken; i++) {
        work *item = &ai->batch[i];
        reply(ai, item, item->readable == AG_OK ? &ai->answers[next++] : NULL, stop);
    }
    ag_arena_clear(ai->arena);
}

/* Nothing could be taken: wait a little, and say so when it is news. That the broker is away it
 * logs itself; that it is there and refuses, no one else would. */
static void wait_out(ag_ai *ai, ag_status status, const ag_err *err)
{
    pause_ms(status == AG_EUNAVAILABLE ? RETRY_MS : 1000);
    bool is_away = status == AG_EUNAVAILABLE && !ag_broker_is_connected(ai->parts.broker);
    if (!is_away && strcmp(ai->trouble, err->message) != 0) {
        memcpy(ai->trouble, err->message, sizeof ai->trouble);
        ag_log_write(ai->parts.log, AG_LOG_ERROR, MODULE, NULL, "cannot take requests: %s",
                     err->message);
    }
}

void ag_ai_run(ag_ai *ai, const atomic_bool *stop)
{
    while (!atomic_load(stop)) {
        size_t taken = 0;
        ag_err err;
        ag_status status = ag_broker_take(ai->parts.broker, ai->leases, &taken, ai->parts.max_batch,
                                          TAKE_TIMEOUT_MS, &err);
        if (status != AG_OK)
            wait_out(ai, status, &err);
        else
            ai->trouble[0] = '\0';
        if (taken > 0)
            serve_batch(ai, taken, stop);
        report(ai);
    }
    ag_broker_leave(ai->parts.broker);
}
