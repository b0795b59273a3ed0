#include "cli/cli.h"

#include "collection/build.h"

#include <stdio.h>
#include <string.h>

static void print_report(const ag_build_report *report, const char *output)
{
    printf("%zu %s in %s, from %zu %s\n", report->artworks_written,
           report->artworks_written == 1 ? "artwork" : "artworks", output, report->images_found,
           report->images_found == 1 ? "image" : "images");
    if (report->failed == 0)
        return;
    fprintf(stderr, "%zu could not be read:\n", report->failed);
    for (size_t i = 0; i < report->failed; i++)
        fprintf(stderr, "  %s\n", report->failures[i]);
}

static int build(const ag_cli *cli)
{
    if (cli->argc != 2)
        return ag_cli_usage_error("collection build: name one folder of images, or one table");
    const char *output = ag_cli_flag_value(cli, "output");
    const char *index_kind = ag_cli_flag_value(cli, "index");
    const char *model = ag_config_text(cli->config, AG_OPT_MODEL);
    const ag_build_options options = {
        .source = cli->argv[1],
        .table = ag_cli_flag_value(cli, "table"),
        .output = output != NULL ? output : ag_config_text(cli->config, AG_OPT_COLLECTION),
        .index_kind = index_kind != NULL ? index_kind : "Flat",
        .threads = (unsigned)ag_config_integer(cli->config, AG_OPT_THREADS),
        .progress_stream = stderr,
    };
    const ag_clip_options clip_options = ag_cli_clip_options(cli->config);
    ag_err err;
    ag_clip *clip;
    if (ag_clip_open(&clip, model, &clip_options, &err) != AG_OK)
        return ag_cli_fail(&err);
    ag_build_report report;
    int code = AG_EXIT_OK;
    if (ag_collection_build(&report, clip, model, &options, &err) != AG_OK) {
        code = ag_cli_fail(&err);
    } else {
        print_report(&report, options.output);
        ag_build_report_fini(&report);
    }
    ag_clip_close(clip);
    return code;
}

static const char *or_unknown(const char *text)
{
    return *text != '\0' ? text : "not known (made by other software)";
}

static int info(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("collection info: name one folder at most");
    ag_collection_paths paths = ag_cli_engine_options(cli->config).collection;
    if (cli->argc == 2)
        paths = (ag_collection_paths){.folder = cli->argv[1]};
    ag_err err;
    ag_collection *collection;
    if (ag_collection_open(&collection, &paths, &err) != AG_OK)
        return ag_cli_fail(&err);
    const ag_collection_info *facts = ag_collection_info_of(collection);
    printf("artworks:   %zu\n", facts->count);
    printf("index:      %s, %u dimensions\n", facts->index_kind, facts->dimension);
    printf("encoder:    %s\n", or_unknown(facts->encoder));
    printf("weights:    %s\n", or_unknown(facts->weights_sha256));
    printf("version:    %s\n", or_unknown(facts->version));
    ag_collection_close(collection);
    return AG_EXIT_OK;
}

int ag_cli_collection(const ag_cli *cli)
{
    const char *verb = cli->argc > 0 ? cli->argv[0] : "";
    if (strcmp(verb, "build") == 0)
        return build(cli);
    if (strcmp(verb, "info") == 0)
        return info(cli);
    if (strcmp(verb, "evaluate") == 0)
        return ag_cli_collection_evaluate(cli);
    if (strcmp(verb, "calibrate") == 0)
        return ag_cli_collection_calibrate(cli);
    return ag_cli_usage_error("collection: say 'build DIR', 'info', 'evaluate' or 'calibrate' (see "
                              "'artguide collection --help')");
}
