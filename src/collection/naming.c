#include "collection/naming.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "collection/fold.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Longest identifier made from names, in bytes; it becomes part of URLs. */
#define MAX_SLUG_BYTES 100

/* Folders that say what they hold, not who made it; slugs. */
static const char *const GENERIC_FOLDERS[] = {
    "art",    "artwork", "artworks",  "collection", "data",     "files",
    "images", "img",     "paintings", "photos",     "pictures", "scans",
};

/* What cameras and scanners put in front; compared without regard to case. */
static const char *const DEVICE_PREFIXES[] = {"img_", "img-",  "img ", "dsc_",
                                              "dsc-", "scan_", "scan "};

/* Words that stay small inside a title or a name. */
static const char *const SMALL_WORDS[] = {
    "a",   "an", "and", "at",  "by", "d",   "da",  "de",  "del",  "der",
    "des", "di", "du",  "el",  "en", "et",  "in",  "la",  "le",   "les",
    "of",  "on", "or",  "the", "to", "und", "van", "von", "with",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of UTF-8 beyond ASCII count as letters. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* The text behind "03 - ", "03. ", "03_", "(3) " or "03 " in front, which number a file; text
 * itself when the number is part of the name ("12 Angels", "1889 Self-Portrait", "17.5"). */
static const char *skip_number(const char *text)
{
    size_t digits = 0;
    const char *at = text;

    while (is_digit(text[digits]))
        digits++;
    if (digits == 0 || digits > 3)
        return text;
    at += digits;
    const bool is_padded = text[0] == '0';
    const size_t separators = strspn(at, " -._)");
    const bool is_plain_gap = separators == strspn(at, " ");
    if (separators == 0 || (is_plain_gap && !is_padded) || !is_letter(at[separators]))
        return text;
    return at + separators;
}

static const char *skip_device(const char *text)
{
    for (size_t i = 0; i < COUNT(DEVICE_PREFIXES); i++) {
        const size_t length = strlen(DEVICE_PREFIXES[i]);
        if (strncasecmp(text, DEVICE_PREFIXES[i], length) == 0 && is_letter(text[length]))
            return text + length;
    }
    return text;
}

static bool has_capital(const char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            return true;
    return false;
}

static bool is_small_word(const char *word, size_t length)
{
    for (size_t i = 0; i < COUNT(SMALL_WORDS); i++)
        if (strlen(SMALL_WORDS[i]) == length && strncmp(word, SMALL_WORDS[i], length) == 0)
            return true;
    return false;
}

/* Capitals for words that have none: all but small ones inside. Only ASCII letters are touched. */
static void capitalise(char *text)
{
    for (char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        if (word == text || !is_small_word(word, length))
            *word = (char)toupper((unsigned char)*word);
        word += length + strspn(word + length, " ");
    }
}

/* Copy length bytes of a name the way a person would write it: underscores, and hyphens that stand
 * for them, become spaces; runs of spaces become one. */
static char *tidy(ag_arena *arena, const char *name, size_t length)
{
    char *raw = ag_arena_strndup(arena, name, length);
    ag_buffer composed = {0};
    size_t used = 0;

    if (!raw)
        return NULL;
    ag_fold_compose(&composed, raw);
    char *out = ag_arena_strdup(arena, composed.data ? (char *)composed.data : "");
    ag_buffer_fini(&composed);
    if (!out)
        return NULL;
    const bool is_plain = !has_capital(out);
    const bool hyphens_space = is_plain && !strpbrk(out, " _");
    for (const char *at = out; *at; at++) {
        const bool is_space =
            isspace((unsigned char)*at) || *at == '_' || (*at == '-' && hyphens_space);
        if (!is_space)
            out[used++] = *at;
        else if (used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    if (is_plain)
        capitalise(out);
    return out;
}

static bool same_slug(const char *a, const char *b)
{
    ag_buffer first = {0}, second = {0};

    ag_fold_slug(&first, a);
    ag_fold_slug(&second, b);
    bool answer = first.length == second.length && first.length > 0 &&
                  memcmp(first.data, second.data, first.length) == 0;
    ag_buffer_fini(&first);
    ag_buffer_fini(&second);
    return answer;
}

static bool is_generic(const char *folder)
{
    for (size_t i = 0; i < COUNT(GENERIC_FOLDERS); i++)
        if (same_slug(folder, GENERIC_FOLDERS[i]))
            return true;
    return false;
}

/* "1889" or "1880-1889" (any dash) in parentheses at the very end. */
static char *trailing_years(ag_arena *arena, const char *title)
{
    const char *open = strrchr(title, '(');
    const size_t length = open ? strcspn(open + 1, ")") : 0;

    if (!open || open[1 + length] != ')' || open[2 + length] != '\0' || length < 4)
        return ag_arena_strdup(arena, "");
    for (size_t i = 0; i < 4; i++)
        if (!is_digit(open[1 + i]))
            return ag_arena_strdup(arena, "");
    for (size_t i = 4; i < length; i++)
        if (is_letter(open[1 + i]) && !(open[1 + i] & 0x80)) /* a dash may be beyond ASCII */
            return ag_arena_strdup(arena, "");
    return ag_arena_strndup(arena, open + 1, length);
}

/* The first folder of the path, unless it is one that only says "images". */
static char *folder_artist(ag_arena *arena, const char *path)
{
    const char *slash = strchr(path, '/');
    char *artist = slash ? tidy(arena, path, (size_t)(slash - path)) : ag_arena_strdup(arena, "");

    return artist && is_generic(artist) ? ag_arena_strdup(arena, "") : artist;
}

/* The file's name without its suffix and without what only numbers it. */
static const char *stem_of(ag_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const char *stem =
        ag_arena_strndup(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));

    return stem ? skip_device(skip_number(stem)) : NULL;
}

ag_status ag_naming_derive(ag_naming *out, ag_arena *arena, const char *path, ag_err *err)
{
    const char *stem = stem_of(arena, path);
    char *artist = folder_artist(arena, path);
    char *title = stem ? tidy(arena, stem, strlen(stem)) : NULL;

    if (!artist || !title)
        goto out_of_memory;
    const char *dash = strstr(title, " - ");
    if (dash && dash > title) {
        char *left = ag_arena_strndup(arena, title, (size_t)(dash - title));
        if (!left)
            goto out_of_memory;
        if (!*artist || same_slug(artist, left)) {
            artist = *artist ? artist : left;
            title += dash - title + 3;
        }
    }
    char *years = trailing_years(arena, title);
    if (!years)
        goto out_of_memory;
    *out = (ag_naming){artist, title, years};
    return AG_OK;
out_of_memory:
    return ag_err_set(err, AG_ENOMEM, "not enough memory for names");
}

/* A few hex digits that tell names apart which ASCII cannot spell. */
static void append_digest(ag_buffer *slug, const char *artist, const char *title)
{
    const ag_bytes parts[] = {{artist, strlen(artist) + 1}, {title, strlen(title)}};
    char digest[AG_SHA256_HEX_BYTES];

    ag_sha256_hex(digest, parts, COUNT(parts));
    ag_buffer_printf(slug, "%sartwork-%.8s", slug->length ? "-" : "", digest);
}

char *ag_naming_slug(ag_arena *arena, const char *artist, const char *title)
{
    ag_buffer folded = {0}, slug = {0};

    ag_fold_slug(&folded, artist);
    ag_buffer_printf(&folded, "-");
    ag_fold_slug(&folded, title);
    bool is_complete = folded.length > 1;
    for (size_t i = 0; i < folded.length; i++) {
        const char c = (char)folded.data[i];
        const bool is_edge = c == '-' && (slug.length == 0 || slug.data[slug.length - 1] == '-');
        if (c & 0x80)
            is_complete = false;
        else if (!is_edge && slug.length < MAX_SLUG_BYTES)
            ag_buffer_printf(&slug, "%c", c);
    }
    while (slug.length > 0 && slug.data[slug.length - 1] == '-')
        slug.length--;
    if (!is_complete)
        append_digest(&slug, artist, title);
    char *out = ag_arena_strndup(arena, (char *)slug.data, slug.length);
    ag_buffer_fini(&folded);
    ag_buffer_fini(&slug);
    return out;
}
