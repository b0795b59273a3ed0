/* What every broker does, as one suite of tests for all of them, and what the tests of one share.
 */
#ifndef AG_TESTS_BROKER_CONFORMANCE_H
#define AG_TESTS_BROKER_CONFORMANCE_H

#include "broker/broker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest that a test waits for what must come: then it has failed. */
#define PATIENCE_MS 20000

/* Answers as they come in. Any thread. */
typedef struct answers answers;

answers *answers_create(void);
void answers_destroy(answers *all);
/* An ag_broker_answer_fn; ctx is the answers. */
void answers_take(void *ctx, const char *request_id, const char *json, size_t length);
/* Wait for the first answer to a request; its JSON, borrowed, or NULL when none came. */
const char *answers_wait(answers *all, const char *request_id, int64_t timeout_ms);
/* How many came so far: for one request, or (NULL) for all. */
size_t answers_count(answers *all, const char *request_id);

/* A broker as an interface sees it and as an AI server does: two handles of one server, or the
 * same. */
typedef struct world {
    ag_broker *front; /* listens as "front-1" */
    ag_broker *ai;    /* serves as "ai-1" */
    answers *answers; /* of front */
} world;

/* Open a world on a broker that is there and empty. url "memory:" gives one handle. */
void world_open(world *out, const char *url);
void world_close(world *all);

/* Handles for other parties; heartbeats come every 100 ms. Fails the test when it cannot be had. */
ag_broker *broker_open(const char *url);
ag_broker *broker_serve(const char *url, const char *id);

/* Submit {"request_id":id} (not a real request: brokers do not look inside). */
void submit(ag_broker *broker, const char *id);
/* Take one request that must be id. */
ag_lease take_one(ag_broker *broker, const char *id);
/* Answer it with `json`, to interface "front-1". */
void answer(ag_broker *broker, ag_lease *lease, const char *id, const char *json);

/* Sleep. */
void pause_ms(int64_t ms);

/* Run the suite against a broker of this URL; the number of failures. */
int conformance_run(const char *group, const char *url);

#endif
