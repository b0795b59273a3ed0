/* One HTTP request and its reply.
 *
 * It belongs to the HTTP thread; from ag_exchange_start_job to ag_exchange_resume it belongs to the
 * job, or to whoever took it out of the table of waiting requests. */
#ifndef AG_INTERFACE_EXCHANGE_H
#define AG_INTERFACE_EXCHANGE_H

#include "base/buffer.h"
#include "base/workers.h"
#include "interface/answer.h"
#include "interface/connections.h"
#include "interface/reply.h"
#include "interface/routes.h"
#include "interface/upload.h"
#include "interface/waiters.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ag_interface ag_interface;
struct MHD_Connection;

struct ag_exchange {
    ag_waiter waiter;     /* a recognition's id ("": another request); the rest while it waits */
    ag_interface *server; /* borrowed */
    struct MHD_Connection *connection; /* borrowed */
    ag_connection *deadline;           /* the connection's */
    ag_route_id route;
    const char *path;         /* of the address, decoded; valid as long as the exchange */
    ag_reply reply;           /* status 0 until there is one */
    ag_buffer body;           /* the upload so far, counted in the server's held_bytes */
    size_t discarded;         /* bytes of a body that no one wants */
    int64_t started_us;       /* monotonic; since when the visitor waits for us: the upload's end */
    bool is_admitted;         /* counted in the server's in_hand */
    bool is_recorded;         /* telemetry has its row */
    bool is_gone;             /* the client hung up while it waited */
    const char *content_type; /* of the body; NULL: not said; valid as long as the exchange */
    ag_upload upload;         /* of a recognition */
    ag_answer_facts facts;    /* of its answer */
};

/* Free it and what it holds, and count it out. HTTP thread only. */
void ag_exchange_destroy(ag_exchange *exchange);

/* A request header; NULL: not there. Valid as long as the exchange. HTTP thread only. */
const char *ag_exchange_header(const ag_exchange *exchange, const char *name);

/* A parameter behind the ? of the address; NULL: not there. HTTP thread only. */
const char *ag_exchange_parameter(const ag_exchange *exchange, const char *name);

/* The Content-Length; 0 where there is none. HTTP thread only. */
uint64_t ag_exchange_content_length(const ag_exchange *exchange);

/* Does (or did) a body come? HTTP thread only. */
bool ag_exchange_has_body(const ag_exchange *exchange);

/* Reply 200 with a file (its content_type, policy, etag and fixed body), or 304 to a client that
 * has it. HTTP thread only. */
void ag_exchange_reply_file(ag_exchange *exchange, const ag_reply *file);

/* Suspend the connection and hand the exchange to job(exchange) on a worker, which sees to it that
 * ag_exchange_resume is called once. Refused ones (stopping, overloaded) get their reply here.
 * HTTP thread only; the caller must not touch the exchange any more. */
ag_route_outcome ag_exchange_start_job(ag_exchange *exchange, ag_job_fn *job);

/* The reply is there, or is_gone set: give the exchange back to the HTTP thread, which sends it and
 * frees the exchange. Any thread. */
void ag_exchange_resume(ag_exchange *exchange);

/* Free the body. Whoever it belongs to. */
void ag_exchange_drop_body(ag_exchange *exchange);

/* Seconds since started_us. */
double ag_exchange_seconds(const ag_exchange *exchange);

#endif
