#include "collection/file_set.h"

#include "base/file.h"
#include "base/memory.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ag_file_set_fini(ag_file_set *set)
{
    free(set->index);
    free(set->features);
    free(set->metadata);
    ag_manifest_fini(&set->manifest);
    *set = (ag_file_set){0};
}

static void forget(char **path)
{
    free(*path);
    *path = NULL;
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

static bool is_features_of(const char *path, const ag_manifest *manifest)
{
    ag_manifest actual = {0};
    return ag_manifest_seal_features(&actual, path, NULL) == AG_OK &&
           actual.features_bytes == manifest->features_bytes &&
           strcmp(actual.features_seal, manifest->features_seal) == 0;
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
static ag_status recover(ag_file_set *out, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/" AG_MANIFEST_FILE AG_MANIFEST_NEW, folder);
    ag_file_set set = {0};
    const ag_manifest *manifest = &set.manifest;

    if (ag_manifest_read(&set.manifest, path, NULL) == AG_OK) {
        set.has_manifest = true;
        if (manifest->index_bytes > 0)
            set.index = locate(folder, AG_MANIFEST_INDEX, manifest, is_index_of);
        if (manifest->features_bytes > 0)
            set.features = locate(folder, AG_MANIFEST_FEATURES, manifest, is_features_of);
        set.metadata = locate(folder, AG_MANIFEST_METADATA, manifest, is_metadata_of);
    }
    free(path);
    if (!set.metadata || !set.index != (manifest->index_bytes == 0) ||
        !set.features != (manifest->features_bytes == 0)) {
        ag_file_set_fini(&set);
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

/* Where the files are unless a manifest says otherwise. */
static ag_file_set usual_places(const ag_collection_paths *paths, const char *folder)
{
    ag_file_set set = {
        .index = paths->index_path ? ag_xstrdup(paths->index_path)
                                   : ag_xasprintf("%s/" AG_MANIFEST_INDEX, folder),
        .metadata = paths->meta_path ? ag_xstrdup(paths->meta_path)
                                     : ag_xasprintf("%s/" AG_MANIFEST_METADATA, folder),
    };
    char *copy = ag_xstrdup(set.metadata); /* dirname writes to its argument */
    set.features = ag_xasprintf("%s/" AG_MANIFEST_FEATURES, dirname(copy));
    free(copy);
    if (access(set.features, F_OK) != 0)
        forget(&set.features);
    return set;
}

/* Keep to what the manifest names. False when index and metadata are not those. */
static bool keep_named(ag_file_set *set)
{
    const ag_manifest *manifest = &set->manifest;
    const bool has_index = manifest->index_bytes > 0;

    if (!is_metadata_of(set->metadata, manifest) ||
        (has_index && !is_index_of(set->index, manifest)))
        return false;
    set->lacks_features = manifest->features_bytes > 0 &&
                          (!set->features || !is_features_of(set->features, manifest));
    if (manifest->features_bytes == 0 || set->lacks_features)
        forget(&set->features);
    if (!has_index)
        forget(&set->index);
    return true;
}

/* Files that no manifest names belong together if their owner says so. */
static void keep_found(ag_file_set *set, const ag_collection_paths *paths)
{
    ag_manifest_fini(&set->manifest);
    set->has_manifest = false;
    if (!paths->index_path && access(set->index, F_OK) != 0)
        forget(&set->index);
}

ag_status ag_file_set_find(ag_file_set *out, const ag_collection_paths *paths, ag_err *err)
{
    const char *folder = paths->folder ? paths->folder : ".";
    const bool is_own_choice = paths->index_path || paths->meta_path;
    ag_file_set recovered, set = usual_places(paths, folder);
    char *path = ag_xasprintf("%s/" AG_MANIFEST_FILE, folder);
    ag_status status = ag_manifest_read(&set.manifest, path, err);

    free(path);
    set.has_manifest = status == AG_OK;
    const bool is_whole = set.has_manifest && keep_named(&set);
    if (is_own_choice && !is_whole) {
        keep_found(&set, paths);
        status = AG_OK;
    } else if (status == AG_ENOTFOUND || (status == AG_OK && (!is_whole || set.lacks_features))) {
        /* Interrupted, perhaps. If not: without a manifest, made by other software. */
        const bool is_mixed = status == AG_OK && !is_whole;
        status = recover(&recovered, folder, is_mixed ? err : NULL);
        if (status == AG_OK) {
            ag_file_set_fini(&set);
            set = recovered;
        } else if (!is_mixed) {
            status = AG_OK;
        }
        if (!set.has_manifest)
            keep_found(&set, paths);
    }
    if (status) {
        ag_file_set_fini(&set);
        return status;
    }
    *out = set;
    return AG_OK;
}
