/* The parts of a running interface, for the files of this folder only. */
#ifndef AG_INTERFACE_SERVER_H
#define AG_INTERFACE_SERVER_H

#include "base/digest.h"
#include "base/workers.h"
#include "interface/connections.h"
#include "interface/interface.h"
#include "interface/metrics.h"
#include "interface/page.h"
#include "interface/readiness.h"
#include "interface/samples.h"
#include "interface/telemetry.h"
#include "interface/waiters.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct MHD_Daemon;

/* What does not stand under `shared` is set before the first thread starts and stays. */
struct ag_interface {
    ag_interface_options options; /* texts owned */
    char id[AG_ID_BYTES];         /* reply_to of its requests */
    int listen_fd;                /* the daemon's until it is quiesced; -1: closed */
    uint16_t port;
    struct MHD_Daemon *daemon;
    ag_workers *workers; /* check pictures, ask the broker */
    ag_waiters *waiters;
    ag_connections *connections;
    ag_metrics *metrics;
    ag_telemetry *telemetry;
    ag_readiness *readiness;
    ag_pages *pages;
    ag_samples *samples;
    pthread_t housekeeper;
    bool has_housekeeper;
    int wake_fd;           /* eventfd that ends the HTTP thread's wait; -1: not open */
    pthread_t http_thread; /* runs the daemon */
    bool has_http_thread;
    atomic_bool is_http_stopping;
    _Atomic size_t held_bytes; /* of uploads in memory */

    /* A suspended connection must be resumed before the daemon may be stopped, and the jobs that
     * would resume it are only taken while is_stopping is false. */
    struct {
        pthread_mutex_t mutex;
        pthread_cond_t done; /* in_hand or suspended sank; monotonic clock */
        pthread_cond_t stop; /* is_stopping was set; monotonic clock */
        size_t in_hand;      /* recognitions admitted and not completed */
        size_t suspended;    /* connections */
        bool is_draining;    /* new recognitions are refused */
        bool is_stopping;    /* no new jobs */
    } shared;
};

/* See shared. Any thread. */
bool ag_server_is_draining(ag_interface *server);
bool ag_server_is_stopping(ag_interface *server);

#endif
