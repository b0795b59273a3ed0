/* The interface server: HTTP in, requests to the broker, answers out.
 *
 * A visitor's request holds no thread while it waits: its connection is suspended until the answer,
 * its deadline or its client's hang-up. Functions: one thread at a time. */
#ifndef AG_INTERFACE_INTERFACE_H
#define AG_INTERFACE_INTERFACE_H

#include "base/log.h"
#include "base/status.h"
#include "broker/broker.h"
#include "image/image.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_interface ag_interface;

typedef struct ag_interface_options {
    const char *listen;         /* address or host name; "0.0.0.0", "::" (IPv4 too), "127.0.0.1" */
    uint16_t port;              /* 0: any free one, see ag_interface_port */
    ag_image_limits limits;     /* of an uploaded picture */
    int64_t request_timeout_ms; /* from the upload's last byte to an answer, or 504 */
    int64_t head_timeout_ms;    /* for a request's head to come in, and of an idle connection */
    int64_t body_timeout_ms;    /* for an upload to come in, or a reply to be taken */
    size_t max_waiting;         /* recognitions in hand at once; more are told 503 */
    size_t max_held_bytes;      /* of uploads in memory at once; more are told 503 */
    unsigned max_connections_per_address; /* 0: no limit */
    unsigned threads;                     /* that check pictures; 0: one per core */
    const char *telemetry_path;           /* CSV file; NULL or "": none */
    const char *samples_folder;           /* photos to try; NULL or "": none */
    const char *version;                  /* of Art Guide, for /metrics */
    const ag_log *log;                    /* borrowed; may be NULL */
    ag_broker *broker;                    /* borrowed until ag_interface_destroy */
    /* A sentence saying why no picture can be recognised now, or NULL when it can; static or valid
     * until the interface is stopped. Any thread, must not block. May be NULL. */
    const char *(*why_not_ready)(void *ctx);
    void *why_not_ready_ctx;
} ag_interface_options;

/* 0.0.0.0:5000, default image limits, 30 s to answer, 1,000 waiting, 1 GiB of uploads, no
 * telemetry; version, log and broker are the caller's to fill in. */
extern const ag_interface_options AG_INTERFACE_OPTIONS_DEFAULT;

/* Listen and serve. Texts of the options are copied. Raises this process's soft limit of open files
 * if max_waiting needs it. Registers with the broker (ag_broker_listen).
 * AG_EINVAL (address, limits), AG_EIO (port in use, no threads), and what ag_samples_open and
 * ag_broker_listen return.
 * *out is owned: ag_interface_stop, then ag_broker_close, then ag_interface_destroy. After a
 * failure of ag_broker_listen nothing is registered. */
AG_MUST_USE ag_status ag_interface_start(ag_interface **out, const ag_interface_options *options,
                                         ag_err *err);

/* The port it listens on. */
uint16_t ag_interface_port(const ag_interface *interface);

/* Take no new connections, answer new requests 503, and wait up to timeout_ms for those in hand. */
void ag_interface_drain(ag_interface *interface, int64_t timeout_ms);

/* Tell everyone who still waits 503, close all connections, stop all threads. May be called twice.
 */
void ag_interface_stop(ag_interface *interface);

/* Free, after ag_interface_stop and after the broker was closed, whose threads call the interface
 * until then. NULL is fine. */
void ag_interface_destroy(ag_interface *interface);

#endif
