/* UTF-8 (RFC 3629): telling characters from bytes that only look like them. Any thread. */
#ifndef AG_BASE_UTF8_H
#define AG_BASE_UTF8_H

#include <stddef.h>

/* Bytes (1…4) of the well-formed character at text, of which `left` bytes are there; 0 when there
 * is none: overlong, surrogate, above U+10FFFF, cut off. */
size_t ag_utf8_sequence_length(const char *text, size_t left);

/* Cut off a last character that is not whole, as copying into too small a space leaves behind. */
void ag_utf8_trim_partial(char *text);

#endif
