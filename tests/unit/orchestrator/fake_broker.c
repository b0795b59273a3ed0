#include "fake_broker.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

fake_broker *fake_broker_create(void)
{
    fake_broker *fake = ag_xcalloc(1, sizeof *fake);
    fake->stats = (ag_broker_stats){.version = "redis 7.0.15",
                                    .memory_bytes = 12 << 20,
                                    .queued = 12,
                                    .in_flight = 3,
                                    .waiting_answers = 4,
                                    .server_count = 2};
    fake->stats.servers[0] = (ag_broker_server){.in_flight = 3,
                                                .status = {.id = "host-123-abc",
                                                           .answered = 1234,
                                                           .rate_per_s = 15.25,
                                                           .encoder = "clip-vit-b-32",
                                                           .collection = "2026-11-24"}};
    fake->stats.servers[1] = (ag_broker_server){
        .status = {.id = "a\x1b[2J \"b\"\xc3\xa9", .rate_per_s = -1.0, .encoder = "x\ny"}};
    return fake;
}

char *fake_broker_read_back(FILE *file)
{
    long size = ftell(file);
    char *text = ag_xcalloc((size_t)size + 1, 1);
    rewind(file);
    if (fread(text, 1, (size_t)size, file) != (size_t)size)
        abort();
    return text;
}

ag_status ag_broker_get_stats(ag_broker *broker, ag_broker_stats *out, ag_err *err)
{
    fake_broker *fake = (fake_broker *)(void *)broker;
    fake->asked++;
    if (fake->stop && fake->asked >= fake->stop_after)
        *fake->stop = true;
    if (fake->asked <= fake->away_first || (fake->away_after && fake->asked > fake->away_after))
        return ag_err_set(err, AG_EUNAVAILABLE, "no answer from \"%s\"", "localhost:6379");
    *out = fake->stats;
    return AG_OK;
}

ag_status ag_broker_purge(ag_broker *broker, size_t *removed, ag_err *err)
{
    (void)err;
    ((fake_broker *)(void *)broker)->purged++;
    *removed = 17;
    return AG_OK;
}
