#include "collection/collection.h"

#include "base/file.h"
#include "base/memory.h"
#include "collection/catalogue.h"
#include "collection/faiss_index.h"
#include "collection/flat.h"
#include "collection/index_file.h"
#include "collection/manifest.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Vectors of other software may have passed through 16-bit floats. */
#define UNIT_TOLERANCE 0.01

/* Largest k and B·k of one search: far beyond any use, and keeps sizes from overflowing. */
#define MAX_HITS 1000000

struct ag_collection {
    ag_collection_info info;
    ag_catalogue catalogue;
    ag_mapping index_bytes; /* mapped while `flat` reads them */
    ag_flat flat;           /* rows NULL: not a flat index */
    ag_faiss_index *faiss;  /* NULL: a flat index */
};

/* The files of one build, wherever they are. */
typedef struct file_set {
    char *index, *metadata; /* owned */
    ag_manifest manifest;
    bool has_manifest;
} file_set;

static void file_set_fini(file_set *set)
{
    free(set->index);
    free(set->metadata);
    ag_manifest_fini(&set->manifest);
    *set = (file_set){0};
}

static bool has_digest(const char *path, const char *sha256)
{
    char actual[AG_SHA256_HEX_BYTES];
    ag_mapping mapping;

    if (ag_file_map(&mapping, path, NULL))
        return false;
    const ag_bytes part = {mapping.data, mapping.length};
    ag_sha256_hex(actual, &part, 1);
    ag_file_unmap(&mapping);
    return strcmp(actual, sha256) == 0;
}

static bool has_size(const char *path, size_t bytes)
{
    ag_mapping mapping;

    if (ag_file_map(&mapping, path, NULL))
        return false;
    const bool answer = mapping.length == bytes;
    ag_file_unmap(&mapping);
    return answer;
}

/* Does the file the manifest speaks of stand here? */
static bool is_index_of(const char *path, const ag_manifest *manifest)
{
    return has_size(path, manifest->index_bytes);
}

static bool is_metadata_of(const char *path, const ag_manifest *manifest)
{
    return has_digest(path, manifest->metadata_sha256);
}

/* The first of "<folder>/<name>.new" and "<folder>/<name>" that belongs to the manifest; NULL.
 * Owned. */
static char *locate(const char *folder, const char *name, const ag_manifest *manifest,
                    bool belongs(const char *path, const ag_manifest *manifest))
{
    char *path = ag_xasprintf("%s/%s" AG_MANIFEST_NEW, folder, name);

    if (!belongs(path, manifest)) {
        free(path);
        path = ag_xasprintf("%s/%s", folder, name);
    }
    if (!belongs(path, manifest)) {
        free(path);
        path = NULL;
    }
    return path;
}

/* A build that was interrupted while it put its files in place: finish it in thought. */
static ag_status recover_set(file_set *out, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/" AG_MANIFEST_FILE AG_MANIFEST_NEW, folder);
    file_set set = {0};

    if (ag_manifest_read(&set.manifest, path, NULL) == AG_OK) {
        set.has_manifest = true;
        set.index = locate(folder, AG_MANIFEST_INDEX, &set.manifest, is_index_of);
        set.metadata = locate(folder, AG_MANIFEST_METADATA, &set.manifest, is_metadata_of);
    }
    free(path);
    if (!set.index || !set.metadata) {
        file_set_fini(&set);
        return ag_err_set(
            err, AG_EFORMAT,
            "%s: " AG_MANIFEST_INDEX ", " AG_MANIFEST_METADATA " and " AG_MANIFEST_FILE
            " are not of the same build; build the collection again, or remove " AG_MANIFEST_FILE
            " if you changed the others on purpose",
            folder);
    }
    *out = set;
    return AG_OK;
}

/* Find the files. Paths of one's own win, and say that what they name belongs together. */
static ag_status find_set(file_set *out, const ag_collection_paths *paths, ag_err *err)
{
    const char *folder = paths->folder ? paths->folder : ".";
    const bool is_own_choice = paths->index_path || paths->meta_path;
    file_set set = {
        .index = paths->index_path ? ag_xstrdup(paths->index_path)
                                   : ag_xasprintf("%s/" AG_MANIFEST_INDEX, folder),
        .metadata = paths->meta_path ? ag_xstrdup(paths->meta_path)
                                     : ag_xasprintf("%s/" AG_MANIFEST_METADATA, folder),
    };
    char *path = ag_xasprintf("%s/" AG_MANIFEST_FILE, folder);
    ag_status status = ag_manifest_read(&set.manifest, path, err);

    free(path);
    set.has_manifest = status == AG_OK;
    const bool is_whole = set.has_manifest && is_index_of(set.index, &set.manifest) &&
                          is_metadata_of(set.metadata, &set.manifest);
    if (is_own_choice && !is_whole) {
        ag_manifest_fini(&set.manifest);
        set.has_manifest = false;
        status = AG_OK;
    } else if (status == AG_OK && !is_whole) {
        file_set_fini(&set);
        return recover_set(out, folder, err);
    } else if (status == AG_ENOTFOUND) {
        status = AG_OK; /* made by other software, or a first build that was interrupted */
        if (recover_set(out, folder, NULL) == AG_OK) {
            file_set_fini(&set);
            return AG_OK;
        }
    }
    if (status) {
        file_set_fini(&set);
        return status;
    }
    *out = set;
    return AG_OK;
}

static ag_status open_flat(ag_collection *collection, const ag_index_file *file, ag_err *err)
{
    double length;

    collection->flat = (ag_flat){
        .rows = file->rows,
        .count = file->count,
        .dimension = file->dimension,
        .metric = file->metric,
        .isa = ag_flat_isa_best(),
    };
    collection->info.count = file->count;
    collection->info.dimension = file->dimension;
    snprintf(collection->info.index_kind, sizeof collection->info.index_kind, "%s",
             file->metric == AG_METRIC_L2 ? "flat L2" : "flat inner product");
    /* Reads every page once, so that the first search finds them in memory. */
    const size_t row = ag_flat_find_not_unit(&collection->flat, UNIT_TOLERANCE, &length);
    if (row != SIZE_MAX)
        return ag_err_set(err, AG_EFORMAT,
                          "vector %zu has length %g; Art Guide needs unit vectors: normalise them "
                          "before they are added to the index",
                          row, length);
    return AG_OK;
}

static ag_status open_faiss(ag_collection *collection, ag_err *err)
{
    const ag_mapping *bytes = &collection->index_bytes;
    ag_status status = ag_faiss_index_open(&collection->faiss, bytes->data, bytes->length, err);

    ag_file_unmap(&collection->index_bytes);
    if (status)
        return status;
    const ag_faiss_info *info = ag_faiss_index_info(collection->faiss);
    collection->info.count = info->count;
    collection->info.dimension = info->dimension;
    snprintf(collection->info.index_kind, sizeof collection->info.index_kind, "%s", info->kind);
    return AG_OK;
}

static ag_status open_index(ag_collection *collection, const char *path, ag_err *err)
{
    ag_index_file file;
    ag_mapping *bytes = &collection->index_bytes;
    ag_status status = ag_file_map(bytes, path, err);

    if (status)
        return status;
    status = ag_index_file_parse(&file, bytes->data, bytes->length, err);
    if (status == AG_OK)
        status = open_flat(collection, &file, err);
    else if (status == AG_EUNSUPPORTED)
        status = open_faiss(collection, err);
    if (status)
        ag_err_prefix(err, "%s", path);
    return status;
}

static ag_status check_counts(const ag_collection *collection, const file_set *set, ag_err *err)
{
    if (collection->info.count != collection->catalogue.count)
        return ag_err_set(err, AG_EFORMAT, "%s has %zu vectors, but %s has %zu rows", set->index,
                          collection->info.count, set->metadata, collection->catalogue.count);
    if (collection->info.count == 0)
        return ag_err_set(err, AG_EFORMAT, "%s: the collection is empty", set->index);
    return AG_OK;
}

static ag_status open_set(ag_collection *collection, const file_set *set, ag_err *err)
{
    if (set->has_manifest)
        collection->info = set->manifest.info;
    ag_status status = open_index(collection, set->index, err);
    if (!status)
        status = ag_catalogue_load(&collection->catalogue, set->metadata, err);
    return status ? status : check_counts(collection, set, err);
}

ag_status ag_collection_open(ag_collection **out, const ag_collection_paths *paths, ag_err *err)
{
    file_set set;
    ag_status status = find_set(&set, paths, err);

    if (status)
        return status;
    ag_collection *collection = ag_xcalloc(1, sizeof *collection);
    status = open_set(collection, &set, err);
    file_set_fini(&set);
    if (status) {
        ag_collection_close(collection);
        return status;
    }
    *out = collection;
    return AG_OK;
}

void ag_collection_close(ag_collection *collection)
{
    if (!collection)
        return;
    ag_faiss_index_close(collection->faiss);
    ag_file_unmap(&collection->index_bytes);
    ag_catalogue_fini(&collection->catalogue);
    free(collection);
}

const ag_collection_info *ag_collection_info_of(const ag_collection *collection)
{
    return &collection->info;
}

const ag_artwork *ag_collection_artwork(const ag_collection *collection, size_t row)
{
    return &collection->catalogue.artworks[row];
}

ag_status ag_collection_search(const ag_collection *collection, ag_hit *hits, const float *vectors,
                               size_t B, uint32_t dimension, size_t k, ag_err *err)
{
    const ag_collection_info *info = &collection->info;

    if (dimension != info->dimension)
        return ag_err_set(
            err, AG_EINVAL,
            "the collection holds vectors of %u numbers%s%s, the model gives %u: use the "
            "model it was built with, or build it again",
            info->dimension, *info->encoder ? " by " : "", info->encoder, dimension);
    if (k > MAX_HITS || B > MAX_HITS / (k ? k : 1))
        return ag_err_set(err, AG_ELIMIT, "%zu results for %zu vectors are too many", k, B);
    if (collection->faiss)
        return ag_faiss_index_search(collection->faiss, hits, vectors, B, k, err);
    ag_flat_search(&collection->flat, hits, vectors, B, k);
    return AG_OK;
}
