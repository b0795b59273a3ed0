/* The English template. Any thread. */
#ifndef AG_DESCRIBE_ENGLISH_H
#define AG_DESCRIBE_ENGLISH_H

#include "base/buffer.h"
#include "describe/known.h"

/* Append what is known as English sentences; nothing where nothing is. */
void ag_english_write(ag_buffer *out, const ag_known *known);

#endif
