#include "cli/cli.h"

#include "bench.h"

#include <stdio.h>
#include <string.h>

typedef struct suite {
    const char *name;
    ag_status (*run)(const ag_bench *bench, ag_err *err);
} suite;

static const suite SUITES[] = {
    {"image", ag_bench_image},       {"clip", ag_bench_clip},     {"search", ag_bench_search},
    {"features", ag_bench_features}, {"broker", ag_bench_broker}, {"ai", ag_bench_ai},
};
static const size_t SUITE_COUNT = sizeof SUITES / sizeof *SUITES;

static bool is_wanted(const ag_cli *cli, const char *name)
{
    for (int i = 0; i < cli->argc; i++) {
        if (strcmp(cli->argv[i], name) == 0)
            return true;
    }
    return cli->argc == 0;
}

static const suite *find_suite(const char *name)
{
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (strcmp(SUITES[i].name, name) == 0)
            return &SUITES[i];
    }
    return NULL;
}

int ag_cli_bench(const ag_cli *cli)
{
    for (int i = 0; i < cli->argc; i++) {
        if (find_suite(cli->argv[i]) == NULL)
            return ag_cli_usage_error("bench: there is no '%s'; there are image, clip, search, "
                                      "features, broker and ai",
                                      cli->argv[i]);
    }
    const char *broker = ag_config_text(cli->config, AG_OPT_BROKER);
    const ag_bench bench = {
        .out = stdout,
        .model = ag_config_text(cli->config, AG_OPT_MODEL),
        .collection = ag_config_text(cli->config, AG_OPT_COLLECTION),
        .broker = *broker != '\0' ? broker : NULL,
        .threads = (unsigned)ag_config_integer(cli->config, AG_OPT_THREADS),
    };
    int code = AG_EXIT_OK;
    for (size_t i = 0; i < SUITE_COUNT && !atomic_load(cli->stop); i++) {
        ag_err err;
        if (is_wanted(cli, SUITES[i].name) && SUITES[i].run(&bench, &err) != AG_OK)
            code = ag_cli_fail(&err);
    }
    return code;
}
