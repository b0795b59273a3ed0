#include "collection/collection.h"

#include "base/file.h"
#include "base/memory.h"
#include "collection/catalogue.h"
#include "collection/faiss_index.h"
#include "collection/file_set.h"
#include "collection/flat.h"
#include "collection/index_file.h"
#include "features/extract.h"

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
    ag_gallery *gallery;    /* NULL: no local features */
    char *folder;           /* of the files */
    char *image_root;       /* collection.json's; NULL: none */
};

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

/* The local features, if there are any. */
static ag_status open_gallery(ag_collection *collection, const ag_file_set *set, ag_err *err)
{
    if (set->lacks_features)
        return ag_err_set(err, AG_EFORMAT,
                          "%s: " AG_MANIFEST_FEATURES " is missing or of another build: run "
                          "'artguide collection add-features'",
                          collection->folder);
    if (!set->features)
        return AG_OK;
    ag_err reason;
    ag_status status =
        ag_gallery_open(&collection->gallery, set->features, ag_extractor_name(), &reason);
    if (status == AG_EFORMAT)
        return ag_err_set(err, status, "%s: run 'artguide collection add-features'",
                          reason.message);
    if (status) {
        if (err)
            *err = reason;
        return status;
    }
    const size_t works = ag_gallery_count(collection->gallery);
    if (works != collection->catalogue.count)
        return ag_err_set(err, AG_EFORMAT,
                          "%s has %zu works, but %s has %zu rows: run 'artguide collection "
                          "add-features'",
                          set->features, works, set->metadata, collection->catalogue.count);
    return AG_OK;
}

static ag_status check_counts(ag_collection *collection, const ag_file_set *set, ag_err *err)
{
    ag_collection_info *info = &collection->info;
    const size_t rows = collection->catalogue.count;

    if (!set->index) {
        info->dimension = 0;
        info->count = rows;
        snprintf(info->index_kind, sizeof info->index_kind, "none");
    }
    if (info->count != rows)
        return ag_err_set(err, AG_EFORMAT, "%s has %zu vectors, but %s has %zu rows", set->index,
                          info->count, set->metadata, rows);
    if (rows == 0)
        return ag_err_set(err, AG_EFORMAT, "%s: the collection is empty", set->metadata);
    return AG_OK;
}

static ag_status open_set(ag_collection *collection, const ag_file_set *set, ag_err *err)
{
    if (set->has_manifest) {
        collection->info = set->manifest.info;
        collection->image_root = ag_xstrdup(set->manifest.image_root);
    }
    if (!set->index && !set->features && !set->lacks_features)
        return ag_err_set(err, AG_ENOTFOUND,
                          "%s has neither " AG_MANIFEST_INDEX " nor " AG_MANIFEST_FEATURES
                          ": build a collection there first",
                          collection->folder);
    ag_status status = set->index ? open_index(collection, set->index, err) : AG_OK;
    if (!status)
        status = ag_catalogue_load(&collection->catalogue, set->metadata, err);
    if (!status)
        status = check_counts(collection, set, err);
    return status ? status : open_gallery(collection, set, err);
}

ag_status ag_collection_open(ag_collection **out, const ag_collection_paths *paths, ag_err *err)
{
    ag_file_set set;
    ag_status status = ag_file_set_find(&set, paths, err);

    if (status)
        return status;
    ag_collection *collection = ag_xcalloc(1, sizeof *collection);
    collection->folder = ag_xstrdup(paths->folder ? paths->folder : ".");
    status = open_set(collection, &set, err);
    ag_file_set_fini(&set);
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
    ag_gallery_close(collection->gallery);
    free(collection->folder);
    free(collection->image_root);
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

const ag_gallery *ag_collection_gallery(const ag_collection *collection)
{
    return collection->gallery;
}

const ag_catalogue *ag_collection_catalogue(const ag_collection *collection)
{
    return &collection->catalogue;
}

const char *ag_collection_image_root(const ag_collection *collection)
{
    return collection->image_root ? collection->image_root : collection->folder;
}

char *ag_collection_image_file(const ag_collection *collection, size_t row, const char *folder)
{
    const char *image_path = ag_collection_artwork(collection, row)->image_path;
    const char *root = folder ? folder : ag_collection_image_root(collection);

    return image_path[0] == '/' ? ag_xstrdup(image_path) : ag_xasprintf("%s/%s", root, image_path);
}

ag_status ag_collection_search(const ag_collection *collection, ag_hit *hits, const float *vectors,
                               size_t B, uint32_t dimension, size_t k, ag_err *err)
{
    const ag_collection_info *info = &collection->info;

    if (info->dimension == 0)
        return ag_err_set(err, AG_EINVAL,
                          "the collection has no vectors: it was built without a CLIP model; build "
                          "it again with one to search by embedding");
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
