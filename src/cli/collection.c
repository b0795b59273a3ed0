#include "cli/cli.h"

#include "collection/add_features.h"
#include "collection/build.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_report(const ag_build_report *report, const char *output)
{
    printf("%zu artwork%s in %s, from %zu image%s; %zu with local features\n",
           report->artworks_written, plural(report->artworks_written), output, report->images_found,
           plural(report->images_found), report->artworks_featured);
    for (size_t i = 0; i < report->duplicate_count; i++)
        printf("%s\n", report->duplicates[i]);
    if (report->failed == 0)
        return;
    fprintf(stderr, "%zu could not be read:\n", report->failed);
    for (size_t i = 0; i < report->failed; i++)
        fprintf(stderr, "  %s\n", report->failures[i]);
}

/* The model of the settings; none, which is said, when its folder is not there at all. */
static ag_status open_clip(ag_clip **out, const ag_cli *cli, const char *model, ag_err *err)
{
    const ag_clip_options options = ag_cli_clip_options(cli->config);
    *out = NULL;
    if (access(model, F_OK) == 0)
        return ag_clip_open(out, model, &options, err);
    printf("no CLIP weights in %s: this collection recognises by local features alone; 'artguide "
           "model pull' downloads weights, and another build then uses them\n",
           model);
    return AG_OK;
}

/* What confidence means in a collection just written. It is usable without: that it could not be
 * fitted is said, and no failure. */
static void calibrate(const ag_cli *cli, const ag_collection_paths *paths)
{
    ag_engine_options engine = ag_cli_engine_options(cli->config);
    engine.collection = *paths;
    ag_err err;
    if (ag_cli_flag_value(cli, "no-calibration") == NULL &&
        ag_cli_calibrate(cli, &engine, &err) != AG_OK)
        fprintf(stderr, "artguide: confidence is not calibrated: %s\n", err.message);
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
    ag_err err;
    ag_clip *clip;
    if (open_clip(&clip, cli, model, &err) != AG_OK)
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
    if (code == AG_EXIT_OK)
        calibrate(cli, &(ag_collection_paths){.folder = options.output});
    return code;
}

static int add_features(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("collection add-features: name one folder at most");
    const ag_add_features_options options = {
        .paths = ag_cli_collection_paths(cli),
        .images = ag_cli_flag_value(cli, "images"),
        .threads = (unsigned)ag_config_integer(cli->config, AG_OPT_THREADS),
        .progress_stream = stderr,
    };
    ag_err err;
    ag_build_report report;
    if (ag_collection_add_features(&report, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    print_report(&report, options.paths.folder);
    ag_build_report_fini(&report);
    calibrate(cli, &options.paths);
    return AG_EXIT_OK;
}

static void print_features(const ag_gallery *gallery)
{
    if (gallery == NULL) {
        printf("features:   none ('artguide collection add-features' computes them)\n");
        return;
    }
    ag_gallery_facts facts;
    ag_gallery_facts_of(gallery, &facts);
    printf("features:   %zu of %zu artworks, %zu in all, %zu words, %.1f MB\n",
           facts.works_featured, facts.works, facts.features, facts.words,
           (double)facts.bytes / 1e6);
}

static const char *or_unknown(const char *text)
{
    return *text != '\0' ? text : "not known (made by other software)";
}

static int info(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("collection info: name one folder at most");
    const ag_collection_paths paths = ag_cli_collection_paths(cli);
    ag_err err;
    ag_collection *collection;
    if (ag_collection_open(&collection, &paths, &err) != AG_OK)
        return ag_cli_fail(&err);
    const ag_collection_info *facts = ag_collection_info_of(collection);
    printf("artworks:   %zu\n", facts->count);
    if (facts->dimension > 0) {
        printf("index:      %s, %u dimensions\n", facts->index_kind, facts->dimension);
        printf("encoder:    %s\n", or_unknown(facts->encoder));
        printf("weights:    %s\n", or_unknown(facts->weights_sha256));
    } else {
        printf("index:      none (built without CLIP weights)\n");
    }
    print_features(ag_collection_gallery(collection));
    printf("version:    %s\n", or_unknown(facts->version));
    ag_collection_close(collection);
    return AG_EXIT_OK;
}

int ag_cli_collection(const ag_cli *cli)
{
    const char *verb = cli->argc > 0 ? cli->argv[0] : "";
    if (strcmp(verb, "build") == 0)
        return build(cli);
    if (strcmp(verb, "add-features") == 0)
        return add_features(cli);
    if (strcmp(verb, "info") == 0)
        return info(cli);
    if (strcmp(verb, "evaluate") == 0)
        return ag_cli_collection_evaluate(cli);
    if (strcmp(verb, "calibrate") == 0)
        return ag_cli_collection_calibrate(cli);
    return ag_cli_usage_error("collection: say 'build DIR', 'add-features', 'info', 'evaluate' or "
                              "'calibrate' (see 'artguide collection --help')");
}
