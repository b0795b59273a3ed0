/* An AI server on a thread, which knows one painting. */
#ifndef AG_TESTS_FAKE_AI_H
#define AG_TESTS_FAKE_AI_H

#include "broker/broker.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct fake_ai fake_ai;

/* Take requests and answer each with `answer`, a JSON object (borrowed; its request_id may be any);
 * NULL: hold them all unanswered until fake_ai_release. Becomes a live AI server of the broker. */
fake_ai *fake_ai_start(ag_broker *broker, const char *answer);

/* Answer what is held and what comes from now on. */
void fake_ai_release(fake_ai *ai, const char *answer);

/* Requests taken so far. */
size_t fake_ai_taken(fake_ai *ai);

/* What the last request asked for; "" for what it did not say. */
typedef struct fake_ai_request {
    char lang[64], exhibition[64], room[64];
    bool show_context, is_limited;
} fake_ai_request;
fake_ai_request fake_ai_last(fake_ai *ai);

void fake_ai_stop(fake_ai *ai);

#endif
