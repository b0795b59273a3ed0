/* The requests whose answer is awaited, by id. Any thread.
 *
 * Who takes a waiter out of the table, and only he, ends it: the answer, the deadline, the client's
 * hang-up or the server's end, whichever comes first. */
#ifndef AG_INTERFACE_WAITERS_H
#define AG_INTERFACE_WAITERS_H

#include "base/digest.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ag_waiters ag_waiters;

/* One waiting request, in the caller's storage; the table's from ag_waiters_add until it is taken.
 */
typedef struct ag_waiter {
    char id[AG_ID_BYTES];   /* request id, unique in the table */
    int64_t deadline_us;    /* monotonic clock */
    int fd;                 /* the client's socket, watched for its hang-up; -1: none */
    struct ag_waiter *next; /* the table's own */
} ag_waiter;

typedef enum ag_waiter_end {
    AG_WAITER_TIMED_OUT, /* the deadline passed */
    AG_WAITER_HUNG_UP,   /* the client is gone */
    AG_WAITER_STOPPED,   /* the server stops */
} ag_waiter_end;

/* Called with a waiter that was just taken out, with no lock held. */
typedef void ag_waiter_end_fn(void *ctx, ag_waiter *waiter, ag_waiter_end why);

/* An empty table. AG_ENOMEM. Destroy it empty; NULL is fine. */
AG_MUST_USE ag_status ag_waiters_create(ag_waiters **out, size_t expected, ag_err *err);
void ag_waiters_destroy(ag_waiters *waiters);

void ag_waiters_add(ag_waiters *waiters, ag_waiter *waiter);

/* Take the waiter with this id out; NULL when there is none (any more). */
ag_waiter *ag_waiters_take(ag_waiters *waiters, const char *id);

/* Is it (still) there? */
bool ag_waiters_has(ag_waiters *waiters, const char *id);

size_t ag_waiters_count(ag_waiters *waiters);

/* Take out and end every waiter whose deadline is at or before now_us or whose client has closed
 * its socket, even one direction of it. */
void ag_waiters_sweep(ag_waiters *waiters, int64_t now_us, ag_waiter_end_fn *end, void *ctx);

/* Take out and end all. */
void ag_waiters_stop(ag_waiters *waiters, ag_waiter_end_fn *end, void *ctx);

#endif
