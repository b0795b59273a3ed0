#include "cli/cli.h"

#include "hub/hub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The flag's value, else the variable's (may be NULL) where it has one, else the fallback. */
static const char *choose(const ag_cli *cli, const char *flag, const char *variable,
                          const char *fallback)
{
    const char *value = ag_cli_flag_value(cli, flag);
    if (value == NULL && variable != NULL)
        value = getenv(variable);
    return value != NULL && *value != '\0' ? value : fallback;
}

static void print_report(const ag_hub_report *report, const char *folder)
{
    static const char *const CHECKS[] = {
        [AG_HUB_CHECK_NONE] = "not checked: the hub says no SHA-256, and there is no --sha256",
        [AG_HUB_CHECK_HUB] = "as the hub says",
        [AG_HUB_CHECK_CALLER] = "as asked for",
    };
    if (report->was_complete)
        printf("%s is complete already: nothing was downloaded\n", folder);
    printf("weights:    %" PRIu64 " MB in %s", report->weights_bytes / 1000000, folder);
    if (report->resumed_bytes > 0)
        printf(", %" PRIu64 " MB of them from before", report->resumed_bytes / 1000000);
    printf("\nsha256:     %s (%s)\n", report->sha256, CHECKS[report->check]);
}

/* Can this program use what was pulled? */
static int check_model(const char *folder)
{
    const ag_clip_options options = {.precision = AG_PRECISION_F32, .threads = 1, .max_batch = 1};
    ag_err err;
    ag_clip *clip;
    if (ag_clip_open(&clip, folder, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    const ag_clip_info *facts = ag_clip_info_of(clip);
    printf("model:      %s, embeddings of %u dimensions\n", facts->name, facts->dimension);
    ag_clip_close(clip);
    return AG_EXIT_OK;
}

static int pull(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("model pull: name one model at most");
    const char *folder = ag_config_text(cli->config, AG_OPT_MODEL);
    ag_hub_options options = AG_HUB_OPTIONS_DEFAULT;
    options.url = choose(cli, "hub", "HF_ENDPOINT", options.url);
    options.revision = choose(cli, "revision", NULL, options.revision);
    options.sha256 = ag_cli_flag_value(cli, "sha256");
    options.name = cli->argc == 2 ? cli->argv[1] : options.name;
    const char *token = getenv("HF_TOKEN");
    options.token = token != NULL && *token != '\0' ? token : NULL;
    options.stop = cli->stop;
    options.progress_stream = stderr;
    ag_err err;
    ag_hub_report report;
    if (ag_hub_pull(&report, folder, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    print_report(&report, folder);
    return check_model(folder);
}

static int info(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("model info: name one folder at most");
    const char *folder = cli->argc == 2 ? cli->argv[1] : ag_config_text(cli->config, AG_OPT_MODEL);
    const ag_clip_options options = ag_cli_clip_options(cli->config);
    ag_err err;
    ag_clip *clip;
    char sha256[AG_SHA256_HEX_BYTES];
    if (ag_clip_open(&clip, folder, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    const ag_clip_info *facts = ag_clip_info_of(clip);
    int code = AG_EXIT_OK;
    if (ag_clip_weights_sha256(sha256, folder, &err) != AG_OK) {
        code = ag_cli_fail(&err);
    } else {
        printf("model:      %s\n", facts->name);
        printf("image side: %u pixels\n", facts->image_side_px);
        printf("dimension:  %u\n", facts->dimension);
        printf("precision:  %s\n", facts->precision == AG_PRECISION_BF16 ? "bf16" : "f32");
        printf("sha256:     %s\n", sha256);
    }
    ag_clip_close(clip);
    return code;
}

int ag_cli_model(const ag_cli *cli)
{
    const char *verb = cli->argc > 0 ? cli->argv[0] : "";
    if (strcmp(verb, "pull") == 0)
        return pull(cli);
    if (strcmp(verb, "info") == 0)
        return info(cli);
    return ag_cli_usage_error("model: say 'pull' or 'info' (see 'artguide model --help')");
}
