/* UTF-8 (RFC 3629): telling characters from bytes that only look like them. Any thread. */
#ifndef AG_BASE_UTF8_H
#define AG_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* U+FFFD, which stands for bytes that are not UTF-8. */
#define AG_UTF8_REPLACEMENT 0xfffdu

#define AG_UTF8_MAX_BYTES 4

/* Bytes (1…4) of the well-formed character at text, of which `left` bytes are there; 0 when there
 * is none: overlong, surrogate, above U+10FFFF, cut off. */
size_t ag_utf8_sequence_length(const char *text, size_t left);

/* The first character of text (NUL-terminated) and its bytes; AG_UTF8_REPLACEMENT and 1 for a byte
 * that begins none. The end of text reads as U+0000 of one byte. */
size_t ag_utf8_decode(uint32_t *character, const char *text);

/* Write a character, not NUL-terminated; returns its bytes. character is at most U+10FFFF. */
size_t ag_utf8_encode(char out[AG_UTF8_MAX_BYTES], uint32_t character);

/* Cut off a last character that is not whole, as copying into too small a space leaves behind. */
void ag_utf8_trim_partial(char *text);

#endif
