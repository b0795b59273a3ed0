#include "interface/waiters.h"

#include "base/memory.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MIN_BUCKETS 64

struct ag_waiters {
    size_t bucket_count; /* a power of two */
    struct {
        pthread_mutex_t mutex; /* held for all below */
        ag_waiter **buckets;
        size_t count;
    } shared;
};

ag_status ag_waiters_create(ag_waiters **out, size_t expected, ag_err *err)
{
    size_t bucket_count = MIN_BUCKETS;
    while (bucket_count < expected && bucket_count <= SIZE_MAX / 4)
        bucket_count *= 2;
    ag_waiter **buckets = ag_try_malloc(bucket_count, sizeof *buckets);
    if (buckets == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for a table of %zu requests", expected);
    memset(buckets, 0, bucket_count * sizeof *buckets);

    ag_waiters *waiters = ag_xcalloc(1, sizeof *waiters);
    waiters->bucket_count = bucket_count;
    waiters->shared.buckets = buckets;
    pthread_mutex_init(&waiters->shared.mutex, NULL);
    *out = waiters;
    return AG_OK;
}

void ag_waiters_destroy(ag_waiters *waiters)
{
    if (waiters == NULL)
        return;
    pthread_mutex_destroy(&waiters->shared.mutex);
    free(waiters->shared.buckets);
    free(waiters);
}

/* The link that points to the waiter with this id, or the NULL at the end of its chain. FNV-1a: ids
 * are our own random ones, so no one can make them collide. */
static ag_waiter **find(ag_waiters *waiters, const char *id)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *c = id; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    ag_waiter **link = &waiters->shared.buckets[hash & (waiters->bucket_count - 1)];
    while (*link != NULL && strcmp((*link)->id, id) != 0)
        link = &(*link)->next;
    return link;
}

static ag_waiter *unlink_waiter(ag_waiters *waiters, ag_waiter **link)
{
    ag_waiter *waiter = *link;
    *link = waiter->next;
    waiter->next = NULL;
    waiters->shared.count--;
    return waiter;
}

void ag_waiters_add(ag_waiters *waiters, ag_waiter *waiter)
{
    pthread_mutex_lock(&waiters->shared.mutex);
    waiter->next = NULL;
    *find(waiters, waiter->id) = waiter;
    waiters->shared.count++;
    pthread_mutex_unlock(&waiters->shared.mutex);
}

ag_waiter *ag_waiters_take(ag_waiters *waiters, const char *id)
{
    pthread_mutex_lock(&waiters->shared.mutex);
    ag_waiter **link = find(waiters, id);
    ag_waiter *waiter = *link == NULL ? NULL : unlink_waiter(waiters, link);
    pthread_mutex_unlock(&waiters->shared.mutex);
    return waiter;
}

bool ag_waiters_has(ag_waiters *waiters, const char *id)
{
    pthread_mutex_lock(&waiters->shared.mutex);
    bool is_there = *find(waiters, id) != NULL;
    pthread_mutex_unlock(&waiters->shared.mutex);
    return is_there;
}

size_t ag_waiters_count(ag_waiters *waiters)
{
    pthread_mutex_lock(&waiters->shared.mutex);
    size_t count = waiters->shared.count;
    pthread_mutex_unlock(&waiters->shared.mutex);
    return count;
}

static void push(ag_waiter **list, ag_waiter *waiter)
{
    waiter->next = *list;
    *list = waiter;
}

static void end_list(ag_waiter *list, ag_waiter_end why, ag_waiter_end_fn *end, void *ctx)
{
    while (list != NULL) {
        ag_waiter *waiter = list;
        list = waiter->next; /* end() may free the waiter */
        waiter->next = NULL;
        end(ctx, waiter, why);
    }
}

static bool is_hung_up(const ag_waiter *waiter)
{
    struct pollfd watched = {.fd = waiter->fd, .events = POLLRDHUP};
    return waiter->fd >= 0 && poll(&watched, 1, 0) > 0;
}

/* Waiters are polled under the lock: as long as one is in the table its connection is suspended,
 * and its descriptor cannot be closed and given to another. */
void ag_waiters_sweep(ag_waiters *waiters, int64_t now_us, ag_waiter_end_fn *end, void *ctx)
{
    ag_waiter *timed_out = NULL;
    ag_waiter *hung_up = NULL;
    pthread_mutex_lock(&waiters->shared.mutex);
    for (size_t i = 0; waiters->shared.count > 0 && i < waiters->bucket_count; i++) {
        ag_waiter **link = &waiters->shared.buckets[i];
        while (*link != NULL) {
            if ((*link)->deadline_us <= now_us)
                push(&timed_out, unlink_waiter(waiters, link));
            else if (is_hung_up(*link))
                push(&hung_up, unlink_waiter(waiters, link));
            else
                link = &(*link)->next;
        }
    }
    pthread_mutex_unlock(&waiters->shared.mutex);
    end_list(timed_out, AG_WAITER_TIMED_OUT, end, ctx);
    end_list(hung_up, AG_WAITER_HUNG_UP, end, ctx);
}

void ag_waiters_stop(ag_waiters *waiters, ag_waiter_end_fn *end, void *ctx)
{
    ag_waiter *all = NULL;
    pthread_mutex_lock(&waiters->shared.mutex);
    for (size_t i = 0; i < waiters->bucket_count; i++) {
        while (waiters->shared.buckets[i] != NULL)
            push(&all, unlink_waiter(waiters, &waiters->shared.buckets[i]));
    }
    pthread_mutex_unlock(&waiters->shared.mutex);
    end_list(all, AG_WAITER_STOPPED, end, ctx);
}
