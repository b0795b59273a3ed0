#include "interface/status_routes.h"

#include "base/clock.h"
#include "interface/exchange.h"
#include "interface/server.h"

static void refresh_job(void *arg)
{
    ag_readiness_ask(arg, ag_clock_monotonic_us());
}

/* See to it that the next look is fresh, without waiting for it. */
static void refresh_readiness(ag_interface *server)
{
    if (!ag_readiness_is_due(server->readiness, ag_clock_monotonic_us()))
        return;
    pthread_mutex_lock(&server->shared.mutex);
    bool is_asked =
        !server->shared.is_stopping &&
        ag_workers_submit(server->workers, refresh_job, server->readiness, NULL) == AG_OK;
    pthread_mutex_unlock(&server->shared.mutex);
    if (!is_asked)
        ag_readiness_leave(server->readiness);
}

ag_route_outcome ag_health_run(ag_exchange *exchange)
{
    refresh_readiness(exchange->server);
    bool is_up = ag_broker_is_connected(exchange->server->options.broker);
    char now[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(now, ag_clock_wall_us());
    ag_reply_json(&exchange->reply, is_up ? 200 : 503,
                  json_pack("{s:s, s:s, s:o, s:s}", "status", is_up ? "healthy" : "unhealthy",
                            "orchestrator", is_up ? "connected" : "disconnected", "recognition",
                            ag_readiness_recognition(exchange->server->readiness), "timestamp",
                            now));
    return AG_ROUTE_REPLIED;
}

static void ready_job(void *arg)
{
    ag_exchange *exchange = arg;
    ag_readiness_reply(exchange->server->readiness, &exchange->reply, ag_clock_monotonic_us());
    ag_exchange_resume(exchange);
}

ag_route_outcome ag_ready_run(ag_exchange *exchange)
{
    const ag_interface_options *options = &exchange->server->options;
    const char *why_not = NULL;
    if (ag_server_is_draining(exchange->server))
        why_not = "This server is shutting down.";
    else if (options->why_not_ready != NULL)
        why_not = options->why_not_ready(options->why_not_ready_ctx);
    if (why_not == NULL)
        return ag_exchange_start_job(exchange, ready_job);
    ag_readiness_refuse(&exchange->reply, why_not);
    return AG_ROUTE_REPLIED;
}

ag_route_outcome ag_metrics_run(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    pthread_mutex_lock(&server->shared.mutex);
    size_t in_hand = server->shared.in_hand;
    pthread_mutex_unlock(&server->shared.mutex);
    ag_metrics_gauges gauges = {
        .version = server->options.version,
        .is_broker_up = ag_broker_is_connected(server->options.broker),
        .in_hand = in_hand,
        .waiting = ag_waiters_count(server->waiters),
        .held_bytes = server->held_bytes,
        .telemetry_errors = ag_telemetry_errors(server->telemetry),
    };
    ag_metrics_write(server->metrics, &gauges, &exchange->reply.body);
    exchange->reply.status = 200;
    exchange->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return AG_ROUTE_REPLIED;
}
