#include "interface/http_server.h"

#include "base/clock.h"
#include "base/memory.h"
#include "interface/exchange.h"
#include "interface/listen.h"
#include "interface/recognize_route.h"
#include "interface/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define SPARE_CONNECTIONS 256     /* beyond the waiting ones: pages, health, uploads told 503 */
#define SPARE_FILES       128     /* descriptors for everything but connections */
#define DISCARD_MAX       1048576 /* bytes of an unwanted body, then the connection is closed */
#define CONNECTION_MEMORY 32768   /* bytes for a connection's head and read buffer */
#define LONGEST_WAIT_MS   1000    /* of the HTTP thread, though nothing woke it */

const char *ag_exchange_header(const ag_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *ag_exchange_parameter(const ag_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);
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

/* End the HTTP thread's wait. */
static void wake(ag_interface *server)
{
    /* A counter that is full already wakes as well. */
    ssize_t written = write(server->wake_fd, &(uint64_t){1}, sizeof(uint64_t));
    (void)written;
}

void ag_exchange_resume(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    MHD_resume_connection(exchange->connection);
    wake(server);
    pthread_mutex_lock(&server->shared.mutex);
    server->shared.suspended--;
    pthread_cond_broadcast(&server->shared.done);
    pthread_mutex_unlock(&server->shared.mutex);
}

static void set_deadline(ag_exchange *exchange, int64_t timeout_ms)
{
    ag_connections_set_deadline(exchange->server->connections, exchange->deadline,
                                ag_clock_monotonic_us() + timeout_ms * 1000);
}

/* The reply's body; the response takes it. */
static struct MHD_Response *take_body(ag_reply *reply)
{
    if (reply->fixed != NULL || reply->body.length == 0) {
        union {
            const void *data;
            void *unchanged;
        } fixed = {.data = reply->fixed != NULL ? reply->fixed : ""};
        return MHD_create_response_from_buffer(reply->fixed_length, fixed.unchanged,
                                               MHD_RESPMEM_PERSISTENT);
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.length, reply->body.data, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        reply->body = (ag_buffer){0};
    return response;
}

static void add_headers(struct MHD_Response *response, const ag_exchange *exchange, bool is_last)
{
    const ag_reply *reply = &exchange->reply;
    char retry_after[16] = "";
    if (reply->retry_after_s > 0)
        snprintf(retry_after, sizeof retry_after, "%u", reply->retry_after_s);
    const struct {
        const char *name;
        const char *value; /* NULL or "": not sent */
    } headers[] = {
        {"Content-Type", reply->content_type},
        {"Allow", reply->allow},
        {"ETag", reply->etag},
        {"Cache-Control", reply->etag != NULL ? "no-cache" : "no-store"},
        {"Retry-After", retry_after},
        {"X-Request-Id", exchange->waiter.id},
        {"Content-Security-Policy",
         reply->policy != NULL ? reply->policy : "default-src 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Connection", is_last ? "close" : NULL},
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (headers[i].value != NULL && headers[i].value[0] != '\0')
            MHD_add_response_header(response, headers[i].name, headers[i].value);
    }
}

static enum MHD_Result send_reply(ag_exchange *exchange)
{
    ag_interface *server = exchange->server;
    unsigned status = exchange->reply.status;
    if (exchange->waiter.id[0] != '\0')
        ag_recognize_record(exchange);
    ag_metrics_count_reply(server->metrics, exchange->route, status);
    set_deadline(exchange, server->options.body_timeout_ms);

    struct MHD_Response *response = take_body(&exchange->reply);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, exchange, ag_server_is_draining(server));
    enum MHD_Result result = MHD_queue_response(exchange->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* Choose the route and refuse what can be refused before the body. */
static void admit(ag_exchange *exchange, const char *method)
{
    const ag_route *route = ag_route_at(exchange->route);
    if (!ag_route_allows(route, method)) {
        ag_reply_error(&exchange->reply, 405, "method_not_allowed",
                       "This address does not know the method; it takes %s.", route->allow);
        exchange->reply.allow = route->allow;
    } else if (route->admit != NULL) {
        route->admit(exchange);
    }
}

static ag_exchange *begin(ag_interface *server, struct MHD_Connection *connection, const char *url,
                          const char *method)
{
    ag_exchange *exchange = ag_xcalloc(1, sizeof *exchange);
    exchange->server = server;
    exchange->connection = connection;
    exchange->deadline =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    exchange->route = ag_route_find(url);
    exchange->path = url;
    exchange->started_us = ag_clock_monotonic_us();
    exchange->waiter.fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    admit(exchange, method);
    set_deadline(exchange, server->options.body_timeout_ms);
    return exchange;
}

/* The body grew too long, or memory is out: answer so at its end. */
static void refuse_body(ag_exchange *exchange, const char *code, const char *message)
{
    ag_exchange_drop_body(exchange);
    ag_reply_error(&exchange->reply, ag_reply_status_of(code, 413), code, "%s", message);
}

/* Room for the whole body at its first piece, then none of it is moved again. */
static ag_status append(ag_exchange *exchange, const char *data, size_t length)
{
    if (exchange->body.capacity == 0) {
        size_t expected = (size_t)ag_exchange_content_length(exchange);
        ag_status status = ag_buffer_reserve(&exchange->body, expected, NULL);
        if (status != AG_OK)
            return status;
    }
    return ag_buffer_append(&exchange->body, data, length, NULL);
}

static void keep(ag_exchange *exchange, const char *data, size_t length)
{
    ag_interface *server = exchange->server;
    size_t limit = server->options.limits.max_bytes + AG_UPLOAD_FORM_BYTES;
    ag_metrics_add_upload(server->metrics, length);
    if (length > limit - exchange->body.length)
        refuse_body(exchange, "too_large", "The upload is over the limit.");
    else if (server->held_bytes + length > server->options.max_held_bytes ||
             append(exchange, data, length) != AG_OK)
        refuse_body(exchange, "overloaded",
                    "Too many uploads are coming in; please try again in a moment.");
    else
        server->held_bytes += length;
}

/* A piece of the body. MHD_NO closes the connection. */
static enum MHD_Result receive(ag_exchange *exchange, const char *data, size_t length)
{
    if (exchange->reply.status == 0 && ag_route_at(exchange->route)->is_taking_body) {
        keep(exchange, data, length);
        return MHD_YES;
    }
    exchange->discarded += length;
    return exchange->discarded <= DISCARD_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result finish(ag_exchange *exchange)
{
    if (exchange->is_gone)
        return MHD_NO;
    if (exchange->reply.status == 0 &&
        ag_route_at(exchange->route)->run(exchange) == AG_ROUTE_SUSPENDED)
        return MHD_YES;
    return send_reply(exchange);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **state)
{
    (void)version;
    ag_exchange *exchange = *state;
    if (exchange == NULL) {
        *state = exchange = begin(cls, connection, url, method);
        /* A refusal need not wait for the body; the connection is closed behind it. */
        bool is_refused = exchange->reply.status != 0 && ag_exchange_has_body(exchange);
        return is_refused ? send_reply(exchange) : MHD_YES;
    }
    if (*length > 0) {
        size_t piece = *length;
        *length = 0;
        return receive(exchange, data, piece);
    }
    return finish(exchange);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    ag_interface *server = cls;
    (void)connection;
    (void)why;
    ag_exchange *exchange = *state;
    if (exchange == NULL)
        return;
    if (exchange->waiter.id[0] != '\0' && !exchange->is_recorded)
        ag_recognize_record(exchange);
    set_deadline(exchange, server->options.head_timeout_ms);
    ag_exchange_destroy(exchange);
    *state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    ag_interface *server = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        ag_connections_close(server->connections, *context);
        *context = NULL;
        return;
    }
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *context = ag_connections_open(
        server->connections, fd, ag_clock_monotonic_us() + server->options.head_timeout_ms * 1000);
}

static void on_log(void *cls, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* What the library says is about single clients: malformed heads, broken connections. */
static void on_log(void *cls, const char *format, va_list args)
{
    const ag_interface *server = cls;
    char message[512];
    vsnprintf(message, sizeof message, format, args);
    message[strcspn(message, "\r\n")] = '\0';
    ag_log_write(server->options.log, AG_LOG_DEBUG, "http", NULL, "%s", message);
}

/* As many connections as wanted and as the limit of open files, raised where possible, lets. */
static unsigned allow_connections(ag_interface *server)
{
    struct rlimit files;
    rlim_t wanted = server->options.max_waiting + SPARE_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return (unsigned)wanted;
    if (files.rlim_cur < wanted + SPARE_FILES) {
        files.rlim_cur =
            files.rlim_max < wanted + SPARE_FILES ? files.rlim_max : wanted + SPARE_FILES;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= wanted + SPARE_FILES)
        return (unsigned)wanted;
    ag_log_write(server->options.log, AG_LOG_WARN, "interface", NULL,
                 "the limit of open files, %llu, is too low for %zu waiting visitors (ulimit -n)",
                 (unsigned long long)files.rlim_cur, server->options.max_waiting);
    return files.rlim_cur > 2 * SPARE_FILES ? (unsigned)(files.rlim_cur - SPARE_FILES)
                                            : SPARE_FILES;
}

/* The library's own thread would do but for one thing: libmicrohttpd 0.9.75 goes back to sleep, for
 * ever, before it handles exactly 128 (or 256…) descriptors that became ready at once. MHD_run
 * never sleeps; who resumes a connection wakes the thread through wake_fd. */
static void *serve_http(void *arg)
{
    ag_interface *server = arg;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd ready[] = {{.fd = info->epoll_fd, .events = POLLIN},
                             {.fd = server->wake_fd, .events = POLLIN}};
    pthread_setname_np(pthread_self(), "http");
    while (!atomic_load(&server->is_http_stopping)) {
        MHD_UNSIGNED_LONG_LONG wait_ms;
        uint64_t count;
        bool is_timed = MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES;
        poll(ready, 2, is_timed && wait_ms < LONGEST_WAIT_MS ? (int)wait_ms : LONGEST_WAIT_MS);
        /* Nothing to read, as after an interrupted wait, is no reason to stop. */
        ssize_t taken = ready[1].revents != 0 ? read(server->wake_fd, &count, sizeof count) : 0;
        (void)taken;
        MHD_run(server->daemon);
    }
    return NULL;
}

ag_status ag_http_start(ag_interface *server, ag_err *err)
{
    const ag_interface_options *options = &server->options;
    ag_listening listening;
    ag_status status = ag_listen_open(&listening, options->listen, options->port, err);
    if (status != AG_OK)
        return status;
    server->listen_fd = listening.fd;
    server->port = listening.port;
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->wake_fd < 0)
        return ag_err_set_errno(err, errno, "cannot start the HTTP server");
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        server, MHD_OPTION_EXTERNAL_LOGGER, on_log, server, MHD_OPTION_LISTEN_SOCKET,
        server->listen_fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_CONNECTION_LIMIT,
        allow_connections(server), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options->max_connections_per_address, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (server->daemon == NULL)
        return ag_err_set(err, AG_EIO, "cannot start the HTTP server on port %u", server->port);
    int error = pthread_create(&server->http_thread, NULL, serve_http, server);
    server->has_http_thread = error == 0;
    return error == 0 ? AG_OK : ag_err_set_errno(err, error, "cannot start the HTTP thread");
}

void ag_http_quiesce(ag_interface *server)
{
    if (server->listen_fd < 0)
        return;
    if (server->daemon != NULL)
        MHD_quiesce_daemon(server->daemon);
    close(server->listen_fd);
    server->listen_fd = -1;
}

void ag_http_stop(ag_interface *server)
{
    ag_http_quiesce(server);
    atomic_store(&server->is_http_stopping, true);
    wake(server);
    if (server->has_http_thread)
        pthread_join(server->http_thread, NULL);
    server->has_http_thread = false;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    server->wake_fd = -1;
}
