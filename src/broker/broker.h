/* The broker: requests from interface servers to AI servers, answers back. broker.c chooses the
 * implementation by URL; each is one file with a const table of operations (broker_ops.h).
 *
 * Promise: a submitted request is waiting, or taken by one AI server, or answered. What a dead AI
 * server had taken is given to another. At least once: an answer may come twice.
 *
 * All functions: any thread, unless said otherwise. While the broker is away they return
 * AG_EUNAVAILABLE at once and reconnect by themselves in the background. */
#ifndef AG_BROKER_BROKER_H
#define AG_BROKER_BROKER_H

#include "base/log.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ag_broker ag_broker;

typedef struct ag_broker_options {
    const char *url;      /* "memory:", "redis://[user:password@]host[:port][/db]" */
    const ag_log *log;    /* borrowed; connection changes are logged */
    int64_t heartbeat_ms; /* of an AI server; dead after three missed */
    int64_t answer_ttl_s; /* how long an answer is kept for pollers: 60 */
} ag_broker_options;

/* Open; a broker that is away is no error (it reconnects). AG_EINVAL for a URL not understood,
 * AG_EUNSUPPORTED for a broker this build does not have. *out is owned: ag_broker_close, after
 * everything that uses it has stopped. */
AG_MUST_USE ag_status ag_broker_open(ag_broker **out, const ag_broker_options *options,
                                     ag_err *err);
void ag_broker_close(ag_broker *broker);

/* Can it be reached now? Cheap: the state last seen. */
bool ag_broker_is_connected(ag_broker *broker);

/* --- Interface side --- */

/* An answer came for a request this process waits for: its JSON, borrowed during the call. Called
 * on a broker thread; must not block. May be called twice for one id, or for one no longer waited
 * for. */
typedef void ag_broker_answer_fn(void *ctx, const char *request_id, const char *json,
                                 size_t length);

/* Start receiving answers as interface `id` (ag_request.reply_to of what it submits). Once. */
AG_MUST_USE ag_status ag_broker_listen(ag_broker *broker, const char *id,
                                       ag_broker_answer_fn *on_answer, void *ctx, ag_err *err);

/* Queue a request: json as ag_request_write makes it. From now on its answer is waited for, until
 * it comes or ag_broker_forget. AG_EUNAVAILABLE: not queued. */
AG_MUST_USE ag_status ag_broker_submit(ag_broker *broker, const char *request_id, const void *json,
                                       size_t length, ag_err *err);

/* No one waits for this answer any more. */
void ag_broker_forget(ag_broker *broker, const char *request_id);

/* --- AI server side --- */

/* A request taken by this AI server. */
typedef struct ag_lease {
    void *handle;     /* the implementation's own; gone after ag_broker_answer or _return */
    const char *json; /* the request's JSON, borrowed until then */
    size_t length;    /* bytes */
} ag_lease;

/* What an AI server says of itself with each heartbeat. */
typedef struct ag_server_status {
    char id[64];         /* as a request id; never used before: host, pid, random */
    uint64_t answered;   /* since start */
    double rate_per_s;   /* answers, over the last ten seconds */
    char encoder[64];    /* how it recognises: "clip-vit-b-32", "local-features", joined by "+" */
    char collection[64]; /* version */
} ag_server_status;

/* Become an AI server: heartbeats start and work of dead servers is taken over, in the background.
 * Once. */
AG_MUST_USE ag_status ag_broker_serve(ag_broker *broker, const ag_server_status *status,
                                      ag_err *err);

/* What the next heartbeats say. */
void ag_broker_update_status(ag_broker *broker, const ag_server_status *status);

/* Take up to max requests: waits up to timeout_ms for the first, then takes what is there. *count
 * may be 0 (AG_OK) after the timeout. One thread at a time. */
AG_MUST_USE ag_status ag_broker_take(ag_broker *broker, ag_lease *leases, size_t *count, size_t max,
                                     int64_t timeout_ms, ag_err *err);

/* Answer a lease and give it up. reply_to may be NULL. While the broker is away, AG_EUNAVAILABLE:
 * the lease is kept and the call may be repeated. */
AG_MUST_USE ag_status ag_broker_answer(ag_broker *broker, ag_lease *lease, const char *request_id,
                                       const char *reply_to, const char *json, size_t length,
                                       ag_err *err);

/* Give a lease up: unanswered, to the head of the queue for another (is_dropped false), or for good
 * because it can be answered to no one (is_dropped true). */
AG_MUST_USE ag_status ag_broker_return(ag_broker *broker, ag_lease *lease, bool is_dropped,
                                       ag_err *err);

/* Stop being an AI server: unanswered leases go back to the queue (their handles are gone), the
 * server leaves the list. Not beside a take or answer. ag_broker_close does it too, where it was
 * not done. */
void ag_broker_leave(ag_broker *broker);

/* --- Operators --- */

#define AG_BROKER_MAX_SERVERS 256

typedef struct ag_broker_server {
    ag_server_status status;
    size_t in_flight; /* requests it holds */
} ag_broker_server;

typedef struct ag_broker_stats {
    char version[64];       /* "redis 7.0.15" */
    uint64_t memory_bytes;  /* the broker's; 0: not known */
    size_t queued;          /* waiting requests */
    size_t in_flight;       /* taken by live or dead servers */
    size_t waiting_answers; /* answers kept for pollers */
    size_t server_count;
    ag_broker_server servers[AG_BROKER_MAX_SERVERS]; /* live AI servers */
} ag_broker_stats;

/* Ask the broker (a round trip or several). AG_EUNAVAILABLE. */
AG_MUST_USE ag_status ag_broker_get_stats(ag_broker *broker, ag_broker_stats *out, ag_err *err);

/* Delete every request, in-flight list and answer: `orchestrator setup --purge`. *removed counts
 * keys. */
AG_MUST_USE ag_status ag_broker_purge(ag_broker *broker, size_t *removed, ag_err *err);

#endif
