/* Reader for safetensors files, the format in which the Hugging Face hub publishes weights
 * (https://github.com/huggingface/safetensors, "Format").
 *
 * The file stays where it is (a mapping, or the caller's bytes); tensors point into it. Everything
 * the header claims is checked before any tensor can be reached, with the reference reader's
 * strictness: tensors must cover the data exactly, without overlaps or holes. Any thread once
 * opened. */
#ifndef AG_CLIP_SAFETENSORS_H
#define AG_CLIP_SAFETENSORS_H

#include "base/digest.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* More dimensions than any model uses. */
#define AG_TENSOR_MAX_RANK 8

/* Longest header accepted. The format allows 100 MB; the largest CLIP's is 0.2 MB. */
#define AG_SAFETENSORS_MAX_HEADER_BYTES ((size_t)8 << 20)

typedef enum ag_dtype {
    AG_DTYPE_F32,   /* IEEE 754 binary32 */
    AG_DTYPE_F16,   /* IEEE 754 binary16 */
    AG_DTYPE_BF16,  /* the upper half of a binary32 */
    AG_DTYPE_OTHER, /* known and checked, but not readable as floats here: integers, F64, F8, BOOL
                     */
} ag_dtype;

/* One tensor: row-major, little-endian. */
typedef struct ag_tensor {
    const char *name;                 /* borrowed from the file's header */
    const uint8_t *data;              /* first element, not necessarily aligned */
    size_t bytes;                     /* of the data */
    size_t elements;                  /* product of the shape */
    ag_dtype dtype;                   /* of the elements */
    size_t rank;                      /* dimensions in use; 0: a scalar */
    size_t shape[AG_TENSOR_MAX_RANK]; /* outermost first */
} ag_tensor;

typedef struct ag_safetensors ag_safetensors;

/* Map and check a file. AG_ENOTFOUND, AG_EIO, AG_EFORMAT (damaged or hostile, saying where),
 * AG_EUNSUPPORTED (an element type or rank not known), AG_ELIMIT (header too long), AG_ENOMEM.
 * *out is owned: ag_safetensors_close. */
AG_MUST_USE ag_status ag_safetensors_open(ag_safetensors **out, const char *path, ag_err *err);

/* The same for bytes in memory, borrowed until close. */
AG_MUST_USE ag_status ag_safetensors_parse(ag_safetensors **out, const void *bytes, size_t length,
                                           ag_err *err);
void ag_safetensors_close(ag_safetensors *file);

/* Number of tensors, and the i-th by position in the file. */
size_t ag_safetensors_count(const ag_safetensors *file);
const ag_tensor *ag_safetensors_at(const ag_safetensors *file, size_t i);

/* The tensor of that name, or NULL. Borrowed until close. */
const ag_tensor *ag_safetensors_find(const ag_safetensors *file, const char *name);

/* Hex SHA-256 over the header and the first 4 KiB of every tensor. AG_ENOMEM. */
AG_MUST_USE ag_status ag_safetensors_fingerprint(char out[AG_SHA256_HEX_BYTES],
                                                 const ag_safetensors *file, ag_err *err);

/* out[i] = element first + i of an F32, F16 or BF16 tensor, for `count` elements within it. */
void ag_tensor_read(float *out, const ag_tensor *tensor, size_t first, size_t count);

#endif
