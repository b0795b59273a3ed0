#include "broker/broker.h"

#include "base/memory.h"
#include "broker/broker_ops.h"
#include "broker/message.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Being an AI server: once in a handle's life. */
enum { NOT_SERVING, STARTING, SERVING, LEFT };

struct ag_broker {
    const ag_broker_ops *ops;
    void *self;               /* the implementation's own */
    atomic_bool is_listening; /* ag_broker_listen was called */
    atomic_int serving;       /* how far its time as an AI server is */
};

/* Brokers by the scheme of their URL. */
typedef struct broker_kind {
    const char *scheme;
    const ag_broker_ops *ops; /* NULL: known, and not to be had */
    const char *refusal;      /* why not */
} broker_kind;

static const broker_kind KINDS[] = {
    {"memory", &ag_broker_memory_ops, NULL},
    {"redis", &ag_broker_redis_ops, NULL},
    {"rediss", NULL, "Redis over TLS (rediss:) is not supported; use redis: through a tunnel"},
    {"amqp", NULL, "this build has no RabbitMQ broker"},
    {"amqps", NULL, "this build has no RabbitMQ broker"},
    {"kafka", NULL, "this build has no Kafka broker"},
};

static const broker_kind *find_kind(const char *url)
{
    size_t length = strcspn(url, ":");
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS && url[length] == ':'; i++) {
        if (strlen(KINDS[i].scheme) == length && strncasecmp(KINDS[i].scheme, url, length) == 0)
            return &KINDS[i];
    }
    return NULL;
}

static ag_status check_id(const char *id, const char *what, ag_err *err)
{
    if (id != NULL && ag_request_id_is_valid(id, strlen(id)))
        return AG_OK;
    return ag_err_set(err, AG_EINVAL, "the id of %s is not 1 to %d of A-Z a-z 0-9 . _ : -", what,
                      AG_REQUEST_ID_MAX);
}

ag_status ag_broker_open(ag_broker **out, const ag_broker_options *options, ag_err *err)
{
    /* The URL is not shown: it may hold a password. */
    const broker_kind *kind = options->url != NULL ? find_kind(options->url) : NULL;
    if (kind == NULL)
        return ag_err_set(err, AG_EINVAL,
                          "the broker's URL starts with neither memory: nor redis:");
    if (kind->ops == NULL)
        return ag_err_set(err, AG_EUNSUPPORTED, "%s", kind->refusal);
    ag_broker *broker = ag_xcalloc(1, sizeof *broker);
    broker->ops = kind->ops;
    ag_status status = broker->ops->open(&broker->self, options, err);
    if (status == AG_OK)
        *out = broker;
    else
        free(broker);
    return status;
}

void ag_broker_close(ag_broker *broker)
{
    if (broker == NULL)
        return;
    ag_broker_leave(broker);
    broker->ops->close(broker->self);
    free(broker);
}

bool ag_broker_is_connected(ag_broker *broker)
{
    return broker->ops->is_connected(broker->self);
}

ag_status ag_broker_listen(ag_broker *broker, const char *id, ag_broker_answer_fn *on_answer,
                           void *ctx, ag_err *err)
{
    ag_status status = check_id(id, "the interface", err);
    if (status != AG_OK)
        return status;
    if (atomic_exchange(&broker->is_listening, true))
        return ag_err_set(err, AG_EINVAL, "this broker is listening already");
    status = broker->ops->listen(broker->self, id, on_answer, ctx, err);
    if (status != AG_OK)
        atomic_store(&broker->is_listening, false);
    return status;
}

ag_status ag_broker_submit(ag_broker *broker, const char *request_id, const void *json,
                           size_t length, ag_err *err)
{
    ag_status status = check_id(request_id, "the request", err);
    if (status != AG_OK)
        return status;
    return broker->ops->submit(broker->self, request_id, (ag_bytes){json, length}, err);
}

void ag_broker_forget(ag_broker *broker, const char *request_id)
{
    broker->ops->forget(broker->self, request_id);
}

ag_status ag_broker_serve(ag_broker *broker, const ag_server_status *status, ag_err *err)
{
    ag_status result = check_id(status->id, "the AI server", err);
    if (result != AG_OK)
        return result;
    if (!atomic_compare_exchange_strong(&broker->serving, &(int){NOT_SERVING}, STARTING))
        return ag_err_set(err, AG_EINVAL, "this broker has been told to serve before");
    result = broker->ops->serve(broker->self, status, err);
    atomic_store(&broker->serving, result == AG_OK ? SERVING : NOT_SERVING);
    return result;
}

void ag_broker_update_status(ag_broker *broker, const ag_server_status *status)
{
    if (atomic_load(&broker->serving) == SERVING)
        broker->ops->update_status(broker->self, status);
}

ag_status ag_broker_take(ag_broker *broker, ag_lease *leases, size_t *count, size_t max,
                         int64_t timeout_ms, ag_err *err)
{
    if (atomic_load(&broker->serving) != SERVING)
        return ag_err_set(err, AG_EINVAL, "requests are taken between serve and leave");
    if (max < 1)
        return ag_err_set(err, AG_EINVAL, "no request is to be taken");
    return broker->ops->take(broker->self, leases, count, max, timeout_ms, err);
}

ag_status ag_broker_answer(ag_broker *broker, ag_lease *lease, const char *request_id,
                           const char *reply_to, const char *json, size_t length, ag_err *err)
{
    ag_status status = check_id(request_id, "the request", err);
    if (status == AG_OK && reply_to != NULL)
        status = check_id(reply_to, "the interface", err);
    if (status != AG_OK)
        return status;
    const ag_broker_reply reply = {request_id, reply_to, {json, length}};
    status = broker->ops->answer(broker->self, lease->handle, &reply, err);
    if (status == AG_OK)
        *lease = (ag_lease){0};
    return status;
}

ag_status ag_broker_return(ag_broker *broker, ag_lease *lease, bool is_dropped, ag_err *err)
{
    ag_status status = broker->ops->give_back(broker->self, lease->handle, is_dropped, err);
    if (status == AG_OK)
        *lease = (ag_lease){0};
    return status;
}

void ag_broker_leave(ag_broker *broker)
{
    if (atomic_compare_exchange_strong(&broker->serving, &(int){SERVING}, LEFT))
        broker->ops->leave(broker->self);
}

ag_status ag_broker_get_stats(ag_broker *broker, ag_broker_stats *out, ag_err *err)
{
    return broker->ops->get_stats(broker->self, out, err);
}

ag_status ag_broker_purge(ag_broker *broker, size_t *removed, ag_err *err)
{
    return broker->ops->purge(broker->self, removed, err);
}
