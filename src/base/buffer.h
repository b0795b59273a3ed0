/* Growable byte buffer, in the caller's storage. Zero-initialised is empty. One thread at a time.
 *
 * data is always followed by a NUL once anything was appended, so it can be used as a C string. */
#ifndef AG_BASE_BUFFER_H
#define AG_BASE_BUFFER_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_buffer {
    uint8_t *data;   /* owned; NULL while capacity is 0 */
    size_t length;   /* bytes in use, without the NUL */
    size_t capacity; /* bytes allocated */
} ag_buffer;

void ag_buffer_fini(ag_buffer *buffer);

/* Forget the content, keep the memory. */
void ag_buffer_clear(ag_buffer *buffer);

/* Room for extra more bytes. AG_ENOMEM. */
AG_MUST_USE ag_status ag_buffer_reserve(ag_buffer *buffer, size_t extra, ag_err *err);

/* Append length bytes of data. AG_ENOMEM. */
AG_MUST_USE ag_status ag_buffer_append(ag_buffer *buffer, const void *data, size_t length,
                                       ag_err *err);

/* Append printf-style text; aborts when memory is out (for text of our own, of bounded size). */
void ag_buffer_printf(ag_buffer *buffer, const char *format, ...) AG_PRINTF(2, 3);

#endif
