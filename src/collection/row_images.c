#include "collection/row_images.h"

#include "base/memory.h"
#include "collection/build_report.h"
#include "collection/match.h"
#include "collection/scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A search under way. The folder is listed only once a row needs it. */
typedef struct finder {
    const char *folder;
    const ag_table *table;
    ag_columns columns;
    bool is_listed;
    ag_scan scan;
    ag_matcher *matcher; /* NULL: not listed, or there is nothing */
} finder;

static bool is_regular(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

static ag_status list(finder *state, ag_err *err)
{
    ag_build_report unreadable = {0}; /* what cannot be read will be missed by its row */
    ag_status status = AG_OK;

    if (state->is_listed)
        return AG_OK;
    state->is_listed = true;
    if (ag_scan_images(&state->scan, state->folder, &unreadable, NULL) == AG_OK)
        status = ag_matcher_create(&state->matcher, &state->scan, err);
    ag_build_report_fini(&unreadable);
    return status;
}

/* The image that one text of a row means; NULL when there is none. Owned. */
static char *match(const finder *state, const char *name, ag_err *reason)
{
    size_t image;

    if (!state->matcher || !name || !*name ||
        ag_matcher_find(&image, state->matcher, name, reason) != AG_OK)
        return NULL;
    return ag_xasprintf("%s/%s", state->folder, state->scan.paths[image]);
}

/* *out is NULL, with the reason, when the row's image is not there. */
static ag_status find_row(finder *state, char **out, size_t row, ag_err *reason)
{
    const char *path = ag_columns_text(&state->columns, state->table, AG_FIELD_IMAGE_PATH, row);
    const char *name = ag_columns_text(&state->columns, state->table, AG_FIELD_FILENAME, row);

    if (!path || !name)
        return AG_ENOMEM;
    char *file = path[0] == '/' ? ag_xstrdup(path) : ag_xasprintf("%s/%s", state->folder, path);
    ag_status status = AG_OK;
    if (!*path || !is_regular(file)) {
        free(file);
        status = list(state, NULL);
        file = match(state, path, reason);
        if (!file)
            file = match(state, name, reason);
    }
    *out = file;
    return status;
}

static void report_missing(ag_build_report *report, const ag_artwork *artwork, size_t row,
                           const ag_err *reason)
{
    char *place = ag_xasprintf("row %zu (%s)", row + 1,
                               *artwork->image_path ? artwork->image_path : artwork->title);

    ag_build_report_fail(report, place, reason->message);
    free(place);
}

ag_status ag_row_images_find(ag_row_images *out, const ag_catalogue *catalogue, const char *folder,
                             ag_build_report *report, ag_err *err)
{
    finder state = {.folder = folder, .table = &catalogue->table};
    ag_row_images images = {.count = catalogue->count};
    ag_status status = AG_OK;

    ag_columns_match(&state.columns, &catalogue->table);
    images.files = ag_try_malloc(images.count + 1, sizeof *images.files);
    if (!images.files)
        images.count = 0, status = AG_ENOMEM;
    for (size_t row = 0; row < images.count; row++) {
        ag_err reason = {.message = "no such image in the folder"};
        images.files[row] = NULL;
        if (!status)
            status = find_row(&state, &images.files[row], row, &reason);
        images.found += images.files[row] != NULL;
        if (!status && !images.files[row])
            report_missing(report, &catalogue->artworks[row], row, &reason);
    }
    ag_matcher_destroy(state.matcher);
    ag_scan_fini(&state.scan);
    if (status) {
        ag_row_images_fini(&images);
        return ag_err_set(err, status, "not enough memory for %zu rows", catalogue->count);
    }
    *out = images;
    return AG_OK;
}

void ag_row_images_fini(ag_row_images *images)
{
    for (size_t i = 0; i < images->count; i++)
        free(images->files[i]);
    free(images->files);
    *images = (ag_row_images){0};
}
