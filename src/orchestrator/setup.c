#include "orchestrator/setup.h"

#include "base/clock.h"
#include "base/memory.h"
#include "orchestrator/ask.h"
#include "orchestrator/report.h"

#include <errno.h>
#include <stdlib.h>

static ag_status print_report(const ag_setup_options *options, const ag_report *report, ag_err *err)
{
    ag_buffer text = {0};
    ag_status status = AG_OK;
    if (options->is_json)
        status = ag_report_json(&text, report, err);
    else
        ag_report_table(&text, report, 0, 0);
    if (status == AG_OK && (fwrite(text.data, 1, text.length, options->out) != text.length ||
                            fflush(options->out) != 0))
        status = ag_err_set_errno(err, errno, "cannot print");
    ag_buffer_fini(&text);
    return status;
}

ag_status ag_orchestrator_setup(ag_broker *broker, const ag_setup_options *options, ag_err *err)
{
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    size_t purged_keys = 0;
    ag_report report = {.wall_us = ag_clock_wall_us(), .url = options->url, .stats = stats};
    ag_status status = ag_ask_stats(broker, stats, options->wait_ms, NULL, err);
    if (status == AG_OK && options->is_purge) {
        status = ag_broker_purge(broker, &purged_keys, err);
        report.purged_keys = &purged_keys;
    }
    if (status == AG_OK)
        status = print_report(options, &report, err);
    free(stats);
    return status;
}
