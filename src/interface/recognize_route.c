/* A picture's way through the interface:
 *
 *   HTTP thread   admit: refuse what can be refused from the head alone
 *                 run: the upload is complete; suspend the connection
 *   worker        check: read the form, check the picture, queue the request, free the picture
 *   broker thread answer: make the reply, resume     } whoever takes the waiter out of the table
 * first housekeeper   end: deadline passed, client gone  } HTTP thread   record, send
 */
#include "interface/recognize_route.h"

#include "base/clock.h"
#include "broker/message.h"
#include "interface/exchange.h"
#include "interface/server.h"

#include <math.h>
#include <string.h>

static const char QUEUE_AWAY[] = "The queue cannot be reached; please try again in a moment.";

static const char *const OPTION_NAMES[] = {"show_context", "lang", "style",
                                           "exhibition",   "room", "scope"};

/* Count the exchange in, or say why it cannot be. */
static void count_in(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    pthread_mutex_lock(&server->shared.mutex);
    bool is_draining = server->shared.is_draining;
    exchange->is_admitted = !is_draining && server->shared.in_hand < server->options.max_waiting;
    server->shared.in_hand += exchange->is_admitted;
    pthread_mutex_unlock(&server->shared.mutex);

    if (is_draining)
        ag_reply_error(&exchange->reply, 503, "shutting_down", "This server is shutting down.");
    else if (!exchange->is_admitted)
        ag_reply_error(&exchange->reply, 503, "overloaded",
                       "Too many visitors are waiting; please try again in a moment.");
}

/* Everything that can be told from the head. */
static ag_status check_head(ag_exchange *exchange, ag_err *err)
{
    const ag_interface_options *options = &exchange->server->options;
    const char *why_not =
        options->why_not_ready == NULL ? NULL : options->why_not_ready(options->why_not_ready_ctx);
    if (why_not != NULL)
        return ag_err_set_code(err, AG_EUNAVAILABLE, "no_model", "%s", why_not);
    if (!ag_broker_is_connected(options->broker))
        return ag_err_set(err, AG_EUNAVAILABLE, "%s", QUEUE_AWAY);
    if (ag_exchange_content_length(exchange) > options->limits.max_bytes + AG_UPLOAD_FORM_BYTES)
        return ag_err_set(err, AG_ELIMIT, "The upload is over the limit of %zu bytes.",
                          options->limits.max_bytes);
    return ag_upload_check_type(exchange->content_type, err);
}

void ag_recognize_admit(ag_exchange *exchange)
{
    ag_err err;
    ag_id_random(exchange->waiter.id);
    exchange->started_us = ag_clock_monotonic_us();
    exchange->content_type = ag_exchange_header(exchange, "Content-Type");
    ag_upload_init(&exchange->upload, ag_exchange_header(exchange, "Accept-Language"));
    if (check_head(exchange, &err) != AG_OK)
        ag_reply_from_err(&exchange->reply, &err);
    else
        count_in(exchange);
}

static const char *null_if_empty(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

/* The request's JSON into out; the picture is not needed any more afterwards. */
static ag_status make_request(ag_exchange *exchange, ag_buffer *out, ag_err *err)
{
    const ag_interface_options *options = &exchange->server->options;
    const ag_upload *upload = &exchange->upload;
    ag_image_info info;
    ag_status status =
        ag_image_check(&info, upload->image, upload->image_length, &options->limits, err);
    if (status != AG_OK)
        return status;
    int64_t now_us = ag_clock_wall_us();
    ag_request request = {
        .request_id = exchange->waiter.id,
        .image = upload->image,
        .image_length = upload->image_length,
        .show_context = upload->show_context,
        .lang = null_if_empty(upload->lang),
        .style = null_if_empty(upload->style),
        .exhibition = null_if_empty(upload->exhibition),
        .room = null_if_empty(upload->room),
        .is_limited = upload->is_limited,
        .reply_to = exchange->server->id,
        .timestamp_us = now_us,
        .deadline_us = now_us + exchange->waiter.deadline_us - ag_clock_monotonic_us(),
    };
    return ag_request_write(out, &request, err);
}

static ag_status check(ag_exchange *exchange, ag_buffer *request, ag_err *err)
{
    const ag_upload_source source = {
        .content_type = exchange->content_type,
        .body = exchange->body.data,
        .length = exchange->body.length,
    };
    if (ag_server_is_stopping(exchange->server))
        return ag_err_set_code(err, AG_ECANCELED, "shutting_down", "This server is shutting down.");
    if (ag_clock_monotonic_us() >= exchange->waiter.deadline_us)
        return ag_err_set(err, AG_ETIMEOUT, "The server was too busy to look at it in time.");
    ag_status status = ag_upload_read(&exchange->upload, &source, err);
    return status == AG_OK ? make_request(exchange, request, err) : status;
}

/* Queue the request and leave the exchange in the table, where the answer may find it before this
 * function returns: from ag_waiters_add on, it is no longer ours. */
static void submit(ag_exchange *exchange, const ag_buffer *request)
{
    ag_interface *server = exchange->server;
    char id[AG_ID_BYTES];
    ag_err err;
    memcpy(id, exchange->waiter.id, sizeof id);
    ag_waiters_add(server->waiters, &exchange->waiter);

    ag_status status =
        ag_broker_submit(server->options.broker, id, request->data, request->length, &err);
    if (status != AG_OK) {
        ag_log_write(server->options.log, AG_LOG_WARN, "interface", id, "not queued: %s",
                     err.message);
        if (ag_waiters_take(server->waiters, id) == NULL)
            return;
        if (status == AG_EUNAVAILABLE) /* whose message speaks of hosts and ports */
            ag_err_set(&err, status, "%s", QUEUE_AWAY);
        ag_reply_from_err(&exchange->reply, &err);
        ag_exchange_resume(exchange);
    } else if (!ag_waiters_has(server->waiters, id)) {
        /* Its deadline or hang-up was told to the broker before the request was. */
        ag_broker_forget(server->options.broker, id);
    }
}

static void check_job(void *arg)
{
    ag_exchange *exchange = arg;
    ag_buffer request = {0};
    ag_err err;
    ag_status status = check(exchange, &request, &err);
    ag_exchange_drop_body(exchange);
    if (status == AG_OK) {
        submit(exchange, &request);
    } else {
        ag_reply_from_err(&exchange->reply, &err);
        ag_exchange_resume(exchange);
    }
    ag_buffer_fini(&request);
}

ag_route_outcome ag_recognize_run(ag_exchange *exchange)
{
    const ag_interface_options *options = &exchange->server->options;
    exchange->started_us = ag_clock_monotonic_us();
    exchange->waiter.deadline_us = exchange->started_us + options->request_timeout_ms * 1000;
    for (size_t i = 0; i < sizeof OPTION_NAMES / sizeof OPTION_NAMES[0]; i++) {
        ag_err err;
        const char *value = ag_exchange_parameter(exchange, OPTION_NAMES[i]);
        if (value != NULL &&
            ag_upload_set(&exchange->upload, OPTION_NAMES[i], value, &err) != AG_OK) {
            ag_reply_from_err(&exchange->reply, &err);
            return AG_ROUTE_REPLIED;
        }
    }
    return ag_exchange_start_job(exchange, check_job);
}

/* The exchange of a waiter, which is its first member. */
static ag_exchange *exchange_of(ag_waiter *waiter)
{
    return (ag_exchange *)(void *)waiter;
}

void ag_recognize_answer(void *ctx, const char *request_id, const char *json, size_t length)
{
    ag_interface *server = ctx;
    ag_waiter *waiter = ag_waiters_take(server->waiters, request_id);
    if (waiter == NULL)
        return;
    ag_exchange *exchange = exchange_of(waiter);
    const ag_answer answer = {json, length, waiter->id, ag_exchange_seconds(exchange)};
    ag_answer_reply(&exchange->reply, &exchange->facts, &answer);
    ag_exchange_resume(exchange);
}

void ag_recognize_end(void *ctx, ag_waiter *waiter, ag_waiter_end why)
{
    ag_interface *server = ctx;
    ag_exchange *exchange = exchange_of(waiter);
    ag_broker_forget(server->options.broker, waiter->id);
    switch (why) {
    case AG_WAITER_TIMED_OUT:
        ag_reply_error(&exchange->reply, 504, "timed_out",
                       "No answer came within %.1f seconds; please try again.",
                       (double)server->options.request_timeout_ms / 1000);
        break;
    case AG_WAITER_HUNG_UP:
        exchange->is_gone = true;
        break;
    case AG_WAITER_STOPPED:
        ag_reply_error(&exchange->reply, 503, "shutting_down", "This server is shutting down.");
        break;
    }
    ag_exchange_resume(exchange);
}

void ag_recognize_record(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    const ag_reply *reply = &exchange->reply;
    bool is_success = reply->status == 200;
    double seconds = ag_exchange_seconds(exchange);
    ag_telemetry_row row = {
        .timestamp_us = ag_clock_wall_us(),
        .request_id = exchange->waiter.id,
        .artist = is_success ? exchange->facts.artist : NULL,
        .confidence = is_success ? exchange->facts.confidence : NAN,
        .response_time_s = seconds,
        .status = reply->status == 0 ? "client_gone" : reply->code,
    };
    exchange->is_recorded = true;
    ag_telemetry_write(server->telemetry, &row);
    ag_metrics_observe_seconds(server->metrics, seconds);
    if (is_success)
        ag_metrics_count_verdict(server->metrics, exchange->facts.match);
    ag_log_write(server->options.log, reply->status >= 500 ? AG_LOG_WARN : AG_LOG_INFO, "interface",
                 row.request_id, "recognize: %u %s after %.1f ms", reply->status, row.status,
                 seconds * 1000);
}
