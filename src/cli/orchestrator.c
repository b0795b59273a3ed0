#include "cli/cli.h"

#include "orchestrator/monitor.h"
#include "orchestrator/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A broker just opened connects in the background: this long is waited for it. */
static const int64_t CONNECT_MS = 3000;
static const int64_t DEFAULT_INTERVAL_MS = 1000;

static ag_status setup(const ag_cli *cli, ag_broker *broker, const char *url, ag_err *err)
{
    const ag_setup_options options = {
        .out = stdout,
        .url = url,
        .wait_ms = CONNECT_MS,
        .is_json = ag_cli_flag_value(cli, "json") != NULL,
        .is_purge = ag_cli_flag_value(cli, "purge") != NULL,
    };
    return ag_orchestrator_setup(broker, &options, err);
}

static ag_status parse_interval(int64_t *out, const char *text, ag_err *err)
{
    char *end;
    double seconds = text != NULL ? strtod(text, &end) : (double)DEFAULT_INTERVAL_MS / 1000.0;
    if (text != NULL && (*text == '\0' || *end != '\0' || !(seconds >= 0.1 && seconds <= 3600)))
        return ag_err_set(err, AG_EINVAL, "--interval must be 0.1 to 3600 seconds, not '%.40s'",
                          text);
    *out = (int64_t)(seconds * 1000.0);
    return AG_OK;
}

static ag_status monitor(const ag_cli *cli, ag_broker *broker, const char *url, ag_err *err)
{
    int64_t interval_ms = DEFAULT_INTERVAL_MS;
    ag_status status = parse_interval(&interval_ms, ag_cli_flag_value(cli, "interval"), err);
    if (status != AG_OK)
        return status;
    const ag_monitor_options options = {
        .out = stdout,
        .url = url,
        .interval_ms = interval_ms,
        .wait_ms = CONNECT_MS,
        .is_json = ag_cli_flag_value(cli, "json") != NULL,
        .is_once = ag_cli_flag_value(cli, "once") != NULL,
        .stop = cli->stop,
    };
    return ag_orchestrator_monitor(broker, &options, err);
}

int ag_cli_orchestrator(const ag_cli *cli)
{
    const char *verb = cli->argc == 1 ? cli->argv[0] : "";
    bool is_setup = strcmp(verb, "setup") == 0;
    if (!is_setup && strcmp(verb, "monitor") != 0)
        return ag_cli_usage_error("orchestrator: say 'setup' or 'monitor' (see 'artguide "
                                  "orchestrator --help')");
    char url[AG_CLI_URL_BYTES];
    ag_cli_broker_url(url, cli->config, NULL);
    ag_err err;
    ag_broker *broker;
    if (ag_cli_open_shared_broker(&broker, cli, url, &err) != AG_OK)
        return ag_cli_fail(&err);
    ag_status status = is_setup ? setup(cli, broker, url, &err) : monitor(cli, broker, url, &err);
    ag_broker_close(broker);
    return status == AG_OK ? AG_EXIT_OK : ag_cli_fail(&err);
}
