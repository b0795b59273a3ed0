#include "clip/safetensors.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES      8u /* of the header's length in front of it */
#define FINGERPRINT_BYTES 4096u

struct ag_safetensors {
    ag_mapping mapping;      /* of the file, or empty when the bytes are the caller's */
    const uint8_t *header;   /* length field and JSON */
    size_t header_bytes;     /* of both */
    json_t *json;            /* owns the names */
    size_t count;            /* of tensors */
    ag_tensor *tensors;      /* by position in the file */
    const ag_tensor **names; /* the same, by name */
};

/* Element types of the format. */
static const struct {
    const char *name;
    ag_dtype dtype;
    size_t bytes;
} dtypes[] = {
    {"F32", AG_DTYPE_F32, 4},   {"F16", AG_DTYPE_F16, 2},       {"BF16", AG_DTYPE_BF16, 2},
    {"I64", AG_DTYPE_OTHER, 8}, {"I32", AG_DTYPE_OTHER, 4},     {"I16", AG_DTYPE_OTHER, 2},
    {"I8", AG_DTYPE_OTHER, 1},  {"U64", AG_DTYPE_OTHER, 8},     {"U32", AG_DTYPE_OTHER, 4},
    {"U16", AG_DTYPE_OTHER, 2}, {"U8", AG_DTYPE_OTHER, 1},      {"BOOL", AG_DTYPE_OTHER, 1},
    {"F64", AG_DTYPE_OTHER, 8}, {"F8_E4M3", AG_DTYPE_OTHER, 1}, {"F8_E5M2", AG_DTYPE_OTHER, 1},
};

/* A JSON integer that fits a size_t; false for anything else. */
static bool to_size(size_t *out, const json_t *value)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static ag_status parse_dtype(ag_tensor *tensor, size_t *element_bytes, const json_t *entry,
                             ag_err *err)
{
    const char *name = ag_json_string(entry, "dtype", "");
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(name, dtypes[i].name) == 0) {
            tensor->dtype = dtypes[i].dtype;
            *element_bytes = dtypes[i].bytes;
            return AG_OK;
        }
    }
    return ag_err_set(err, AG_EUNSUPPORTED, "tensor \"%.80s\" has the unknown dtype \"%.16s\"",
                      tensor->name, name);
}

static ag_status parse_shape(ag_tensor *tensor, const json_t *entry, ag_err *err)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape))
        return ag_err_set(err, AG_EFORMAT, "tensor \"%.80s\" has no shape", tensor->name);
    tensor->rank = json_array_size(shape);
    if (tensor->rank > AG_TENSOR_MAX_RANK)
        return ag_err_set(err, AG_EUNSUPPORTED,
                          "tensor \"%.80s\" has %zu dimensions, at most %d are known", tensor->name,
                          tensor->rank, AG_TENSOR_MAX_RANK);
    tensor->elements = 1;
    for (size_t i = 0; i < tensor->rank; i++) {
        if (!to_size(&tensor->shape[i], json_array_get(shape, i)) ||
            !ag_size_mul(&tensor->elements, tensor->elements, tensor->shape[i]))
            return ag_err_set(err, AG_EFORMAT, "tensor \"%.80s\" has an impossible shape",
                              tensor->name);
    }
    return AG_OK;
}

/* Place the tensor within the data; its size must be what dtype and shape say. */
static ag_status parse_offsets(ag_tensor *tensor, size_t element_bytes, const json_t *entry,
                               const ag_bytes *data, ag_err *err)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin, end, bytes;
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        !to_size(&begin, json_array_get(offsets, 0)) || !to_size(&end, json_array_get(offsets, 1)))
        return ag_err_set(err, AG_EFORMAT, "tensor \"%.80s\" has no data_offsets [begin, end]",
                          tensor->name);
    if (begin > end || end > data->length)
        return ag_err_set(err, AG_EFORMAT,
                          "tensor \"%.80s\" lies at bytes %zu to %zu of %zu: outside the file",
                          tensor->name, begin, end, data->length);
    if (!ag_size_mul(&bytes, tensor->elements, element_bytes) || bytes != end - begin)
        return ag_err_set(err, AG_EFORMAT,
                          "tensor \"%.80s\" occupies %zu bytes, which is not what its shape needs",
                          tensor->name, end - begin);
    tensor->data = (const uint8_t *)data->data + begin;
    tensor->bytes = bytes;
    return AG_OK;
}

static ag_status parse_tensor(ag_tensor *tensor, const char *name, const json_t *entry,
                              const ag_bytes *data, ag_err *err)
{
    size_t element_bytes = 0;
    tensor->name = name;
    if (!json_is_object(entry))
        return ag_err_set(err, AG_EFORMAT, "tensor \"%.80s\" is not described by an object", name);
    ag_status status = parse_dtype(tensor, &element_bytes, entry, err);
    if (status == AG_OK)
        status = parse_shape(tensor, entry, err);
    if (status == AG_OK)
        status = parse_offsets(tensor, element_bytes, entry, data, err);
    return status;
}

static int by_position(const void *a, const void *b)
{
    const ag_tensor *left = a, *right = b;
    if (left->data != right->data)
        return left->data < right->data ? -1 : 1;
    return (left->bytes > right->bytes) - (left->bytes < right->bytes);
}

static int by_name(const void *a, const void *b)
{
    const ag_tensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Tensors in order of position must follow each other from the first byte to the last. */
static ag_status check_coverage(const ag_safetensors *file, const ag_bytes *data, ag_err *err)
{
    const uint8_t *start = data->data;
    size_t covered = 0;
    for (size_t i = 0; i < file->count; i++) {
        size_t begin = (size_t)(file->tensors[i].data - start);
        if (begin != covered)
            return ag_err_set(err, AG_EFORMAT, "tensor \"%.80s\" %s", file->tensors[i].name,
                              begin < covered ? "overlaps another tensor"
                                              : "leaves unused bytes in front of it");
        covered += file->tensors[i].bytes;
    }
    if (covered != data->length)
        return ag_err_set(err, AG_EFORMAT, "%zu bytes behind the last tensor belong to none",
                          data->length - covered);
    return AG_OK;
}

static ag_status parse_tensors(ag_safetensors *file, const ag_bytes *data, ag_err *err)
{
    size_t entries = json_object_size(file->json);
    file->tensors = ag_try_malloc(entries + 1, sizeof *file->tensors);
    file->names = ag_try_malloc(entries + 1, sizeof *file->names);
    if (file->tensors == NULL || file->names == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for %zu tensors", entries);

    const char *name;
    json_t *entry;
    json_object_foreach(file->json, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        ag_tensor *tensor = &file->tensors[file->count++];
        memset(tensor, 0, sizeof *tensor);
        ag_status status = parse_tensor(tensor, name, entry, data, err);
        if (status != AG_OK)
            return status;
    }
    qsort(file->tensors, file->count, sizeof *file->tensors, by_position);
    for (size_t i = 0; i < file->count; i++)
        file->names[i] = &file->tensors[i];
    qsort(file->names, file->count, sizeof *file->names, by_name);
    return check_coverage(file, data, err);
}

/* Check the length field in front of the header and return the header's JSON text. */
static ag_status find_header(ag_bytes *text, const uint8_t *bytes, size_t length, ag_err *err)
{
    if (length < LENGTH_BYTES)
        return ag_err_set(err, AG_EFORMAT, "not a safetensors file: only %zu bytes long", length);
    uint64_t header = 0;
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        header |= (uint64_t)bytes[i] << (8 * i);
    if (header > length - LENGTH_BYTES)
        return ag_err_set(
            err, AG_EFORMAT,
            "not a safetensors file, or cut short: its header would be %llu bytes long",
            (unsigned long long)header);
    if (header > AG_SAFETENSORS_MAX_HEADER_BYTES)
        return ag_err_set(err, AG_ELIMIT,
                          "the safetensors header is %llu bytes long, at most %zu are read",
                          (unsigned long long)header, AG_SAFETENSORS_MAX_HEADER_BYTES);
    text->data = bytes + LENGTH_BYTES;
    text->length = (size_t)header;
    return AG_OK;
}

ag_status ag_safetensors_parse(ag_safetensors **out, const void *bytes, size_t length, ag_err *err)
{
    ag_bytes text = {0};
    ag_status status = find_header(&text, bytes, length, err);
    if (status != AG_OK)
        return status;

    ag_safetensors *file = ag_xcalloc(1, sizeof *file);
    file->header = bytes;
    file->header_bytes = LENGTH_BYTES + text.length;
    ag_bytes data = {file->header + file->header_bytes, length - file->header_bytes};
    status = ag_json_parse_object(&file->json, text.data, text.length, err);
    if (status != AG_OK)
        ag_err_prefix(err, "safetensors header");
    else
        status = parse_tensors(file, &data, err);
    if (status != AG_OK) {
        ag_safetensors_close(file);
        return status;
    }
    *out = file;
    return AG_OK;
}

ag_status ag_safetensors_open(ag_safetensors **out, const char *path, ag_err *err)
{
    ag_mapping mapping;
    ag_status status = ag_file_map(&mapping, path, err);
    if (status != AG_OK)
        return status;
    ag_safetensors *file;
    status = ag_safetensors_parse(&file, mapping.data, mapping.length, err);
    if (status != AG_OK) {
        ag_err_prefix(err, "%s", path);
        ag_file_unmap(&mapping);
        return status;
    }
    file->mapping = mapping;
    *out = file;
    return AG_OK;
}

void ag_safetensors_close(ag_safetensors *file)
{
    if (file == NULL)
        return;
    free(file->names);
    free(file->tensors);
    json_decref(file->json);
    ag_file_unmap(&file->mapping);
    free(file);
}

size_t ag_safetensors_count(const ag_safetensors *file)
{
    return file->count;
}

const ag_tensor *ag_safetensors_at(const ag_safetensors *file, size_t i)
{
    assert(i < file->count);
    return &file->tensors[i];
}

const ag_tensor *ag_safetensors_find(const ag_safetensors *file, const char *name)
{
    const ag_tensor wanted = {.name = name}, *key = &wanted;
    const ag_tensor **found = bsearch(&key, file->names, file->count, sizeof *file->names, by_name);
    return found == NULL ? NULL : *found;
}

ag_status ag_safetensors_fingerprint(char out[AG_SHA256_HEX_BYTES], const ag_safetensors *file,
                                     ag_err *err)
{
    ag_bytes *parts = ag_try_malloc(file->count + 1, sizeof *parts);
    if (parts == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory to fingerprint %zu tensors", file->count);
    parts[0] = (ag_bytes){file->header, file->header_bytes};
    for (size_t i = 0; i < file->count; i++) {
        const ag_tensor *tensor = &file->tensors[i];
        size_t head = tensor->bytes < FINGERPRINT_BYTES ? tensor->bytes : FINGERPRINT_BYTES;
        parts[i + 1] = (ag_bytes){tensor->data, head};
    }
    ag_sha256_hex(out, parts, file->count + 1);
    free(parts);
    return AG_OK;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float from_f16(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 0x1fu;
    uint32_t fraction = half & 0x3ffu;
    if (exponent == 0) { /* zero and subnormals: fraction × 2^-24 */
        float magnitude = (float)fraction * 0x1p-24f;
        return sign != 0 ? -magnitude : magnitude;
    }
    if (exponent == 31) /* infinity and NaN */
        return from_bits(sign | 0x7f800000u | fraction << 13);
    return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

void ag_tensor_read(float *out, const ag_tensor *tensor, size_t first, size_t count)
{
    assert(first <= tensor->elements && count <= tensor->elements - first);
    assert(tensor->dtype != AG_DTYPE_OTHER);
    if (count == 0)
        return;
    if (tensor->dtype == AG_DTYPE_F32) {
        memcpy(out, tensor->data + first * sizeof *out, count * sizeof *out);
        return;
    }
    const uint8_t *data = tensor->data + first * sizeof(uint16_t);
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, data + i * sizeof half, sizeof half);
        out[i] = tensor->dtype == AG_DTYPE_BF16 ? from_bits((uint32_t)half << 16) : from_f16(half);
    }
}
