#include "collection/manifest.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

/* A manifest is some hundred bytes. */
#define MAX_BYTES (64 * 1024)

/* Bytes of features.bin that its seal is of: more than its header. */
#define SEALED_BYTES 4096

void ag_manifest_fini(ag_manifest *manifest)
{
    free(manifest->image_root);
    *manifest = (ag_manifest){0};
}

/* A whole number of at least 0 from JSON; 0 for anything else. */
static size_t number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    const json_int_t number = json_is_integer(value) ? json_integer_value(value) : 0;
    return number > 0 ? (size_t)number : 0;
}

#define COPY_STRING(field, object, key)                                                            \
    snprintf(field, sizeof field, "%s", ag_json_string(object, key, ""))

static ag_status from_json(ag_manifest *out, const json_t *object, ag_err *err)
{
    const size_t format = number_of(object, "format");
    const size_t dimension = number_of(object, "dimension");

    if (format == 0)
        return ag_err_set(err, AG_EFORMAT, "not the collection.json of a collection");
    if (format > AG_MANIFEST_FORMAT)
        return ag_err_set(
            err, AG_EUNSUPPORTED,
            "the collection has format %zu, made by a newer Art Guide; this one knows %d", format,
            AG_MANIFEST_FORMAT);
    ag_manifest manifest = {
        .info = {.count = number_of(object, "count"),
                 .dimension = dimension <= UINT32_MAX ? (uint32_t)dimension : 0},
        .index_bytes = number_of(object, "index_bytes"),
        .features_bytes = number_of(object, "features_bytes"),
        .image_root = ag_xstrdup(ag_json_string(object, "image_root", NULL)),
    };
    COPY_STRING(manifest.info.encoder, object, "encoder");
    COPY_STRING(manifest.info.fingerprint, object, "fingerprint");
    COPY_STRING(manifest.info.weights_sha256, object, "weights_sha256");
    COPY_STRING(manifest.info.version, object, "version");
    COPY_STRING(manifest.info.index_kind, object, "index");
    COPY_STRING(manifest.created, object, "created");
    COPY_STRING(manifest.metadata_sha256, object, "metadata_sha256");
    COPY_STRING(manifest.index_sha256, object, "index_sha256");
    COPY_STRING(manifest.features_seal, object, "features_seal");
    *out = manifest;
    return AG_OK;
}

ag_status ag_manifest_read(ag_manifest *out, const char *path, ag_err *err)
{
    ag_buffer bytes = {0};
    json_t *object = NULL;
    ag_status status = ag_file_read(&bytes, path, MAX_BYTES, err);

    if (!status)
        status = ag_json_parse_object(&object, bytes.data, bytes.length, err);
    if (!status)
        status = from_json(out, object, err);
    if (status && status != AG_ENOTFOUND)
        ag_err_prefix(err, "%s", path);
    json_decref(object);
    ag_buffer_fini(&bytes);
    return status;
}

ag_status ag_manifest_seal_features(ag_manifest *manifest, const char *path, ag_err *err)
{
    ag_mapping mapping;
    ag_status status = ag_file_map(&mapping, path, err);

    if (status)
        return status;
    const size_t sealed = mapping.length < SEALED_BYTES ? mapping.length : SEALED_BYTES;
    const ag_bytes part = {mapping.data, sealed};
    ag_sha256_hex(manifest->features_seal, &part, 1);
    manifest->features_bytes = mapping.length;
    ag_file_unmap(&mapping);
    return AG_OK;
}

ag_status ag_manifest_write(const ag_manifest *manifest, const char *path, ag_err *err)
{
    const ag_collection_info *info = &manifest->info;
    json_t *object = json_pack(
        "{s:i, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:o, s:o}", "format",
        AG_MANIFEST_FORMAT, "encoder", ag_json_text(info->encoder), "fingerprint",
        ag_json_text(info->fingerprint), "weights_sha256", ag_json_text(info->weights_sha256),
        "dimension", (json_int_t)info->dimension, "count", (json_int_t)info->count, "index",
        ag_json_text(info->index_kind), "created", ag_json_text(manifest->created), "version",
        ag_json_text(info->version), "metadata_sha256", ag_json_text(manifest->metadata_sha256),
        "index_bytes", (json_int_t)manifest->index_bytes, "index_sha256",
        ag_json_text(manifest->index_sha256), "features_bytes",
        (json_int_t)manifest->features_bytes, "features_seal",
        ag_json_text(manifest->features_seal), "image_root", ag_json_text(manifest->image_root));
    char *text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    ag_buffer bytes = {0};
    ag_status status = AG_ENOMEM;

    if (text) {
        ag_buffer_printf(&bytes, "%s\n", text);
        status = ag_file_write_atomic(path, bytes.data, bytes.length, err);
    } else {
        ag_err_set(err, status, "not enough memory for %s", path);
    }
    ag_buffer_fini(&bytes);
    free(text);
    json_decref(object);
    return status;
}
