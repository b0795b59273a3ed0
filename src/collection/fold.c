#include "collection/fold.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>

/* A combining mark, the letters it goes with, and what each becomes (Unicode's canonical
 * compositions of the Latin-1 Supplement, Latin Extended-A and -B). */
static const struct {
    char32_t mark;
    const char *letters;
    const char16_t *composed;
} MARKS[] = {
    {0x300, "AEIOUNaeioun", u"ÀÈÌÒÙǸàèìòùǹ"},
    {0x301, "AEIOUYCLNRSZGaeiouyclnrszg", u"ÁÉÍÓÚÝĆĹŃŔŚŹǴáéíóúýćĺńŕśźǵ"},
    {0x302, "AEIOUCGHJSWYaeioucghjswy", u"ÂÊÎÔÛĈĜĤĴŜŴŶâêîôûĉĝĥĵŝŵŷ"},
    {0x303, "ANOIUanoiu", u"ÃÑÕĨŨãñõĩũ"},
    {0x304, "AEIOUaeiou", u"ĀĒĪŌŪāēīōū"},
    {0x306, "AEGIOUaegiou", u"ĂĔĞĬŎŬăĕğĭŏŭ"},
    {0x307, "CEGIZAOcegzao", u"ĊĖĠİŻȦȮċėġżȧȯ"},
    {0x308, "AEIOUYaeiouy", u"ÄËÏÖÜŸäëïöüÿ"},
    {0x30A, "AUau", u"ÅŮåů"},
    {0x30B, "OUou", u"ŐŰőű"},
    {0x30C, "CDENRSTZAIOUGcdenrstzaioug", u"ČĎĚŇŘŠŤŽǍǏǑǓǦčďěňřšťžǎǐǒǔǧ"},
    {0x326, "STst", u"ȘȚșț"},
    {0x327, "CGKLNRSTcgklnrst", u"ÇĢĶĻŅŖŞŢçģķļņŗşţ"},
    {0x328, "AEIUOaeiuo", u"ĄĘĮŲǪąęįųǫ"},
};

/* Letters without a canonical decomposition, as ASCII writes them. */
static const struct {
    char32_t letter;
    char ascii[3];
} SPELLINGS[] = {
    {u'ß', "ss"}, {u'æ', "ae"}, {u'Æ', "ae"}, {u'œ', "oe"}, {u'Œ', "oe"}, {u'ø', "o"},
    {u'Ø', "o"},  {u'đ', "d"},  {u'Đ', "d"},  {u'ð', "d"},  {u'Ð', "d"},  {u'þ', "th"},
    {u'Þ', "th"}, {u'ł', "l"},  {u'Ł', "l"},  {u'ı', "i"},  {u'ħ', "h"},  {u'Ħ', "h"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The character at *at, which moves behind it; U+FFFD for a byte that begins none. */
static char32_t next_character(const char **at)
{
    uint32_t character;
    *at += ag_utf8_decode(&character, *at);
    return character;
}

static void append_character(ag_buffer *out, char32_t character)
{
    char bytes[AG_UTF8_MAX_BYTES];
    ag_buffer_printf(out, "%.*s", (int)ag_utf8_encode(bytes, character), bytes);
}

static bool is_mark(char32_t character)
{
    return character >= 0x300 && character <= 0x36F;
}

/* letter with mark, or 0 where there is no such letter. */
static char32_t compose(char32_t letter, char32_t mark)
{
    for (size_t i = 0; i < COUNT(MARKS); i++) {
        if (MARKS[i].mark != mark || letter == 0 || letter >= 0x80)
            continue;
        const char *found = strchr(MARKS[i].letters, (int)letter);
        return found ? MARKS[i].composed[found - MARKS[i].letters] : 0;
    }
    return 0;
}

/* The letter below the mark of a composed one; others as they are. */
static char32_t strip_mark(char32_t character)
{
    for (size_t i = 0; i < COUNT(MARKS); i++)
        for (size_t j = 0; MARKS[i].letters[j]; j++)
            if (MARKS[i].composed[j] == character)
                return (char32_t)MARKS[i].letters[j];
    return character;
}

void ag_fold_compose(ag_buffer *out, const char *text)
{
    char32_t held = 0; /* a character that a mark may still join */

    while (*text) {
        const char32_t character = next_character(&text);
        const char32_t composed = is_mark(character) ? compose(held, character) : 0;
        if (composed) {
            held = composed;
            continue;
        }
        if (held)
            append_character(out, held);
        held = character;
    }
    if (held)
        append_character(out, held);
}

/* Append the ASCII spelling of a character; false when it has none. */
static bool append_ascii(ag_buffer *out, char32_t character)
{
    for (size_t i = 0; i < COUNT(SPELLINGS); i++) {
        if (SPELLINGS[i].letter == character) {
            ag_buffer_printf(out, "%s", SPELLINGS[i].ascii);
            return true;
        }
    }
    if (character >= 'A' && character <= 'Z')
        character += 'a' - 'A';
    if (!((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9')))
        return false;
    append_character(out, character);
    return true;
}

/* Letters of other scripts; what is left out are Latin-1's signs and the General Punctuation block.
 */
static bool is_foreign_letter(char32_t character)
{
    return character >= 0xC0 && character != AG_UTF8_REPLACEMENT &&
           !(character >= 0x2000 && character <= 0x206F);
}

void ag_fold_slug(ag_buffer *out, const char *text)
{
    bool gap = false; /* something was left out since the last letter */
    const size_t start = out->length;

    while (*text) {
        const char32_t character = strip_mark(next_character(&text));
        ag_buffer piece = {0};

        if (is_mark(character) || character == '\'' || character == 0x2019)
            continue; /* "de' Benci" is "de-benci" and "L'Étoile" is "letoile" */
        if (!append_ascii(&piece, character) && is_foreign_letter(character))
            append_character(&piece, character);
        if (piece.length > 0) {
            ag_buffer_printf(out, "%s%s", gap && out->length > start ? "-" : "",
                             (char *)piece.data);
            gap = false;
        } else {
            gap = true;
        }
        ag_buffer_fini(&piece);
    }
}
