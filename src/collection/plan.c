#include "collection/plan.h"

#include "base/json.h"
#include "base/memory.h"
#include "collection/build_report.h"
#include "collection/manifest.h"
#include "collection/match.h"
#include "collection/naming.h"
#include "collection/scan.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void ag_plan_fini(ag_plan *plan)
{
    free(plan->root);
    ag_table_fini(&plan->table);
    ag_arena_destroy(plan->arena);
    *plan = (ag_plan){0};
}

static ag_status no_memory(ag_err *err)
{
    return ag_err_set(err, AG_ENOMEM, "not enough memory for the collection's rows");
}

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* Room for `count` entries. */
static ag_status reserve(ag_plan *plan, size_t count, ag_err *err)
{
    size_t bytes;

    plan->arena = ag_arena_create(0);
    if (!ag_size_mul(&bytes, count, sizeof(ag_plan_entry)) ||
        !(plan->entries = ag_arena_alloc(plan->arena, bytes)))
        return no_memory(err);
    return AG_OK;
}

/* The table's text for a field where it has any, else what the path told. */
static const char *either(const ag_plan *plan, ag_field field, size_t row, const char *derived)
{
    const char *text =
        row == SIZE_MAX ? "" : ag_columns_text(&plan->columns, &plan->table, field, row);
    return text && !*text ? derived : text;
}

/* The first folder of a path; "" when there is none. */
static const char *first_folder(ag_arena *arena, const char *path)
{
    const char *slash = path[0] == '/' ? NULL : strchr(path, '/');
    return slash ? ag_arena_strndup(arena, path, (size_t)(slash - path)) : "";
}

/* Add an artwork whose image lies at image_path below the root (or anywhere, when absolute). */
static ag_status add_entry(ag_plan *plan, const char *image_path, size_t row, ag_err *err)
{
    const char *slash = strrchr(image_path, '/');
    ag_naming naming;
    ag_status status = ag_naming_derive(&naming, plan->arena, image_path, err);

    if (status)
        return status;
    const ag_plan_entry entry = {
        .file = image_path[0] == '/'
                    ? ag_arena_strdup(plan->arena, image_path)
                    : ag_arena_printf(plan->arena, "%s/%s", plan->root, image_path),
        .image_path = ag_arena_strdup(plan->arena, image_path),
        .artist = either(plan, AG_FIELD_ARTIST, row, naming.artist),
        .title = either(plan, AG_FIELD_TITLE, row, naming.title),
        .period = either(plan, AG_FIELD_PERIOD, row, ""),
        .years = either(plan, AG_FIELD_YEARS, row, naming.years),
        .exhibition = either(plan, AG_FIELD_EXHIBITION, row, ""),
        .room = either(plan, AG_FIELD_ROOM, row, ""),
        .filename = ag_arena_strdup(plan->arena, slash ? slash + 1 : image_path),
        .artist_key = either(plan, AG_FIELD_ARTIST_KEY, row, first_folder(plan->arena, image_path)),
        .id = either(plan, AG_FIELD_ID, row, ""),
        .table_row = row,
    };
    if (!entry.file || !entry.image_path || !entry.artist || !entry.title || !entry.period ||
        !entry.years || !entry.exhibition || !entry.room || !entry.filename || !entry.artist_key ||
        !entry.id)
        return no_memory(err);
    plan->entries[plan->count++] = entry;
    return AG_OK;
}

/* The text of a row that says where its image is: the path, else the file name; "" for neither. */
static const char *image_name(const ag_plan *plan, size_t row)
{
    const char *path = ag_columns_text(&plan->columns, &plan->table, AG_FIELD_IMAGE_PATH, row);
    return path && *path ? path
                         : ag_columns_text(&plan->columns, &plan->table, AG_FIELD_FILENAME, row);
}

static ag_status check_image_column(const ag_plan *plan, const char *table, ag_err *err)
{
    if (plan->columns.of[AG_FIELD_IMAGE_PATH] == SIZE_MAX &&
        plan->columns.of[AG_FIELD_FILENAME] == SIZE_MAX)
        return ag_err_set(err, AG_EINVAL,
                          "%s has no column that names images: image_path, image, filename or file",
                          table);
    return AG_OK;
}

static ag_status load_table(ag_plan *plan, const char *path, ag_err *err)
{
    ag_status status = ag_table_read(&plan->table, path, AG_CATALOGUE_MAX_ROWS, err);

    if (status)
        return status;
    ag_columns_match(&plan->columns, &plan->table);
    return check_image_column(plan, path, err);
}

static void report_row(ag_build_report *report, const char *name, size_t row, const char *reason)
{
    char *place = *name ? ag_xstrdup(name) : ag_xasprintf("row %zu of the table", row + 1);

    ag_build_report_fail(report, place, reason);
    free(place);
}

/* Rows in the table's order, each with the image it means; then the images no row spoke of. */
static ag_status join(ag_plan *plan, const ag_scan *scan, const ag_matcher *matcher,
                      ag_build_report *report, ag_err *err)
{
    bool *is_used = ag_xcalloc(scan->count + 1, sizeof *is_used);
    ag_status status = AG_OK;

    for (size_t row = 0; row < plan->table.row_count && !status; row++) {
        const char *name = image_name(plan, row);
        ag_err reason = {.message = "names no image"};
        size_t image;
        if (!name || !*name || ag_matcher_find(&image, matcher, name, &reason)) {
            report_row(report, name ? name : "", row, reason.message);
            continue;
        }
        is_used[image] = true;
        status = add_entry(plan, scan->paths[image], row, err);
    }
    for (size_t i = 0; i < scan->count && !status; i++)
        if (!is_used[i])
            status = add_entry(plan, scan->paths[i], SIZE_MAX, err);
    free(is_used);
    return status;
}

static ag_status plan_folder(ag_plan *plan, ag_build_report *report, ag_err *err)
{
    ag_scan scan;
    ag_matcher *matcher = NULL;
    ag_status status = ag_scan_images(&scan, plan->root, report, err);

    if (status)
        return status;
    report->images_found = scan.count;
    status = reserve(plan, scan.count + plan->table.row_count, err);
    if (!status)
        status = ag_matcher_create(&matcher, &scan, err);
    if (!status)
        status = join(plan, &scan, matcher, report, err);
    ag_matcher_destroy(matcher);
    ag_scan_fini(&scan);
    return status;
}

/* Drop the last entry when its file is there but no file to be read: a named pipe would keep the
 * build waiting for ever. */
static bool keep_if_regular(ag_plan *plan, ag_build_report *report)
{
    struct stat found;
    const bool exists = stat(plan->entries[plan->count - 1].file, &found) == 0;
    const bool keep = !exists || S_ISREG(found.st_mode);

    report->images_found += exists && keep;
    plan->count -= !keep;
    return keep;
}

/* A table that names its images itself, relative to its own folder. */
static ag_status plan_table(ag_plan *plan, ag_build_report *report, ag_err *err)
{
    ag_status status = reserve(plan, plan->table.row_count, err);

    for (size_t row = 0; row < plan->table.row_count && !status; row++) {
        const char *name = image_name(plan, row);
        if (!name || !*name) {
            report_row(report, "", row, "names no image");
            continue;
        }
        status = add_entry(plan, name, row, err);
        if (!status && !keep_if_regular(plan, report))
            report_row(report, name, row, "not a regular file");
    }
    return status;
}

/* A metadata.parquet that a build wrote among its images is no curator's table. */
static bool is_own_output(const char *folder, const char *name)
{
    char *manifest = ag_xasprintf("%s/" AG_MANIFEST_FILE, folder);
    const bool answer = strcmp(name, AG_MANIFEST_METADATA) == 0 && access(manifest, F_OK) == 0;

    free(manifest);
    return answer;
}

/* The one metadata table in a folder of images, owned; NULL when there is none. */
static ag_status find_table(char **out, const char *folder, ag_err *err)
{
    static const char *const NAMES[] = {"metadata.csv", "metadata.json", "metadata.parquet"};
    char *found = NULL;

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char *path = ag_xasprintf("%s/%s", folder, NAMES[i]);
        if (access(path, F_OK) != 0 || is_own_output(folder, NAMES[i])) {
            free(path);
        } else if (!found) {
            found = path;
        } else {
            ag_err_set(err, AG_EINVAL, "both %s and %s are there; say which table to use", found,
                       path);
            free(path);
            free(found);
            return AG_EINVAL;
        }
    }
    *out = found;
    return AG_OK;
}

static ag_status make_folder_plan(ag_plan *plan, const ag_build_options *options,
                                  ag_build_report *report, ag_err *err)
{
    char *table = ag_xstrdup(options->table);
    ag_status status = table ? AG_OK : find_table(&table, options->source, err);

    if (!status && table)
        status = load_table(plan, table, err);
    free(table);
    return status ? status : plan_folder(plan, report, err);
}

static ag_status make_table_plan(ag_plan *plan, const ag_build_options *options,
                                 ag_build_report *report, ag_err *err)
{
    if (options->table)
        return ag_err_set(err, AG_EINVAL,
                          "%s is a table already; a second one needs a folder of images",
                          options->source);
    ag_status status = load_table(plan, options->source, err);
    return status ? status : plan_table(plan, report, err);
}

/* Absolute folder that image paths start from. */
static ag_status find_root(ag_plan *plan, const char *source, bool source_is_folder, ag_err *err)
{
    const char *slash = strrchr(source, '/');
    char *folder = source_is_folder ? ag_xstrdup(source)
                   : slash          ? ag_xasprintf("%.*s/", (int)(slash - source), source)
                                    : ag_xstrdup(".");

    plan->root = realpath(folder, NULL);
    free(folder);
    return plan->root ? AG_OK
                      : ag_err_set(err, AG_ENOTFOUND, "%s is neither a folder nor a table", source);
}

/* Give every entry an identifier of its own: from its names, "-2", "-3", … behind later ones. */
static ag_status name_entries(ag_plan *plan, ag_err *err)
{
    json_t *last_number = json_object(); /* identifier without number: the last number given */
    ag_status status = last_number ? AG_OK : no_memory(err);

    for (size_t i = 0; i < plan->count && !status; i++) {
        ag_plan_entry *entry = &plan->entries[i];
        const char *slug =
            *entry->id ? entry->id : ag_naming_slug(plan->arena, entry->artist, entry->title);
        const char *id = slug;
        json_int_t number = 1;
        while (id && json_object_get(last_number, id)) {
            number = json_integer_value(json_object_get(last_number, slug)) + 1;
            json_object_set_new(last_number, slug, json_integer(number));
            id = ag_arena_printf(plan->arena, "%s-%lld", slug, (long long)number);
        }
        if (!id || json_object_set_new(last_number, id, json_integer(1)))
            status = no_memory(err);
        entry->id = id;
    }
    json_decref(last_number);
    return status;
}

ag_status ag_plan_make(ag_plan *out, const ag_build_options *options, ag_build_report *report,
                       ag_err *err)
{
    const bool source_is_folder = is_folder(options->source);
    ag_plan plan = {0};
    ag_status status = find_root(&plan, options->source, source_is_folder, err);

    if (!status)
        status = source_is_folder ? make_folder_plan(&plan, options, report, err)
                                  : make_table_plan(&plan, options, report, err);
    if (!status)
        status = name_entries(&plan, err);
    if (status) {
        ag_plan_fini(&plan);
        return status;
    }
    *out = plan;
    return AG_OK;
}
