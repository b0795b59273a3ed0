#include "interface/readiness.h"

#include "base/clock.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRESH_US 1000000

struct ag_readiness {
    ag_broker *broker;
    struct {
        pthread_mutex_t mutex; /* not held while the broker is asked */
        bool is_asking;        /* some thread is */
        int64_t asked_us;      /* when `report` was true; INT64_MIN: never */
        unsigned status;       /* of the reply */
        json_t *report;        /* its body */
    } shared;
};

static json_t *not_ready(const char *message)
{
    char now[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(now, ag_clock_wall_us());
    return json_pack("{s:s, s:s, s:o, s:s}", "status", "not_ready", "code", "not_ready", "message",
                     ag_json_text(message), "timestamp", now);
}

void ag_readiness_refuse(ag_reply *reply, const char *message)
{
    ag_reply_json(reply, 503, not_ready(message));
}

ag_readiness *ag_readiness_create(ag_broker *broker)
{
    ag_readiness *readiness = ag_xcalloc(1, sizeof *readiness);
    readiness->broker = broker;
    pthread_mutex_init(&readiness->shared.mutex, NULL);
    readiness->shared.asked_us = INT64_MIN;
    readiness->shared.status = 503;
    readiness->shared.report = not_ready("The broker is being asked for the first time.");
    return readiness;
}

void ag_readiness_destroy(ag_readiness *readiness)
{
    if (readiness == NULL)
        return;
    json_decref(readiness->shared.report);
    pthread_mutex_destroy(&readiness->shared.mutex);
    free(readiness);
}

static void add_distinct(json_t *array, const char *text)
{
    size_t i;
    json_t *there;
    if (text[0] == '\0')
        return;
    json_array_foreach(array, i, there)
    {
        if (strcmp(json_string_value(there), text) == 0)
            return;
    }
    json_array_append_new(array, ag_json_text(text));
}

/* "clip-vit-b-32+local-features" as "clip-vit-b-32 + local features". */
static void append_words(ag_buffer *out, const char *encoder)
{
    static const char LOCAL[] = "local-features";
    while (*encoder != '\0') {
        size_t length = strcspn(encoder, "+");
        if (length == strlen(LOCAL) && memcmp(encoder, LOCAL, length) == 0)
            ag_buffer_printf(out, "local features");
        else
            ag_buffer_printf(out, "%.*s", (int)length, encoder);
        encoder += length;
        if (*encoder == '+') {
            ag_buffer_printf(out, " + ");
            encoder++;
        }
    }
}

/* The servers' encoders in words; null where no server says. */
static json_t *recognition_of(const json_t *encoders)
{
    ag_buffer words = {0};
    size_t i;
    const json_t *encoder;
    json_array_foreach(encoders, i, encoder)
    {
        if (i > 0)
            ag_buffer_printf(&words, ", ");
        append_words(&words, json_string_value(encoder));
    }
    json_t *text = ag_json_text((const char *)words.data);
    ag_buffer_fini(&words);
    return text;
}

static json_t *describe(const ag_broker_stats *stats)
{
    char now[AG_CLOCK_ISO8601_BYTES];
    json_t *encoders = json_array();
    json_t *collections = json_array();
    for (size_t i = 0; i < stats->server_count && i < AG_BROKER_MAX_SERVERS; i++) {
        add_distinct(encoders, stats->servers[i].status.encoder);
        add_distinct(collections, stats->servers[i].status.collection);
    }
    ag_clock_format_iso8601(now, ag_clock_wall_us());
    return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:I, s:s}", "status", "ready", "orchestrator",
                     "connected", "recognition", recognition_of(encoders), "ai_servers",
                     (json_int_t)stats->server_count, "encoders", encoders, "collections",
                     collections, "queued", (json_int_t)stats->queued, "timestamp", now);
}

/* Ask the broker; *report is owned. Returns the reply's HTTP status. */
static unsigned ask(ag_broker *broker, json_t **report)
{
    ag_err err;
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    unsigned status = 503;
    if (ag_broker_get_stats(broker, stats, &err) != AG_OK) {
        *report = not_ready(err.message);
    } else if (stats->server_count == 0) {
        *report = not_ready("No AI server is alive: start one with `artguide ai`.");
    } else {
        *report = describe(stats);
        status = 200;
    }
    free(stats);
    return status;
}

bool ag_readiness_is_due(ag_readiness *readiness, int64_t now_us)
{
    pthread_mutex_lock(&readiness->shared.mutex);
    bool is_stale =
        readiness->shared.asked_us == INT64_MIN || now_us - readiness->shared.asked_us >= FRESH_US;
    bool is_due = is_stale && !readiness->shared.is_asking;
    readiness->shared.is_asking = readiness->shared.is_asking || is_due;
    pthread_mutex_unlock(&readiness->shared.mutex);
    return is_due;
}

void ag_readiness_ask(ag_readiness *readiness, int64_t now_us)
{
    json_t *report;
    unsigned status = ask(readiness->broker, &report);
    pthread_mutex_lock(&readiness->shared.mutex);
    json_decref(readiness->shared.report);
    readiness->shared.report = report;
    readiness->shared.status = status;
    readiness->shared.asked_us = now_us;
    readiness->shared.is_asking = false;
    pthread_mutex_unlock(&readiness->shared.mutex);
}

void ag_readiness_leave(ag_readiness *readiness)
{
    pthread_mutex_lock(&readiness->shared.mutex);
    readiness->shared.is_asking = false;
    pthread_mutex_unlock(&readiness->shared.mutex);
}

json_t *ag_readiness_recognition(ag_readiness *readiness)
{
    pthread_mutex_lock(&readiness->shared.mutex);
    json_t *text = ag_json_text(ag_json_string(readiness->shared.report, "recognition", NULL));
    pthread_mutex_unlock(&readiness->shared.mutex);
    return text;
}

void ag_readiness_reply(ag_readiness *readiness, ag_reply *reply, int64_t now_us)
{
    if (ag_readiness_is_due(readiness, now_us))
        ag_readiness_ask(readiness, now_us);
    pthread_mutex_lock(&readiness->shared.mutex);
    ag_reply_json(reply, readiness->shared.status, json_incref(readiness->shared.report));
    pthread_mutex_unlock(&readiness->shared.mutex);
}
