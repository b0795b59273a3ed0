#include "base/workers.h"

#include "base/memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    ag_job_fn *fn;
    void *arg;
} job;

struct ag_workers {
    pthread_t *threads;
    size_t thread_count;
    char name[16];
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        pthread_cond_t wake;   /* a job was queued, or stopping */
        job *queue;            /* ring of capacity jobs */
        size_t capacity, first, length;
        bool is_stopping;
    } shared;
};

size_t ag_workers_count(size_t wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = wanted > 0 ? wanted : cores > 0 ? (size_t)cores : 1;
    return count < AG_WORKERS_MAX ? count : AG_WORKERS_MAX;
}

/* Waits for a job; false when there will be none any more. */
static bool next_job(ag_workers *workers, job *out)
{
    pthread_mutex_lock(&workers->shared.mutex);
    while (workers->shared.length == 0 && !workers->shared.is_stopping)
        pthread_cond_wait(&workers->shared.wake, &workers->shared.mutex);
    bool found = workers->shared.length > 0;
    if (found) {
        *out = workers->shared.queue[workers->shared.first];
        workers->shared.first = (workers->shared.first + 1) % workers->shared.capacity;
        workers->shared.length--;
    }
    pthread_mutex_unlock(&workers->shared.mutex);
    return found;
}

static void *work(void *arg)
{
    ag_workers *workers = arg;
    pthread_setname_np(pthread_self(), workers->name);
    job next;
    while (next_job(workers, &next))
        next.fn(next.arg);
    return NULL;
}

static void stop_threads(ag_workers *workers)
{
    pthread_mutex_lock(&workers->shared.mutex);
    workers->shared.is_stopping = true;
    pthread_cond_broadcast(&workers->shared.wake);
    pthread_mutex_unlock(&workers->shared.mutex);
    for (size_t i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
}

void ag_workers_destroy(ag_workers *workers)
{
    if (workers == NULL)
        return;
    stop_threads(workers);
    pthread_cond_destroy(&workers->shared.wake);
    pthread_mutex_destroy(&workers->shared.mutex);
    free(workers->shared.queue);
    free(workers->threads);
    free(workers);
}

/* The threads take no signals, so that SIGTERM and the like reach the thread that waits for them;
 * the signals of a thread's own faults stay, for whoever reports them. */
static ag_status start_threads(ag_workers *workers, size_t count, ag_err *err)
{
    sigset_t blocked, before;
    sigfillset(&blocked);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int reason = 0;
    while (reason == 0 && workers->thread_count < count) {
        reason = pthread_create(&workers->threads[workers->thread_count], NULL, work, workers);
        workers->thread_count += reason == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reason == 0 ? AG_OK
                       : ag_err_set_errno(err, reason, "cannot start a thread '%s'", workers->name);
}

ag_status ag_workers_create(ag_workers **out, const char *name, size_t threads, size_t queue_length,
                            ag_err *err)
{
    if (threads < 1 || threads > AG_WORKERS_MAX)
        return ag_err_set(err, AG_EINVAL, "%zu worker threads: 1 to %d can be had", threads,
                          AG_WORKERS_MAX);
    ag_workers *workers = ag_xcalloc(1, sizeof *workers);
    pthread_mutex_init(&workers->shared.mutex, NULL);
    pthread_cond_init(&workers->shared.wake, NULL);
    strncpy(workers->name, name, sizeof workers->name - 1);
    workers->threads = ag_xcalloc(threads, sizeof *workers->threads);
    workers->shared.capacity = queue_length > 0 ? queue_length : 1;
    workers->shared.queue = ag_try_malloc(workers->shared.capacity, sizeof *workers->shared.queue);
    ag_status status = AG_OK;
    if (workers->shared.queue == NULL)
        status = ag_err_set(err, AG_ENOMEM, "no memory for a queue of %zu jobs", queue_length);
    if (status == AG_OK)
        status = start_threads(workers, threads, err);
    if (status != AG_OK) {
        ag_workers_destroy(workers);
        return status;
    }
    *out = workers;
    return AG_OK;
}

ag_status ag_workers_submit(ag_workers *workers, ag_job_fn *fn, void *arg, ag_err *err)
{
    ag_status status = AG_OK;
    pthread_mutex_lock(&workers->shared.mutex);
    if (workers->shared.is_stopping) {
        status = ag_err_set(err, AG_EUNAVAILABLE, "shutting down");
    } else if (workers->shared.length == workers->shared.capacity) {
        status = ag_err_set(err, AG_EUNAVAILABLE, "too many jobs are waiting");
    } else {
        size_t last = (workers->shared.first + workers->shared.length) % workers->shared.capacity;
        workers->shared.queue[last] = (job){fn, arg};
        workers->shared.length++;
        pthread_cond_signal(&workers->shared.wake);
    }
    pthread_mutex_unlock(&workers->shared.mutex);
    return status;
}

/* A loop whose rounds the workers and the caller take one by one. Counted, since a helper's job may
 * start only after the caller has finished every round. */
typedef struct loop {
    void (*fn)(void *ctx, size_t i);
    void *ctx;
    size_t count;
    atomic_size_t next;       /* round to take */
    atomic_size_t references; /* the caller, and each helper's job */
    struct {
        pthread_mutex_t mutex; /* guards done */
        pthread_cond_t all_done;
        size_t done; /* rounds finished */
    } shared;
} loop;

static void release_loop(loop *rounds)
{
    if (atomic_fetch_sub(&rounds->references, 1) != 1)
        return;
    pthread_cond_destroy(&rounds->shared.all_done);
    pthread_mutex_destroy(&rounds->shared.mutex);
    free(rounds);
}

static void take_rounds(loop *rounds)
{
    size_t finished = 0;
    for (;;) {
        size_t i = atomic_fetch_add(&rounds->next, 1);
        if (i >= rounds->count)
            break;
        rounds->fn(rounds->ctx, i);
        finished++;
    }
    if (finished == 0)
        return;
    pthread_mutex_lock(&rounds->shared.mutex);
    rounds->shared.done += finished;
    if (rounds->shared.done == rounds->count)
        pthread_cond_signal(&rounds->shared.all_done);
    pthread_mutex_unlock(&rounds->shared.mutex);
}

static void help(void *arg)
{
    take_rounds(arg);
    release_loop(arg);
}

void ag_workers_for_each(ag_workers *workers, void (*fn)(void *ctx, size_t i), void *ctx,
                         size_t count)
{
    if (count == 0)
        return;
    loop *rounds = ag_xcalloc(1, sizeof *rounds);
    rounds->fn = fn;
    rounds->ctx = ctx;
    rounds->count = count;
    atomic_init(&rounds->next, 0);
    atomic_init(&rounds->references, 1);
    pthread_mutex_init(&rounds->shared.mutex, NULL);
    pthread_cond_init(&rounds->shared.all_done, NULL);

    size_t helpers = count - 1 < workers->thread_count ? count - 1 : workers->thread_count;
    for (size_t i = 0; i < helpers; i++) {
        atomic_fetch_add(&rounds->references, 1);
        if (ag_workers_submit(workers, help, rounds, NULL) != AG_OK)
            release_loop(rounds); /* a full queue only means less help */
    }
    take_rounds(rounds);
    pthread_mutex_lock(&rounds->shared.mutex);
    while (rounds->shared.done < rounds->count)
        pthread_cond_wait(&rounds->shared.all_done, &rounds->shared.mutex);
    pthread_mutex_unlock(&rounds->shared.mutex);
    release_loop(rounds);
}
