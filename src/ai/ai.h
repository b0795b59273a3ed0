/* The AI server: takes requests from the broker, recognises them in batches, answers. */
#ifndef AG_AI_AI_H
#define AG_AI_AI_H

#include "base/log.h"
#include "base/status.h"
#include "broker/broker.h"
#include "recognize/engine.h"

#include <stdatomic.h>
#include <stddef.h>

typedef struct ag_ai ag_ai;

/* All borrowed until ag_ai_destroy. */
typedef struct ag_ai_parts {
    const ag_engine *engine;
    ag_broker *broker;
    const ag_log *log;
    size_t max_batch; /* the engine's */
} ag_ai_parts;

/* A server ready to run; announces itself to the broker. *out is owned. */
AG_MUST_USE ag_status ag_ai_create(ag_ai **out, const ag_ai_parts *parts, ag_err *err);

/* Serve until *stop; what is in hand then is finished first, what is only taken goes back to the
 * queue. While the broker is away it waits for it. One thread. */
void ag_ai_run(ag_ai *ai, const atomic_bool *stop);

void ag_ai_destroy(ag_ai *ai);

#endif
