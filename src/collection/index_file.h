/* FAISS's file format of flat indexes: vectors one behind the other after a short header.
 *
 * Read in place, so that an index is mapped and not copied, and written, byte for byte as FAISS 1.7
 * does. The format is FAISS's: it changes only when theirs does. Any thread. */
#ifndef AG_COLLECTION_INDEX_FILE_H
#define AG_COLLECTION_INDEX_FILE_H

#include "base/status.h"
#include "collection/flat.h"

#include <stddef.h>
#include <stdint.h>

/* More dimensions than any image encoder gives. */
#define AG_INDEX_FILE_MAX_DIMENSION 65536

/* Vectors inside an index's bytes. */
typedef struct ag_index_file {
    const void *rows; /* borrowed from the bytes: count × dimension float32, not aligned */
    size_t count;
    uint32_t dimension;
    ag_metric metric;
} ag_index_file;

/* Read a flat index. AG_EUNSUPPORTED for another kind of index (FAISS may know it) or metric,
 * AG_EFORMAT for what is damaged: the header must describe exactly `length` bytes. */
AG_MUST_USE ag_status ag_index_file_parse(ag_index_file *out, const void *bytes, size_t length,
                                          ag_err *err);

/* Write a flat index to path, in place (see ag_file_commit). index->count may be 0. AG_EIO. */
AG_MUST_USE ag_status ag_index_file_write(const char *path, const ag_index_file *index,
                                          ag_err *err);

#endif
