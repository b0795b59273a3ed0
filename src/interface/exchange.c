#include "interface/exchange.h"

#include "base/clock.h"
#include "interface/server.h"

#include <microhttpd.h>
#include <stdlib.h>

const char *ag_exchange_header(const ag_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *ag_exchange_parameter(const ag_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

uint64_t ag_exchange_content_length(const ag_exchange *exchange)
{
    const char *text = ag_exchange_header(exchange, "Content-Length");
    return text == NULL ? 0 : strtoull(text, NULL, 10); /* the library refuses all but digits */
}

bool ag_exchange_has_body(const ag_exchange *exchange)
{
    return ag_exchange_content_length(exchange) > 0 ||
           ag_exchange_header(exchange, "Transfer-Encoding") != NULL;
}

double ag_exchange_seconds(const ag_exchange *exchange)
{
    return (double)(ag_clock_monotonic_us() - exchange->started_us) / 1e6;
}

void ag_exchange_drop_body(ag_exchange *exchange)
{
    exchange->server->held_bytes -= exchange->body.length;
    ag_buffer_fini(&exchange->body);
}

ag_route_outcome ag_exchange_start_job(ag_exchange *exchange, ag_job_fn *job)
{
    ag_interface *server = exchange->server;
    ag_err err;
    pthread_mutex_lock(&server->shared.mutex);
    bool is_stopping = server->shared.is_stopping;
    ag_status status = AG_OK;
    if (!is_stopping) {
        ag_connections_set_deadline(server->connections, exchange->deadline, INT64_MAX);
        MHD_suspend_connection(exchange->connection);
        server->shared.suspended++;
        status = ag_workers_submit(server->workers, job, exchange, &err);
    }
    pthread_mutex_unlock(&server->shared.mutex);

    if (is_stopping) {
        ag_reply_error(&exchange->reply, 503, "shutting_down", "This server is shutting down.");
        return AG_ROUTE_REPLIED;
    }
    if (status != AG_OK) {
        ag_reply_from_err(&exchange->reply, &err);
        ag_exchange_resume(exchange);
    }
    return AG_ROUTE_SUSPENDED;
}

void ag_exchange_resume(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    MHD_resume_connection(exchange->connection);
    pthread_mutex_lock(&server->shared.mutex);
    server->shared.suspended--;
    pthread_cond_broadcast(&server->shared.done);
    pthread_mutex_unlock(&server->shared.mutex);
}

void ag_exchange_destroy(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    ag_exchange_drop_body(exchange);
    ag_reply_fini(&exchange->reply);
    if (exchange->is_admitted) {
        pthread_mutex_lock(&server->shared.mutex);
        server->shared.in_hand--;
        pthread_cond_broadcast(&server->shared.done);
        pthread_mutex_unlock(&server->shared.mutex);
    }
    free(exchange);
}
