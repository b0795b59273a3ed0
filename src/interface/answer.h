/* An AI server's answer, which may be anyone's program, made into an HTTP reply. Any thread. */
#ifndef AG_INTERFACE_ANSWER_H
#define AG_INTERFACE_ANSWER_H

#include "interface/reply.h"

#include <stddef.h>

#define AG_ANSWER_MAX_BYTES  (4u << 20)
#define AG_ANSWER_TEXT_BYTES 256

/* An answer as it came. */
typedef struct ag_answer {
    const char *json;       /* borrowed */
    size_t length;          /* bytes */
    const char *request_id; /* ours; the answer's own is not believed */
    double response_time_s; /* so far */
} ag_answer;

/* What telemetry and metrics want of it. */
typedef struct ag_answer_facts {
    char artist[AG_ANSWER_TEXT_BYTES]; /* cut; "": none */
    char match[16];                    /* "confirmed", …; "": not said */
    double confidence;                 /* 0…1; NAN: none */
} ag_answer_facts;

/* Success: 200 with all fields of the answer, request_id and response_time. An error: the status of
 * its code, else 502, with its message. What is not an answer (not JSON, fields of wrong types,
 * over AG_ANSWER_MAX_BYTES): 502 "bad_answer". facts may stay empty, never unset. */
void ag_answer_reply(ag_reply *reply, ag_answer_facts *facts, const ag_answer *answer);

#endif
