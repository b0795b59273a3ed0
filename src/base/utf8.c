#include "base/utf8.h"

#include <string.h>

/* What may follow a first byte: RFC 3629's table of well-formed sequences. */
typedef struct sequence {
    unsigned char first_low, first_high;   /* range of the first byte */
    unsigned char second_low, second_high; /* range of the second; further ones are 80…BF */
    size_t length;
} sequence;

static const sequence SEQUENCES[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static size_t match(const sequence *form, const unsigned char *bytes, size_t left)
{
    if (form->length > left)
        return 0;
    if (form->length > 1 && (bytes[1] < form->second_low || bytes[1] > form->second_high))
        return 0;
    for (size_t i = 2; i < form->length; i++) {
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    }
    return form->length;
}

size_t ag_utf8_sequence_length(const char *text, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (left == 0)
        return 0;
    for (size_t i = 0; i < sizeof SEQUENCES / sizeof *SEQUENCES; i++) {
        const sequence *form = &SEQUENCES[i];
        if (bytes[0] >= form->first_low && bytes[0] <= form->first_high)
            return match(form, bytes, left);
    }
    return 0;
}

size_t ag_utf8_decode(uint32_t *character, const char *text)
{
    static const unsigned char FIRST_BITS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = *text == '\0' ? 1 : ag_utf8_sequence_length(text, strnlen(text, 4));
    if (length == 0) {
        *character = AG_UTF8_REPLACEMENT;
        return 1;
    }
    *character = bytes[0] & FIRST_BITS[length];
    for (size_t i = 1; i < length; i++)
        *character = *character << 6 | (bytes[i] & 0x3fu);
    return length;
}

size_t ag_utf8_encode(char out[AG_UTF8_MAX_BYTES], uint32_t character)
{
    static const unsigned char FIRST_MARK[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3f));
    out[0] = (char)(FIRST_MARK[length] | character);
    return length;
}

void ag_utf8_trim_partial(char *text)
{
    size_t length = strlen(text);
    size_t start = length; /* of the last character */
    while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0 &&
        ag_utf8_sequence_length(text + start - 1, length - start + 1) == 0)
        text[start - 1] = '\0';
}
