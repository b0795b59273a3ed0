#include "interface/metrics.h"

#include "base/memory.h"
#include "interface/routes.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_FIRST 100
#define STATUS_COUNT 500

/* Upper bounds in milliseconds: a fast answer, the goal of a second, the default timeout. */
static const unsigned BOUNDS_MS[] = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000};
#define BOUND_COUNT (sizeof BOUNDS_MS / sizeof BOUNDS_MS[0])

static const char *const VERDICTS[] = {"confirmed", "likely", "unknown", "none"};
#define VERDICT_COUNT (sizeof VERDICTS / sizeof VERDICTS[0])

typedef _Atomic uint64_t counter;

struct ag_metrics {
    counter replies[AG_ROUTE_COUNT][STATUS_COUNT];
    counter seconds[BOUND_COUNT + 1]; /* not cumulative; the last is over all bounds */
    counter total_us;
    counter upload_bytes;
    counter verdicts[VERDICT_COUNT];
};

ag_metrics *ag_metrics_create(void)
{
    return ag_xcalloc(1, sizeof(ag_metrics));
}

void ag_metrics_destroy(ag_metrics *metrics)
{
    free(metrics);
}

/* Counters are read one by one, so their order among each other does not matter. */
static void add(counter *value, uint64_t amount)
{
    atomic_fetch_add_explicit(value, amount, memory_order_relaxed);
}

static unsigned long long get(const counter *value)
{
    return atomic_load_explicit(value, memory_order_relaxed);
}

void ag_metrics_count_reply(ag_metrics *metrics, size_t route, unsigned status)
{
    assert(route < AG_ROUTE_COUNT && status - STATUS_FIRST < STATUS_COUNT);
    add(&metrics->replies[route][status - STATUS_FIRST], 1);
}

void ag_metrics_observe_seconds(ag_metrics *metrics, double seconds)
{
    size_t i = 0;
    while (i < BOUND_COUNT && seconds * 1000 > BOUNDS_MS[i])
        i++;
    add(&metrics->seconds[i], 1);
    add(&metrics->total_us, (uint64_t)(seconds * 1e6));
}

void ag_metrics_add_upload(ag_metrics *metrics, size_t bytes)
{
    add(&metrics->upload_bytes, bytes);
}

void ag_metrics_count_verdict(ag_metrics *metrics, const char *match)
{
    size_t i = 0;
    while (i < VERDICT_COUNT - 1 && (match == NULL || strcmp(match, VERDICTS[i]) != 0))
        i++;
    add(&metrics->verdicts[i], 1);
}

static void put_head(ag_buffer *out, const char *name, const char *type, const char *help)
{
    ag_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_one(ag_buffer *out, const char *name, const char *type, const char *help,
                    unsigned long long value)
{
    put_head(out, name, type, help);
    ag_buffer_printf(out, "%s %llu\n", name, value);
}

static void put_replies(ag_buffer *out, const ag_metrics *metrics)
{
    put_head(out, "artguide_http_requests_total", "counter", "Requests answered.");
    for (size_t route = 0; route < AG_ROUTE_COUNT; route++) {
        for (unsigned i = 0; i < STATUS_COUNT; i++) {
            unsigned long long count = get(&metrics->replies[route][i]);
            if (count > 0)
                ag_buffer_printf(out,
                                 "artguide_http_requests_total{route=\"%s\",status=\"%u\"} %llu\n",
                                 ag_route_label(route), STATUS_FIRST + i, count);
        }
    }
}

static void put_seconds(ag_buffer *out, const ag_metrics *metrics)
{
    unsigned long long count = 0;
    put_head(out, "artguide_recognize_seconds", "histogram",
             "From the end of an upload to its reply.");
    for (size_t i = 0; i < BOUND_COUNT; i++) {
        count += get(&metrics->seconds[i]);
        ag_buffer_printf(out, "artguide_recognize_seconds_bucket{le=\"%g\"} %llu\n",
                         BOUNDS_MS[i] / 1000.0, count);
    }
    count += get(&metrics->seconds[BOUND_COUNT]);
    ag_buffer_printf(out,
                     "artguide_recognize_seconds_bucket{le=\"+Inf\"} %llu\n"
                     "artguide_recognize_seconds_sum %.6f\n"
                     "artguide_recognize_seconds_count %llu\n",
                     count, (double)get(&metrics->total_us) / 1e6, count);
}

static void put_verdicts(ag_buffer *out, const ag_metrics *metrics)
{
    put_head(out, "artguide_verdicts_total", "counter", "Recognitions by how sure they were.");
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        ag_buffer_printf(out, "artguide_verdicts_total{match=\"%s\"} %llu\n", VERDICTS[i],
                         get(&metrics->verdicts[i]));
}

void ag_metrics_write(ag_metrics *metrics, const ag_metrics_gauges *gauges, ag_buffer *out)
{
    put_head(out, "artguide_build_info", "gauge", "The version that runs.");
    ag_buffer_printf(out, "artguide_build_info{version=\"%s\"} 1\n", gauges->version);
    put_one(out, "artguide_broker_up", "gauge", "1 while the broker can be reached.",
            gauges->is_broker_up);
    put_one(out, "artguide_requests_in_hand", "gauge", "Recognitions from head to reply.",
            gauges->in_hand);
    put_one(out, "artguide_requests_waiting", "gauge",
            "Of these, waiting for an AI server's answer.", gauges->waiting);
    put_one(out, "artguide_upload_held_bytes", "gauge", "Uploads in memory.", gauges->held_bytes);
    put_one(out, "artguide_upload_bytes_total", "counter", "Bytes of uploads that came in.",
            get(&metrics->upload_bytes));
    put_one(out, "artguide_telemetry_errors_total", "counter", "Telemetry rows lost.",
            gauges->telemetry_errors);
    put_replies(out, metrics);
    put_seconds(out, metrics);
    put_verdicts(out, metrics);
}
