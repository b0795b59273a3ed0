#include "cli/cli.h"

#include "evaluate/calibrate.h"
#include "evaluate/evaluate.h"
#include "evaluate/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Flags that are about simulated photos, and mean nothing to photos that are there. */
static const char *const SIMULATION_FLAGS[] = {"per-work", "works",  "levels",     "side",
                                               "seed",     "images", "save-photos"};

static const double DEFAULT_HOLD_OUT = 0.25;

/* A whole number that a flag may take. */
typedef struct number_flag {
    const char *name;
    int64_t min, max, fallback;
} number_flag;

static const number_flag PER_WORK = {"per-work", 1, 1000, 0};
static const number_flag WORKS = {"works", 1, 1000000, 0};
static const number_flag SIDE = {"side", 100, 5000, 1600};
static const number_flag SEED = {"seed", 0, INT64_MAX, 1};

static ag_status parse_number(int64_t *out, const ag_cli *cli, const number_flag *flag, ag_err *err)
{
    const char *text = ag_cli_flag_value(cli, flag->name);
    if (text == NULL) {
        *out = flag->fallback;
        return AG_OK;
    }
    char *end;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || value < flag->min || value > flag->max)
        return ag_err_set(err, AG_EINVAL, "--%s must be a whole number, %lld to %lld, not '%.40s'",
                          flag->name, (long long)flag->min, (long long)flag->max, text);
    *out = value;
    return AG_OK;
}

static ag_status parse_share(double *out, const char *text, ag_err *err)
{
    char *end;
    const double share = text != NULL ? strtod(text, &end) : DEFAULT_HOLD_OUT;
    if (text != NULL && (*text == '\0' || *end != '\0' || !(share >= 0 && share <= 1)))
        return ag_err_set(err, AG_EINVAL, "--hold-out must be 0 to 1, not '%.40s'", text);
    *out = share;
    return AG_OK;
}

/* Is word[0…length) a level? Then it is wanted. */
static bool want_level(bool levels[AG_PHOTO_LEVELS], const char *word, size_t length)
{
    for (int level = 0; level < AG_PHOTO_LEVELS; level++) {
        const char *name = ag_photo_level_name((ag_photo_level)level);
        if (strlen(name) == length && strncmp(name, word, length) == 0)
            return levels[level] = true;
    }
    return false;
}

static ag_status parse_levels(bool levels[AG_PHOTO_LEVELS], const char *text, ag_err *err)
{
    const char *list = text != NULL ? text : "easy,medium,hard";
    for (const char *word = list;; word++) {
        const size_t length = strcspn(word, ",");
        if (!want_level(levels, word, length))
            return ag_err_set(err, AG_EINVAL,
                              "--levels must be a list of easy, medium and hard, not '%.40s'",
                              list);
        word += length;
        if (*word == '\0')
            return AG_OK;
    }
}

static ag_status parse_simulation(ag_simulation *out, const ag_cli *cli, ag_err *err)
{
    int64_t per_work = 0, works = 0, side_px = 0, seed = 0;
    ag_simulation simulation = {.images_folder = ag_cli_flag_value(cli, "images")};
    ag_status status = parse_levels(simulation.levels, ag_cli_flag_value(cli, "levels"), err);
    if (status == AG_OK)
        status = parse_number(&per_work, cli, &PER_WORK, err);
    if (status == AG_OK)
        status = parse_number(&works, cli, &WORKS, err);
    if (status == AG_OK)
        status = parse_number(&side_px, cli, &SIDE, err);
    if (status == AG_OK)
        status = parse_number(&seed, cli, &SEED, err);
    if (status != AG_OK)
        return status;
    simulation.per_work = (size_t)per_work;
    simulation.works = (size_t)works;
    simulation.side_px = (uint32_t)side_px;
    simulation.seed = (uint64_t)seed;
    *out = simulation;
    return AG_OK;
}

static ag_status refuse_simulation(const ag_cli *cli, ag_err *err)
{
    for (size_t i = 0; i < sizeof SIMULATION_FLAGS / sizeof *SIMULATION_FLAGS; i++)
        if (ag_cli_flag_value(cli, SIMULATION_FLAGS[i]) != NULL)
            return ag_err_set(err, AG_EINVAL,
                              "--%s is for simulated photos: it does not go with --photos",
                              SIMULATION_FLAGS[i]);
    return AG_OK;
}

/* The engine of the collection that the operand names, or the settings do. */
static ag_engine_options engine_options(const ag_cli *cli)
{
    ag_engine_options options = ag_cli_engine_options(cli->config);
    options.collection = ag_cli_collection_paths(cli);
    return options;
}

static ag_status print_report(const ag_cli *cli, const ag_evaluation_report *report, ag_err *err)
{
    ag_buffer text = {0};
    ag_status status = AG_OK;
    if (ag_cli_flag_value(cli, "json") != NULL)
        status = ag_evaluation_report_json(&text, report, err);
    else
        ag_evaluation_report_text(&text, report);
    if (status == AG_OK)
        fwrite(text.data, 1, text.length, stdout);
    ag_buffer_fini(&text);
    return status;
}

/* Ask about the source's photos, and keep them if that is wanted. */
static ag_status ask_and_save(ag_evaluation *out, const char *folder, const ag_engine *engine,
                              const ag_photo_source *source, ag_ask_options *ask, ag_err *err)
{
    if (folder == NULL)
        return ag_evaluate(out, engine, source, ask, err);
    ag_status status = ag_photo_saver_open(&ask->saver, folder, engine->collection, err);
    if (status != AG_OK)
        return status;
    status = ag_evaluate(out, engine, source, ask, err);
    const ag_status closed = ag_photo_saver_close(ask->saver, status == AG_OK ? err : NULL);
    if (status == AG_OK && closed != AG_OK)
        ag_evaluation_fini(out);
    return status == AG_OK ? closed : status;
}

/* Evaluate with an open engine. */
static ag_status evaluate_with(const ag_cli *cli, const ag_engine *engine,
                               const ag_simulation *simulation, ag_ask_options *ask, ag_err *err)
{
    const char *photos = ag_cli_flag_value(cli, "photos");
    ag_photo_source *source = NULL;
    ag_status status = photos != NULL
                           ? ag_photos_read(&source, engine->collection, photos, err)
                           : ag_photos_simulate(&source, engine->collection, simulation, err);
    ag_evaluation evaluation = {0};
    if (status == AG_OK)
        status = ask_and_save(&evaluation, ag_cli_flag_value(cli, "save-photos"), engine, source,
                              ask, err);
    if (status == AG_OK) {
        const ag_evaluation_report report = {
            .collection = engine->collection,
            .source = source,
            .simulation = photos == NULL ? simulation : NULL,
            .photos = photos,
            .asked = ask,
            .evaluation = &evaluation,
            .has_misses = ag_cli_flag_value(cli, "misses") != NULL,
        };
        status = print_report(cli, &report, err);
    }
    if (status == AG_OK && evaluation.failed >= source->count)
        status =
            ag_err_set(err, AG_ENOTFOUND, "no photo could be used: %s", evaluation.failures[0]);
    ag_evaluation_fini(&evaluation);
    ag_photo_source_destroy(source);
    return status;
}

int ag_cli_collection_evaluate(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("collection evaluate: name one folder at most");
    const ag_engine_options options = engine_options(cli);
    ag_ask_options ask = {.batch = options.max_batch,
                          .limits = options.limits,
                          .progress_stream = stderr,
                          .label = "evaluating"};
    ag_simulation simulation;
    ag_err err;
    ag_status status =
        ag_cli_flag_value(cli, "photos") != NULL ? refuse_simulation(cli, &err) : AG_OK;
    if (status == AG_OK)
        status = parse_simulation(&simulation, cli, &err);
    if (status == AG_OK)
        status = parse_share(&ask.hold_out, ag_cli_flag_value(cli, "hold-out"), &err);
    ag_engine engine = {0};
    if (status == AG_OK)
        status = ag_engine_open(&engine, &options, &err);
    if (status == AG_OK) {
        if (engine.notice.status != AG_OK)
            fprintf(stderr, "artguide: %s\n", engine.notice.message);
        status = evaluate_with(cli, &engine, &simulation, &ask, &err);
        ag_engine_fini(&engine);
    }
    return status == AG_OK ? AG_EXIT_OK : ag_cli_fail(&err);
}

static void print_curve(const char *name, bool is_fitted, const ag_calibration_curve *curve)
{
    const ag_calibration_knot last = curve->knots[curve->count - 1];
    if (is_fitted)
        printf("%s: confidence %.3f to %.3f\n", name, curve->knots[0].probability,
               last.probability);
    else
        printf("%s: as by default, too few right or wrong answers to fit it\n", name);
}

ag_status ag_cli_calibrate(const ag_cli *cli, const ag_engine_options *engine, ag_err *err)
{
    ag_calibrate_options options = {
        .engine = *engine,
        .images_folder = ag_cli_flag_value(cli, "images"),
        .progress_stream = stderr,
    };
    ag_calibrate_report report;
    int64_t seed = 0;
    ag_status status = parse_number(&seed, cli, &SEED, err);
    if (status != AG_OK)
        return status;
    options.seed = (uint64_t)seed;
    status = ag_calibrate_collection(&report, &options, err);
    if (status != AG_OK)
        return status;
    printf("calibrated with %zu photos made of the works\n", report.photos);
    if (report.failed > 0)
        printf("%zu more could not be made\n", report.failed);
    print_curve("geometry", report.has_geometry, &report.calibration.geometry);
    print_curve("similarity", report.has_similarity, &report.calibration.similarity);
    return AG_OK;
}

int ag_cli_collection_calibrate(const ag_cli *cli)
{
    if (cli->argc > 2)
        return ag_cli_usage_error("collection calibrate: name one folder at most");
    const ag_engine_options options = engine_options(cli);
    ag_err err;
    return ag_cli_calibrate(cli, &options, &err) == AG_OK ? AG_EXIT_OK : ag_cli_fail(&err);
}
