#include "collection/store.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "collection/faiss_index.h"
#include "collection/index_file.h"
#include "collection/manifest.h"
#include "features/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The files, in the order they are put in place. */
enum { METADATA, INDEX, FEATURES, MANIFEST, FILE_COUNT };
static const char *const NAMES[FILE_COUNT] = {[METADATA] = AG_MANIFEST_METADATA,
                                              [INDEX] = AG_MANIFEST_INDEX,
                                              [FEATURES] = AG_MANIFEST_FEATURES,
                                              [MANIFEST] = AG_MANIFEST_FILE};

/* Where a file goes, and where it stands finished before. Owned. */
typedef struct place {
    char *final, *fresh;
} place;

/* Our own columns of metadata.parquet, in order. */
typedef enum own_column {
    COLUMN_ID,
    COLUMN_ARTIST,
    COLUMN_TITLE,
    COLUMN_PERIOD,
    COLUMN_YEARS,
    COLUMN_EXHIBITION,
    COLUMN_ROOM,
    COLUMN_IMAGE_PATH,
    COLUMN_FILENAME,
    COLUMN_ARTIST_KEY,
    COLUMN_WIDTH,
    COLUMN_HEIGHT,
    OWN_COLUMNS,
} own_column;
static const char *const OWN_NAMES[OWN_COLUMNS] = {
    "artwork_id", "artist",     "title",    "period",     "years",          "exhibition",
    "room",       "image_path", "filename", "artist_key", "image_width_px", "image_height_px"};

static bool is_flat(const char *kind)
{
    return !kind || strcasecmp(kind, "Flat") == 0;
}

static void fill_own_row(ag_table *table, size_t row, const ag_plan_entry *entry)
{
    const char *const texts[OWN_COLUMNS] = {
        [COLUMN_ID] = entry->id,
        [COLUMN_ARTIST] = entry->artist,
        [COLUMN_TITLE] = entry->title,
        [COLUMN_PERIOD] = entry->period,
        [COLUMN_YEARS] = entry->years,
        [COLUMN_EXHIBITION] = entry->exhibition,
        [COLUMN_ROOM] = entry->room,
        [COLUMN_IMAGE_PATH] = entry->image_path,
        [COLUMN_FILENAME] = entry->filename,
        [COLUMN_ARTIST_KEY] = entry->artist_key,
        [COLUMN_WIDTH] = ag_arena_printf(table->arena, "%u", entry->width_px),
        [COLUMN_HEIGHT] = ag_arena_printf(table->arena, "%u", entry->height_px),
    };
    for (size_t i = 0; i < OWN_COLUMNS; i++)
        table->columns[i].cells[row] = texts[i] && *texts[i] ? texts[i] : NULL;
}

/* A column of the curator's table that goes along: not one that ours replace. Names differing in
 * case only are the same to databases. */
static bool is_further(const ag_plan *plan, size_t column)
{
    for (size_t i = 0; i < OWN_COLUMNS; i++)
        if (strcasecmp(plan->table.columns[column].name, OWN_NAMES[i]) == 0)
            return false;
    for (size_t field = 0; field < AG_FIELD_COUNT; field++)
        if (plan->columns.of[field] == column)
            return false;
    return true;
}

static size_t count_further(const ag_plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->table.column_count; i++)
        count += is_further(plan, i);
    return count;
}

/* The rows of metadata.parquet. Cells are borrowed from the plan. */
static ag_status make_table(ag_table *out, const ag_store_content *content, ag_err *err)
{
    const ag_plan *plan = content->plan;
    size_t next = OWN_COLUMNS;
    ag_status status = ag_table_init(out, OWN_COLUMNS + count_further(plan), content->count, err);

    if (status)
        return status;
    for (size_t i = 0; i < OWN_COLUMNS; i++)
        out->columns[i].name = OWN_NAMES[i];
    out->columns[COLUMN_WIDTH].kind = AG_CELL_INTEGER;
    out->columns[COLUMN_HEIGHT].kind = AG_CELL_INTEGER;
    for (size_t row = 0; row < content->count; row++)
        fill_own_row(out, row, &content->entries[row]);
    for (size_t i = 0; i < plan->table.column_count; i++) {
        if (!is_further(plan, i))
            continue;
        ag_table_column *column = &out->columns[next++];
        column->name = plan->table.columns[i].name;
        column->kind = plan->table.columns[i].kind;
        for (size_t row = 0; row < content->count; row++)
            if (content->entries[row].table_row != SIZE_MAX)
                column->cells[row] = plan->table.columns[i].cells[content->entries[row].table_row];
    }
    return AG_OK;
}

/* Digest and size of a finished file, and its bytes safely on the disk. */
static ag_status seal(char sha256[AG_SHA256_HEX_BYTES], size_t *bytes, const char *path,
                      ag_err *err)
{
    ag_mapping mapping;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0) {
        const int problem = errno;
        if (fd >= 0)
            close(fd);
        return ag_err_set_errno(err, problem, "cannot write %s", path);
    }
    close(fd);
    ag_status status = ag_file_map(&mapping, path, err);
    if (status)
        return status;
    const ag_bytes part = {mapping.data, mapping.length};
    ag_sha256_hex(sha256, &part, 1);
    *bytes = mapping.length;
    ag_file_unmap(&mapping);
    return AG_OK;
}

static ag_status write_index(ag_manifest *manifest, const ag_store_content *content,
                             const char *path, const char *kind, ag_err *err)
{
    const ag_index_file vectors = {
        .rows = content->vectors,
        .count = content->count,
        .dimension = content->encoder->dimension,
        .metric = AG_METRIC_L2,
    };
    ag_status status = is_flat(kind) ? ag_index_file_write(path, &vectors, err)
                                     : ag_faiss_index_write(path, kind, &vectors, err);
    return status ? status : seal(manifest->index_sha256, &manifest->index_bytes, path, err);
}

static ag_status write_metadata(ag_manifest *manifest, const ag_store_content *content,
                                const char *path, ag_err *err)
{
    ag_table table;
    size_t bytes;
    ag_status status = make_table(&table, content, err);

    if (status)
        return status;
    status = ag_table_write_parquet(&table, path, manifest->info.version, err);
    ag_table_fini(&table);
    return status ? status : seal(manifest->metadata_sha256, &bytes, path, err);
}

static ag_status write_features(ag_manifest *manifest, const ag_store_content *content,
                                const char *path, const ag_build_options *options, ag_err *err)
{
    const ag_gallery_options how = {ag_extractor_name(), options->threads,
                                    options->progress_stream};
    ag_status status = ag_gallery_write(path, content->features, content->count, &how, err);

    return status ? status : ag_manifest_seal_features(manifest, path, err);
}

/* A build's name: when it was, and a digest of what it made. */
static void set_version(ag_manifest *manifest, const char *digest)
{
    ag_clock_format_iso8601(manifest->created, ag_clock_wall_us());
    snprintf(manifest->info.version, sizeof manifest->info.version, "%s-%.12s", manifest->created,
             digest);
}

#define COPY_TEXT(field, text) snprintf(field, sizeof field, "%s", text)

/* What the manifest says of the encoder, if there is one. */
static void describe_encoder(ag_manifest *manifest, const ag_store_content *content,
                             const char *kind)
{
    ag_collection_info *info = &manifest->info;

    if (!content->encoder)
        return;
    info->dimension = content->encoder->dimension;
    COPY_TEXT(info->encoder, content->encoder->name);
    COPY_TEXT(info->fingerprint, content->encoder->fingerprint);
    COPY_TEXT(info->weights_sha256, content->weights_sha256);
    COPY_TEXT(info->index_kind, kind ? kind : "Flat");
}

/* Write all of them beside their places. */
static ag_status write_fresh(const ag_store_content *content, const place places[FILE_COUNT],
                             const ag_build_options *options, ag_err *err)
{
    const char *kind = options->index_kind;
    ag_manifest manifest = {.info = {.count = content->count}, .image_root = content->plan->root};
    ag_status status = AG_OK;

    describe_encoder(&manifest, content, kind);
    if (content->encoder)
        status = write_index(&manifest, content, places[INDEX].fresh, kind, err);
    if (!status)
        status = write_features(&manifest, content, places[FEATURES].fresh, options, err);
    if (status)
        return status;
    set_version(&manifest, content->encoder ? manifest.index_sha256 : manifest.features_seal);
    status = write_metadata(&manifest, content, places[METADATA].fresh, err);
    return status ? status : ag_manifest_write(&manifest, places[MANIFEST].fresh, err);
}

/* Put the finished files in their places, in order; those that are there already are passed over.
 */
static ag_status commit(const place places[FILE_COUNT], ag_err *err)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (access(places[i].fresh, F_OK) != 0)
            continue;
        ag_status status = ag_file_commit(places[i].fresh, places[i].final, err);
        if (status)
            return status;
    }
    return AG_OK;
}

static void remove_fresh(const place places[FILE_COUNT])
{
    /* The manifest first: without it the others are nothing. */
    for (size_t i = FILE_COUNT; i > 0; i--)
        unlink(places[i - 1].fresh);
}

/* Is there a folder that can be written to, or one that it can be made in? */
static ag_status check_output(const char *output, ag_err *err)
{
    char *path = ag_xstrdup(output);
    struct stat found = {0};

    while (stat(path, &found) != 0 && strcmp(path, "/") != 0 && strcmp(path, ".") != 0) {
        char *parent = ag_xstrdup(dirname(path));
        free(path);
        path = parent;
    }
    const int problem = !S_ISDIR(found.st_mode)          ? ENOTDIR
                        : access(path, W_OK | X_OK) != 0 ? errno
                                                         : 0;
    free(path);
    return problem ? ag_err_set_errno(err, problem, "cannot write to the folder %s", output)
                   : AG_OK;
}

ag_status ag_store_check(const ag_build_options *options, uint32_t dimension, size_t count,
                         ag_err *err)
{
    const ag_index_file vectors = {.count = count, .dimension = dimension, .metric = AG_METRIC_L2};
    ag_status status = check_output(options->output, err);

    if (!status && dimension > 0 && !is_flat(options->index_kind))
        status = ag_faiss_index_check(options->index_kind, &vectors, err);
    return status;
}

static void find_places(place places[FILE_COUNT], const char *folder)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        places[i] = (place){ag_xasprintf("%s/%s", folder, NAMES[i]),
                            ag_xasprintf("%s/%s" AG_MANIFEST_NEW, folder, NAMES[i])};
}

static void forget_places(place places[FILE_COUNT])
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        free(places[i].final);
        free(places[i].fresh);
    }
}

/* An earlier build may have stopped between its renames: finish it before its files are written
 * over. What is left of one that stopped before them is nothing. */
static ag_status finish_earlier(const place places[FILE_COUNT], ag_err *err)
{
    if (access(places[MANIFEST].fresh, F_OK) == 0)
        return commit(places, err);
    remove_fresh(places);
    return AG_OK;
}

ag_status ag_store_write(const ag_store_content *content, const ag_build_options *options,
                         ag_err *err)
{
    place places[FILE_COUNT];
    ag_status status = ag_file_make_folder(options->output, err);

    find_places(places, options->output);
    if (!status)
        status = finish_earlier(places, err);
    if (!status) {
        status = write_fresh(content, places, options, err);
        if (status)
            remove_fresh(places);
        else
            status = commit(places, err);
        /* collection.json names no index any more: an older one would only mislead people. */
        if (!status && !content->encoder)
            unlink(places[INDEX].final);
    }
    forget_places(places);
    return status;
}

/* Features beside their place, then a manifest that names them beside its own. */
static ag_status write_added(const ag_store_features *what, const place places[FILE_COUNT],
                             ag_err *err)
{
    ag_manifest manifest = *what->manifest;
    ag_status status =
        ag_gallery_write(places[FEATURES].fresh, what->features, what->count, &what->options, err);

    if (!status)
        status = ag_manifest_seal_features(&manifest, places[FEATURES].fresh, err);
    if (status)
        return status;
    set_version(&manifest, manifest.features_seal);
    return ag_manifest_write(&manifest, places[MANIFEST].fresh, err);
}

ag_status ag_store_finish(const char *folder, ag_err *err)
{
    place places[FILE_COUNT];

    find_places(places, folder);
    ag_status status = finish_earlier(places, err);
    forget_places(places);
    return status;
}

ag_status ag_store_add_features(const ag_store_features *what, ag_err *err)
{
    place places[FILE_COUNT];
    ag_status status;

    find_places(places, what->folder);
    if (what->manifest) {
        status = write_added(what, places, err);
        if (status)
            remove_fresh(places);
        else
            status = commit(places, err);
    } else {
        status = ag_gallery_write(places[FEATURES].final, what->features, what->count,
                                  &what->options, err);
    }
    forget_places(places);
    return status;
}
