#include "interface/exchange.h"

#include "base/clock.h"
#include "interface/server.h"

#include <stdlib.h>
#include <string.h>

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

void ag_exchange_reply_file(ag_exchange *exchange, const ag_reply *file)
{
    const char *known = ag_exchange_header(exchange, "If-None-Match");
    exchange->reply = *file;
    exchange->reply.status = 200;
    if (known != NULL && strstr(known, file->etag) != NULL) {
        exchange->reply.status = 304;
        exchange->reply.fixed = "";
        exchange->reply.fixed_length = 0;
    }
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
