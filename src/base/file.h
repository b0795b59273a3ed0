/* Files: whole-file reads, read-only mappings, and writes that are complete or do not happen.
 * Any thread. */
#ifndef AG_BASE_FILE_H
#define AG_BASE_FILE_H

#include "base/buffer.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* A file mapped read-only, shared with the page cache. */
typedef struct ag_mapping {
    const uint8_t *data; /* NULL for an empty file */
    size_t length;       /* bytes */
} ag_mapping;

/* Map a regular file. AG_ENOTFOUND, AG_EIO, AG_EUNSUPPORTED (not a regular file). */
AG_MUST_USE ag_status ag_file_map(ag_mapping *out, const char *path, ag_err *err);
void ag_file_unmap(ag_mapping *mapping);

/* Append a whole file to buffer; AG_ELIMIT when it has more than max_bytes. "-" is standard
 * input. */
AG_MUST_USE ag_status ag_file_read(ag_buffer *out, const char *path, size_t max_bytes, ag_err *err);

/* Replace path by the bytes: written beside it, fsynced, renamed, the folder fsynced. AG_EIO. */
AG_MUST_USE ag_status ag_file_write_atomic(const char *path, const void *bytes, size_t length,
                                           ag_err *err);

/* Put a finished temporary file in its place: fsync, rename, fsync the folder. AG_EIO. */
AG_MUST_USE ag_status ag_file_commit(const char *temporary_path, const char *path, ag_err *err);

/* mkdir -p. AG_EIO. */
AG_MUST_USE ag_status ag_file_make_folder(const char *path, ag_err *err);

#endif
