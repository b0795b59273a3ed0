#include "base/buffer.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ag_buffer_fini(ag_buffer *buffer)
{
    free(buffer->data);
    *buffer = (ag_buffer){0};
}

void ag_buffer_clear(ag_buffer *buffer)
{
    buffer->length = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

ag_status ag_buffer_reserve(ag_buffer *buffer, size_t extra, ag_err *err)
{
    if (extra >= SIZE_MAX - buffer->length)
        return ag_err_set(err, AG_ENOMEM, "no memory for %zu more bytes", extra);
    size_t needed = buffer->length + extra + 1; /* the NUL */
    if (needed <= buffer->capacity)
        return AG_OK;
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < needed)
        capacity = needed < 64 ? 64 : needed;
    uint8_t *data = ag_try_realloc(buffer->data, capacity, 1);
    if (data == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for %zu bytes", capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    return AG_OK;
}

ag_status ag_buffer_append(ag_buffer *buffer, const void *data, size_t length, ag_err *err)
{
    ag_status status = ag_buffer_reserve(buffer, length, err);
    if (status != AG_OK)
        return status;
    if (length > 0)
        memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return AG_OK;
}

void ag_buffer_printf(ag_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || ag_buffer_reserve(buffer, (size_t)length, NULL) != AG_OK)
        ag_memory_abort();
    vsnprintf((char *)buffer->data + buffer->length, (size_t)length + 1, format, again);
    va_end(again);
    buffer->length += (size_t)length;
}
