#include "collection/add_features.h"

#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "collection/build_report.h"
#include "collection/catalogue.h"
#include "collection/duplicates.h"
#include "collection/file_set.h"
#include "collection/gather.h"
#include "collection/reference.h"
#include "collection/row_images.h"
#include "collection/store.h"
#include "features/extract.h"

#include <libgen.h>
#include <stdlib.h>

/* The work under way. */
typedef struct addition {
    const ag_add_features_options *options;
    ag_file_set files;
    ag_catalogue catalogue;
    char *folder; /* of the table */
    ag_row_images images;
    ag_references references;
    ag_gather *gather;
    ag_err *errors; /* of each row whose image was read */
    ag_progress *progress;
} addition;

static ag_status look(void *context, size_t row, const ag_image *image, ag_err *err)
{
    const addition *state = context;
    return ag_gather_add(state->gather, row, image, err);
}

/* A job: one row. */
static void read_row(void *context, size_t row)
{
    addition *state = context;
    ag_image_info info;

    state->errors[row] = (ag_err){0};
    if (state->images.files[row])
        state->errors[row].status = ag_references_read(
            &state->references, &info, state->images.files[row], row, &state->errors[row]);
    if (state->progress)
        ag_progress_add(state->progress, 1);
}

/* The folder that images are looked for in. */
static const char *image_folder(const addition *state)
{
    if (state->options->images)
        return state->options->images;
    const char *root = state->files.manifest.image_root;
    return root ? root : state->folder;
}

static ag_status find_images(addition *state, ag_build_report *report, ag_err *err)
{
    const char *folder = image_folder(state);
    ag_status status = ag_catalogue_load(&state->catalogue, state->files.metadata, err);

    if (!status)
        status = ag_row_images_find(&state->images, &state->catalogue, folder, report, err);
    if (!status && state->images.found == 0)
        status = ag_err_set(err, AG_EINVAL,
                            "none of the collection's %zu images is in %s: name their folder with "
                            "--images",
                            state->images.count, folder);
    report->images_found = state->images.found;
    report->artworks_written = state->images.count;
    return status;
}

static ag_status read_images(addition *state, ag_build_report *report, ag_err *err)
{
    const ag_add_features_options *options = state->options;
    const size_t rows = state->images.count, threads = ag_workers_count(options->threads);
    ag_workers *workers;
    ag_status status = ag_gather_create(&state->gather, rows, err);

    state->errors = ag_try_malloc(rows, sizeof *state->errors);
    if (!status && !state->errors)
        status = ag_err_set(err, AG_ENOMEM, "not enough memory for %zu rows", rows);
    if (!status)
        status = ag_workers_create(&workers, "decode", threads, threads, err);
    if (status)
        return status;
    if (options->progress_stream)
        state->progress = ag_progress_create(options->progress_stream, "looking", "images", rows);
    ag_workers_for_each(workers, read_row, state, rows);
    ag_progress_destroy(state->progress);
    ag_workers_destroy(workers);
    for (size_t row = 0; row < rows; row++) {
        if (state->errors[row].status)
            ag_build_report_fail(report, state->images.files[row], state->errors[row].message);
        report->artworks_featured += ag_gather_sets(state->gather)[row].count > 0;
    }
    return report->artworks_featured > 0
               ? AG_OK
               : ag_err_set(err, AG_EINVAL, "no image has any features%s%s",
                            report->failed ? ": " : "", report->failed ? report->failures[0] : "");
}

static ag_status add(addition *state, ag_build_report *report, ag_err *err)
{
    ag_status status = find_images(state, report, err);

    if (!status)
        status = read_images(state, report, err);
    if (status)
        return status;
    const ag_store_features what = {
        .folder = state->folder,
        .manifest = state->files.has_manifest ? &state->files.manifest : NULL,
        .features = ag_gather_sets(state->gather),
        .count = state->images.count,
        .options = {ag_extractor_name(), state->options->threads, state->options->progress_stream},
    };
    status = ag_store_add_features(&what, err);
    return status ? status
                  : ag_duplicates_report(report, state->folder, state->options->threads,
                                         state->options->progress_stream, err);
}

/* Owned. */
static char *table_folder(const ag_collection_paths *paths)
{
    if (!paths->meta_path)
        return ag_xstrdup(paths->folder ? paths->folder : ".");
    char *copy = ag_xstrdup(paths->meta_path); /* dirname writes to its argument */
    char *folder = ag_xstrdup(dirname(copy));
    free(copy);
    return folder;
}

ag_status ag_collection_add_features(ag_build_report *out, const ag_add_features_options *options,
                                     ag_err *err)
{
    addition state = {.options = options, .folder = table_folder(&options->paths)};
    ag_build_report report = {0};

    ag_references_init(&state.references, look, &state, AG_GATHER_ENOUGH_PX);
    ag_status status = ag_store_finish(state.folder, err);
    if (!status)
        status = ag_file_set_find(&state.files, &options->paths, err);
    if (!status)
        status = add(&state, &report, err);
    ag_references_fini(&state.references);
    ag_gather_destroy(state.gather);
    ag_row_images_fini(&state.images);
    ag_catalogue_fini(&state.catalogue);
    ag_file_set_fini(&state.files);
    free(state.folder);
    free(state.errors);
    if (status) {
        ag_build_report_fini(&report);
        return status;
    }
    *out = report;
    return AG_OK;
}
