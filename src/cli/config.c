#include "cli/cli.h"

#include <stdio.h>

int ag_cli_config(const ag_cli *cli)
{
    ag_config_print(cli->config, stdout);
    return AG_EXIT_OK;
}
