/* How soon an AI server is there: from starting the process to its first heartbeat at the broker,
 * with weights and collection in the page cache. */
#include "bench.h"

#include "base/clock.h"
#include "base/memory.h"
#include "broker/broker.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 5 };
static const int64_t GIVE_UP_US = 30 * 1000000;

static ag_status start_server(pid_t *out, const ag_bench *bench, ag_err *err)
{
    const char *const argv[] = {"artguide",
                                "ai",
                                "--model",
                                bench->model,
                                "--collection",
                                bench->collection,
                                "--broker",
                                bench->broker,
                                "--log-level",
                                "warn",
                                NULL};
    /* The running program's own file, by the name the kernel gives it; posix_spawn's argv is not
     * const for historical reasons only. */
    int reason =
        posix_spawn(out, "/proc/self/exe", NULL, NULL, (char *const *)(uintptr_t)argv, environ);
    return reason == 0 ? AG_OK : ag_err_set_errno(err, reason, "cannot start an AI server");
}

/* Waits until `wanted` AI servers are listed. */
static ag_status wait_for_servers(ag_broker *broker, ag_broker_stats *stats, size_t wanted,
                                  ag_err *err)
{
    int64_t end_us = ag_clock_monotonic_us() + GIVE_UP_US;
    while (ag_clock_monotonic_us() < end_us) {
        if (ag_broker_get_stats(broker, stats, err) == AG_OK && stats->server_count == wanted)
            return AG_OK;
        poll(NULL, 0, 1);
    }
    return ag_err_set(err, AG_ETIMEOUT, "the AI server did not come or go within %lld s",
                      (long long)(GIVE_UP_US / 1000000));
}

static ag_status time_start(double *seconds, const ag_bench *bench, ag_broker *broker,
                            ag_broker_stats *stats, ag_err *err)
{
    pid_t pid;
    int64_t start_us = ag_clock_monotonic_us();
    ag_status status = start_server(&pid, bench, err);
    if (status != AG_OK)
        return status;
    status = wait_for_servers(broker, stats, 1, err);
    *seconds = (double)(ag_clock_monotonic_us() - start_us) / 1e6;
    kill(pid, SIGTERM);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return status == AG_OK ? wait_for_servers(broker, stats, 0, err) : status;
}

ag_status ag_bench_ai(const ag_bench *bench, ag_err *err)
{
    if (bench->broker == NULL || bench->model == NULL || bench->collection == NULL) {
        ag_bench_skip("ai.ready", "needs --broker, --model and --collection");
        return AG_OK;
    }
    const ag_broker_options options = {
        .url = bench->broker, .heartbeat_ms = 1000, .answer_ttl_s = 60};
    ag_broker *broker;
    ag_status status = ag_broker_open(&broker, &options, err);
    if (status != AG_OK)
        return status;
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    double samples[ROUNDS];
    status = wait_for_servers(broker, stats, 0, err);
    for (size_t i = 0; i < ROUNDS && status == AG_OK; i++)
        status = time_start(&samples[i], bench, broker, stats, err);
    if (status == AG_OK)
        ag_bench_report(bench, "ai.ready", ag_bench_median(samples, ROUNDS), "s", NAN);
    free(stats);
    ag_broker_close(broker);
    return status;
}
