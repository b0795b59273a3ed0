/* A fixed set of worker threads with one bounded queue of jobs. */
#ifndef AG_BASE_WORKERS_H
#define AG_BASE_WORKERS_H

#include "base/status.h"

#include <stddef.h>

typedef struct ag_workers ag_workers;
typedef void ag_job_fn(void *arg);

#define AG_WORKERS_MAX 256

/* Threads to start where `wanted` were asked for: these, or one per core for 0; 1…AG_WORKERS_MAX.
 */
size_t ag_workers_count(size_t wanted);

/* Start `threads` threads (1…AG_WORKERS_MAX) named `name` (15 bytes show) with room for
 * queue_length jobs. AG_EIO when a thread cannot be started. */
AG_MUST_USE ag_status ag_workers_create(ag_workers **out, const char *name, size_t threads,
                                        size_t queue_length, ag_err *err);

/* Finish every queued job, stop the threads, free. NULL is fine. Not from a worker. */
void ag_workers_destroy(ag_workers *workers);

/* Queue fn(arg); AG_EUNAVAILABLE at once when the queue is full. Any thread. */
AG_MUST_USE ag_status ag_workers_submit(ag_workers *workers, ag_job_fn *fn, void *arg, ag_err *err);

/* Call fn(ctx, i) for every i in [0, count), spread over the workers and the calling thread, and
 * return when all are done. Not from a worker. */
void ag_workers_for_each(ag_workers *workers, void (*fn)(void *ctx, size_t i), void *ctx,
                         size_t count);

#endif
