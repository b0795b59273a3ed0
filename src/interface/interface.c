#include "interface/interface.h"

#include "base/clock.h"
#include "base/memory.h"
#include "interface/http_server.h"
#include "interface/recognize_route.h"
#include "interface/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SWEEP_MS      200  /* between looks at deadlines and hang-ups */
#define SPARE_JOBS    64   /* beyond the recognitions: /ready */
#define LAST_REPLY_MS 1000 /* for the replies of a stopping server to leave it */

const ag_interface_options AG_INTERFACE_OPTIONS_DEFAULT = {
    .listen = "0.0.0.0",
    .port = 5000,
    .limits = {.min_side_px = 50, .max_side_px = 5000, .max_bytes = 15u << 20},
    .request_timeout_ms = 30000,
    .head_timeout_ms = 30000,
    .body_timeout_ms = 180000,
    .max_waiting = 1000,
    .max_held_bytes = 1u << 30,
};

static struct timespec monotonic_after_ms(int64_t ms)
{
    int64_t at_us = ag_clock_monotonic_us() + ms * 1000;
    return (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
}

/* Until *count is 0 or the time is over. Which of the shared numbers it is the caller knows. */
static void wait_until_none(ag_interface *server, const size_t *count, int64_t timeout_ms)
{
    struct timespec until = monotonic_after_ms(timeout_ms);
    int status = 0;
    pthread_mutex_lock(&server->shared.mutex);
    while (*count > 0 && status == 0)
        status = pthread_cond_timedwait(&server->shared.done, &server->shared.mutex, &until);
    pthread_mutex_unlock(&server->shared.mutex);
}

static void *keep_house(void *arg)
{
    ag_interface *server = arg;
    struct timespec until = monotonic_after_ms(SWEEP_MS);
    pthread_mutex_lock(&server->shared.mutex);
    while (!server->shared.is_stopping) {
        if (pthread_cond_timedwait(&server->shared.stop, &server->shared.mutex, &until) == 0)
            continue;
        pthread_mutex_unlock(&server->shared.mutex);
        int64_t now_us = ag_clock_monotonic_us();
        ag_waiters_sweep(server->waiters, now_us, ag_recognize_end, server);
        ag_connections_sweep(server->connections, now_us);
        until = monotonic_after_ms(SWEEP_MS);
        pthread_mutex_lock(&server->shared.mutex);
    }
    pthread_mutex_unlock(&server->shared.mutex);
    return NULL;
}

static ag_status check_options(const ag_interface_options *options, ag_err *err)
{
    if (options->broker == NULL || options->listen == NULL || options->version == NULL)
        return ag_err_set(err, AG_EINVAL, "an interface needs an address, a broker and a version");
    if (options->max_waiting == 0 || options->limits.max_bytes == 0 ||
        options->request_timeout_ms <= 0 || options->head_timeout_ms <= 0 ||
        options->body_timeout_ms <= 0)
        return ag_err_set(err, AG_EINVAL, "an interface's limits and timeouts must be over zero");
    return AG_OK;
}

static ag_interface *make_server(const ag_interface_options *options)
{
    pthread_condattr_t monotonic;
    ag_interface *server = ag_xcalloc(1, sizeof *server);
    server->options = *options;
    server->options.listen = ag_xstrdup(options->listen);
    server->options.version = ag_xstrdup(options->version);
    server->options.telemetry_path = ag_xstrdup(options->telemetry_path);
    server->options.samples_folder = ag_xstrdup(options->samples_folder);
    server->listen_fd = -1;
    server->wake_fd = -1;
    ag_id_random(server->id);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->shared.mutex, NULL);
    pthread_cond_init(&server->shared.done, &monotonic);
    pthread_cond_init(&server->shared.stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return server;
}

static ag_status make_parts(ag_interface *server, ag_err *err)
{
    const ag_interface_options *options = &server->options;
    server->connections = ag_connections_create();
    server->metrics = ag_metrics_create();
    server->readiness = ag_readiness_create(options->broker);
    server->pages = ag_pages_create();
    ag_status status = ag_waiters_create(&server->waiters, options->max_waiting, err);
    if (status == AG_OK)
        status = ag_samples_open(&server->samples, options->samples_folder,
                                 options->limits.max_bytes, err);
    if (status == AG_OK)
        status =
            ag_telemetry_create(&server->telemetry, options->telemetry_path, options->log, err);
    if (status == AG_OK)
        status = ag_workers_create(&server->workers, "check", ag_workers_count(options->threads),
                                   options->max_waiting + SPARE_JOBS, err);
    return status;
}

/* The threads are not to take the signals that the caller waits for. */
static ag_status start_threads(ag_interface *server, ag_err *err)
{
    static const int FOR_CALLER[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof FOR_CALLER / sizeof FOR_CALLER[0]; i++)
        sigaddset(&blocked, FOR_CALLER[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    int error = pthread_create(&server->housekeeper, NULL, keep_house, server);
    server->has_housekeeper = error == 0;
    ag_status status = error == 0 ? ag_http_start(server, err)
                                  : ag_err_set_errno(err, error, "cannot start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* The broker comes last: what it was given cannot be taken back. */
ag_status ag_interface_start(ag_interface **out, const ag_interface_options *options, ag_err *err)
{
    ag_status status = check_options(options, err);
    if (status != AG_OK)
        return status;
    ag_interface *server = make_server(options);
    status = make_parts(server, err);
    if (status == AG_OK)
        status = start_threads(server, err);
    if (status == AG_OK)
        status = ag_broker_listen(options->broker, server->id, ag_recognize_answer, server, err);
    if (status != AG_OK) {
        ag_interface_stop(server);
        ag_interface_destroy(server);
        return status;
    }
    ag_log_write(options->log, AG_LOG_INFO, "interface", NULL, "listening on http://%s:%u",
                 options->listen, server->port);
    *out = server;
    return AG_OK;
}

uint16_t ag_interface_port(const ag_interface *interface)
{
    return interface->port;
}

bool ag_server_is_draining(ag_interface *server)
{
    pthread_mutex_lock(&server->shared.mutex);
    bool is_draining = server->shared.is_draining;
    pthread_mutex_unlock(&server->shared.mutex);
    return is_draining;
}

bool ag_server_is_stopping(ag_interface *server)
{
    pthread_mutex_lock(&server->shared.mutex);
    bool is_stopping = server->shared.is_stopping;
    pthread_mutex_unlock(&server->shared.mutex);
    return is_stopping;
}

void ag_interface_drain(ag_interface *interface, int64_t timeout_ms)
{
    pthread_mutex_lock(&interface->shared.mutex);
    interface->shared.is_draining = true;
    pthread_mutex_unlock(&interface->shared.mutex);
    ag_http_quiesce(interface);
    wait_until_none(interface, &interface->shared.in_hand, timeout_ms);
}

/* Resume every suspended connection, and see to it that none is suspended again: jobs end with a
 * waiter in the table or a resumed connection, and waiters are taken by us or by who resumes them.
 */
static void end_suspended(ag_interface *server)
{
    pthread_mutex_lock(&server->shared.mutex);
    server->shared.is_draining = true;
    server->shared.is_stopping = true;
    pthread_cond_signal(&server->shared.stop);
    pthread_mutex_unlock(&server->shared.mutex);

    ag_workers_destroy(server->workers);
    server->workers = NULL;
    if (server->has_housekeeper)
        pthread_join(server->housekeeper, NULL);
    server->has_housekeeper = false;
    if (server->waiters != NULL)
        ag_waiters_stop(server->waiters, ag_recognize_end, server);
    wait_until_none(server, &server->shared.suspended, INT32_MAX);
}

void ag_interface_stop(ag_interface *interface)
{
    end_suspended(interface);
    if (interface->daemon != NULL)
        wait_until_none(interface, &interface->shared.in_hand, LAST_REPLY_MS);
    ag_http_stop(interface);
}

void ag_interface_destroy(ag_interface *interface)
{
    if (interface == NULL)
        return;
    ag_workers_destroy(interface->workers);
    ag_telemetry_destroy(interface->telemetry);
    ag_waiters_destroy(interface->waiters);
    ag_samples_destroy(interface->samples);
    ag_pages_destroy(interface->pages);
    ag_readiness_destroy(interface->readiness);
    ag_metrics_destroy(interface->metrics);
    ag_connections_destroy(interface->connections);
    pthread_cond_destroy(&interface->shared.stop);
    pthread_cond_destroy(&interface->shared.done);
    pthread_mutex_destroy(&interface->shared.mutex);
    free((void *)(uintptr_t)interface->options.samples_folder);
    free((void *)(uintptr_t)interface->options.telemetry_path);
    free((void *)(uintptr_t)interface->options.version);
    free((void *)(uintptr_t)interface->options.listen);
    free(interface);
}
