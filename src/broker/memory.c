/* The broker of `artguide serve`: a queue in memory. The interface and the AI side use the same
 * handle; answers are delivered on the thread that answers, with no lock held. */
#include "base/memory.h"
#include "broker/broker_ops.h"
#include "broker/waiting.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Far above what an interface lets in (max-waiting): a bound against mistakes, not a setting. */
static const size_t MAX_QUEUED = 100000;

typedef struct request {
    struct request *previous, *next; /* in its list */
    size_t length;                   /* bytes of json */
    char json[];                     /* NUL-terminated */
} request;

/* A list of requests, first to last. */
typedef struct request_list {
    request *first, *last;
    size_t count;
} request_list;

typedef struct memory_broker {
    ag_waiting *waiting;
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        pthread_cond_t queued_more;
        request_list queued;
        request_list in_flight;
        bool is_serving;
        ag_server_status status; /* of the AI side while is_serving */
        ag_broker_answer_fn *on_answer;
        void *answer_ctx;
    } shared;
} memory_broker;

static void push_last(request_list *list, request *added)
{
    added->previous = list->last;
    added->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = added;
    list->last = added;
    list->count++;
}

static void push_first(request_list *list, request *added)
{
    added->previous = NULL;
    added->next = list->first;
    *(list->first != NULL ? &list->first->previous : &list->last) = added;
    list->first = added;
    list->count++;
}

static void unlink_from(request_list *list, request *gone)
{
    *(gone->previous != NULL ? &gone->previous->next : &list->first) = gone->next;
    *(gone->next != NULL ? &gone->next->previous : &list->last) = gone->previous;
    list->count--;
}

static void free_all(request_list *list)
{
    for (request *next, *at = list->first; at != NULL; at = next) {
        next = at->next;
        free(at);
    }
    *list = (request_list){0};
}

static ag_status memory_open(void **self, const ag_broker_options *options, ag_err *err)
{
    if (strcasecmp(options->url, "memory:") != 0)
        return ag_err_set(err, AG_EINVAL, "nothing may follow memory: in the broker's URL");
    memory_broker *broker = ag_xcalloc(1, sizeof *broker);
    broker->waiting = ag_waiting_create();
    pthread_mutex_init(&broker->shared.mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&broker->shared.queued_more, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *self = broker;
    return AG_OK;
}

static void memory_close(void *self)
{
    memory_broker *broker = self;
    free_all(&broker->shared.queued);
    free_all(&broker->shared.in_flight);
    pthread_cond_destroy(&broker->shared.queued_more);
    pthread_mutex_destroy(&broker->shared.mutex);
    ag_waiting_destroy(broker->waiting);
    free(broker);
}

static bool memory_is_connected(void *self)
{
    (void)self;
    return true;
}

static ag_status memory_listen(void *self, const char *id, ag_broker_answer_fn *on_answer,
                               void *ctx, ag_err *err)
{
    memory_broker *broker = self;
    (void)id;
    (void)err;
    pthread_mutex_lock(&broker->shared.mutex);
    broker->shared.on_answer = on_answer;
    broker->shared.answer_ctx = ctx;
    pthread_mutex_unlock(&broker->shared.mutex);
    return AG_OK;
}

static ag_status memory_submit(void *self, const char *request_id, ag_bytes json, ag_err *err)
{
    memory_broker *broker = self;
    request *added = json.length < SIZE_MAX - sizeof *added
                         ? ag_try_malloc(sizeof *added + json.length + 1, 1)
                         : NULL;
    if (added == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for a request of %zu bytes", json.length);
    added->length = json.length;
    memcpy(added->json, json.data, json.length);
    added->json[json.length] = '\0';

    /* Before it can be answered. */
    ag_waiting_add(broker->waiting, request_id);
    pthread_mutex_lock(&broker->shared.mutex);
    bool is_full = broker->shared.queued.count >= MAX_QUEUED;
    if (!is_full) {
        push_last(&broker->shared.queued, added);
        pthread_cond_signal(&broker->shared.queued_more);
    }
    pthread_mutex_unlock(&broker->shared.mutex);
    if (!is_full)
        return AG_OK;
    ag_waiting_remove(broker->waiting, request_id);
    free(added);
    return ag_err_set(err, AG_EUNAVAILABLE, "%zu requests are waiting already", MAX_QUEUED);
}

static void memory_forget(void *self, const char *request_id)
{
    memory_broker *broker = self;
    ag_waiting_remove(broker->waiting, request_id);
}

static void memory_update_status(void *self, const ag_server_status *status)
{
    memory_broker *broker = self;
    pthread_mutex_lock(&broker->shared.mutex);
    broker->shared.status = *status;
    pthread_mutex_unlock(&broker->shared.mutex);
}

static ag_status memory_serve(void *self, const ag_server_status *status, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    pthread_mutex_lock(&broker->shared.mutex);
    broker->shared.is_serving = true;
    broker->shared.status = *status;
    pthread_mutex_unlock(&broker->shared.mutex);
    return AG_OK;
}

static struct timespec time_after_ms(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static ag_status memory_take(void *self, ag_lease *leases, size_t *count, size_t max,
                             int64_t timeout_ms, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    const struct timespec end = time_after_ms(timeout_ms > 0 ? timeout_ms : 0);
    size_t taken = 0;
    int timed_out = 0;
    pthread_mutex_lock(&broker->shared.mutex);
    while (broker->shared.queued.count == 0 && timed_out == 0)
        timed_out =
            pthread_cond_timedwait(&broker->shared.queued_more, &broker->shared.mutex, &end);
    for (; taken < max && broker->shared.queued.count > 0; taken++) {
        request *next = broker->shared.queued.first;
        unlink_from(&broker->shared.queued, next);
        push_last(&broker->shared.in_flight, next);
        leases[taken] = (ag_lease){next, next->json, next->length};
    }
    pthread_mutex_unlock(&broker->shared.mutex);
    *count = taken;
    return AG_OK;
}

static ag_status memory_answer(void *self, void *lease, const ag_broker_reply *reply, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    pthread_mutex_lock(&broker->shared.mutex);
    unlink_from(&broker->shared.in_flight, lease);
    ag_broker_answer_fn *on_answer = broker->shared.on_answer;
    void *ctx = broker->shared.answer_ctx;
    pthread_mutex_unlock(&broker->shared.mutex);
    if (ag_waiting_remove(broker->waiting, reply->request_id) && on_answer != NULL)
        on_answer(ctx, reply->request_id, reply->json.data, reply->json.length);
    free(lease);
    return AG_OK;
}

static ag_status memory_give_back(void *self, void *lease, bool is_dropped, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    pthread_mutex_lock(&broker->shared.mutex);
    unlink_from(&broker->shared.in_flight, lease);
    if (!is_dropped) {
        push_first(&broker->shared.queued, lease);
        pthread_cond_signal(&broker->shared.queued_more);
    }
    pthread_mutex_unlock(&broker->shared.mutex);
    if (is_dropped)
        free(lease);
    return AG_OK;
}

static void memory_leave(void *self)
{
    memory_broker *broker = self;
    pthread_mutex_lock(&broker->shared.mutex);
    while (broker->shared.in_flight.count > 0) {
        request *newest = broker->shared.in_flight.last;
        unlink_from(&broker->shared.in_flight, newest);
        push_first(&broker->shared.queued, newest);
    }
    broker->shared.is_serving = false;
    pthread_mutex_unlock(&broker->shared.mutex);
}

static ag_status memory_get_stats(void *self, ag_broker_stats *out, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    *out = (ag_broker_stats){.version = "memory"};
    pthread_mutex_lock(&broker->shared.mutex);
    out->queued = broker->shared.queued.count;
    out->in_flight = broker->shared.in_flight.count;
    if (broker->shared.is_serving) {
        out->servers[0] = (ag_broker_server){broker->shared.status, out->in_flight};
        out->server_count = 1;
    }
    pthread_mutex_unlock(&broker->shared.mutex);
    return AG_OK;
}

/* What is in flight stays: its bytes are lent out. */
static ag_status memory_purge(void *self, size_t *removed, ag_err *err)
{
    memory_broker *broker = self;
    (void)err;
    pthread_mutex_lock(&broker->shared.mutex);
    *removed = broker->shared.queued.count > 0 ? 1 : 0;
    free_all(&broker->shared.queued);
    pthread_mutex_unlock(&broker->shared.mutex);
    return AG_OK;
}

const ag_broker_ops ag_broker_memory_ops = {
    .open = memory_open,
    .close = memory_close,
    .is_connected = memory_is_connected,
    .listen = memory_listen,
    .submit = memory_submit,
    .forget = memory_forget,
    .serve = memory_serve,
    .update_status = memory_update_status,
    .take = memory_take,
    .answer = memory_answer,
    .give_back = memory_give_back,
    .leave = memory_leave,
    .get_stats = memory_get_stats,
    .purge = memory_purge,
};
