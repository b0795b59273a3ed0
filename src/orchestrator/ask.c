#include "orchestrator/ask.h"

#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

/* How soon a stop is noticed, and how often a broker that is away is tried. */
#define TICK_MS 50

static bool is_stopped(const atomic_bool *stop)
{
    return stop && *stop;
}

void ag_ask_pause(int64_t duration_ms, const atomic_bool *stop)
{
    int64_t end_us = ag_clock_monotonic_us() + duration_ms * 1000;
    for (int64_t left_us; !is_stopped(stop) && (left_us = end_us - ag_clock_monotonic_us()) > 0;) {
        int64_t nap_us = left_us < TICK_MS * 1000 ? left_us : TICK_MS * 1000;
        nanosleep(&(struct timespec){.tv_nsec = (long)(nap_us * 1000)}, NULL);
    }
}

ag_status ag_ask_stats(ag_broker *broker, ag_broker_stats *out, int64_t wait_ms,
                       const atomic_bool *stop, ag_err *err)
{
    int64_t end_us = ag_clock_monotonic_us() + wait_ms * 1000;
    ag_status status = ag_broker_get_stats(broker, out, err);
    while (status == AG_EUNAVAILABLE && !is_stopped(stop) && ag_clock_monotonic_us() < end_us) {
        ag_ask_pause(TICK_MS, stop);
        status = ag_broker_get_stats(broker, out, err);
    }
    return status;
}
