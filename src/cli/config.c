#include "cli/cli.h"

#include <stdio.h>

int ag_cli_config(const ag_cli *cli)
{
    if (cli->argc > 0)
        return ag_cli_usage_error("config: '%s' is not expected here", cli->argv[0]);
    ag_config_print(cli->config, stdout);
    return AG_EXIT_OK;
}
