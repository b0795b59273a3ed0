#include "describe/clean.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define ELLIPSIS "…"

/* How far back from the cut a word may end for the cut to move there. */
#define WORD_BYTES 24

/* A tag longer than this is no tag. */
#define TAG_BYTES 512

typedef enum kind { KEEP, DROP, SPACE, BREAK } kind;

/* The text being written. */
typedef struct output {
    char *data;
    size_t length;   /* bytes */
    size_t chars;    /* code points */
    bool has_space;  /* white space came after what is written */
    unsigned breaks; /* line ends in that white space */
    bool keeps_paragraphs;
} output;

static kind kind_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        kind kind;
    } ranges[] = {
        {0x00, 0x09, SPACE},     {0x0a, 0x0a, BREAK},    {0x0b, 0x20, SPACE},
        {0x7f, 0xa0, SPACE},     {0xad, 0xad, DROP},     {0x61c, 0x61c, DROP},
        {0x1680, 0x1680, SPACE}, {0x180e, 0x180e, DROP}, {0x2000, 0x200a, SPACE},
        {0x200b, 0x200b, DROP},  {0x200e, 0x200f, DROP}, {0x2028, 0x2028, BREAK},
        {0x2029, 0x2029, BREAK}, {0x202a, 0x202e, DROP}, {0x202f, 0x202f, SPACE},
        {0x205f, 0x205f, SPACE}, {0x2060, 0x206f, DROP}, {0x3000, 0x3000, SPACE},
        {0xfeff, 0xfeff, DROP},  {0xfff9, 0xfffb, DROP}, {0xe0000, 0xe0fff, DROP},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].kind;
    }
    return KEEP;
}

/* Bytes of the entity at "&", or 0 when it is none of the usual ones. */
static size_t decode_entity(uint32_t *code, const char *p)
{
    static const struct {
        const char *text;
        uint32_t code;
    } entities[] = {
        {"&amp;", '&'},      {"&lt;", '<'},       {"&gt;", '>'},       {"&quot;", '"'},
        {"&apos;", '\''},    {"&#39;", '\''},     {"&#34;", '"'},      {"&nbsp;", ' '},
        {"&ndash;", 0x2013}, {"&mdash;", 0x2014}, {"&rsquo;", 0x2019},
    };
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t length = strlen(entities[i].text);
        if (strncmp(p, entities[i].text, length) == 0) {
            *code = entities[i].code;
            return length;
        }
    }
    return 0;
}

/* Bytes of the tag at "<", or 0 when there is none: "<Untitled>" is text. *breaks: line ends it
 * makes. */
static size_t tag_length(const char *p, unsigned *breaks)
{
    static const struct {
        const char *name;
        unsigned breaks;
    } tags[] = {
        {"a", 0},     {"b", 0},          {"i", 0},     {"u", 0},    {"em", 0},    {"strong", 0},
        {"sub", 0},   {"sup", 0},        {"span", 0},  {"font", 0}, {"small", 0}, {"script", 0},
        {"style", 0}, {"img", 0},        {"br", 1},    {"li", 1},   {"tr", 1},    {"p", 2},
        {"div", 2},   {"ul", 2},         {"ol", 2},    {"h1", 2},   {"h2", 2},    {"h3", 2},
        {"h4", 2},    {"blockquote", 2}, {"table", 2},
    };
    const char *name = p + 1 + (p[1] == '/');
    size_t length = strcspn(name, " \t\r\n/>");
    const char *end = memchr(p, '>', strnlen(p, TAG_BYTES));
    for (size_t i = 0; end && i < sizeof tags / sizeof *tags; i++) {
        if (strlen(tags[i].name) == length && strncasecmp(name, tags[i].name, length) == 0) {
            *breaks = tags[i].breaks;
            return (size_t)(end - p) + 1;
        }
    }
    return 0;
}

static void put_utf8(output *out, uint32_t code)
{
    out->length += ag_utf8_encode(out->data + out->length, code);
    out->chars++;
}

/* The white space that came before a character; nothing at the start. */
static void put_pending_space(output *out)
{
    if (out->has_space && out->length > 0) {
        if (out->keeps_paragraphs && out->breaks >= 2) {
            put_utf8(out, '\n');
            put_utf8(out, '\n');
        } else {
            put_utf8(out, ' ');
        }
    }
    out->has_space = false;
    out->breaks = 0;
}

/* End the text at limit bytes at most, which end a character: after a word if one ends near. */
static void cut(output *out)
{
    size_t at = out->length;
    while (!out->has_space && at > 0 && out->length - at < WORD_BYTES && out->data[at - 1] != ' ')
        at--;
    if (at > 1 && out->data[at - 1] == ' ')
        out->length = at - 1;
    memcpy(out->data + out->length, ELLIPSIS, sizeof ELLIPSIS);
    out->length += sizeof ELLIPSIS - 1;
}

/* Takes the next character, entity or tag of text; returns its bytes. *code is what it says, if it
 * says anything. */
static size_t take_unit(output *out, uint32_t *code, kind *what, const char *text)
{
    unsigned breaks = 0;
    size_t length = *text == '<' ? tag_length(text, &breaks) : 0;
    if (length > 0) {
        out->has_space |= breaks > 0;
        out->breaks += breaks;
        *what = DROP;
        return length;
    }
    length = *text == '&' ? decode_entity(code, text) : 0;
    if (length == 0)
        length = ag_utf8_decode(code, text);
    *what = kind_of(*code);
    return length;
}

static void clean_into(output *out, const char *text, size_t max_chars)
{
    while (*text) {
        uint32_t code = 0;
        kind what;
        text += take_unit(out, &code, &what, text);
        if (what == SPACE || what == BREAK) {
            out->has_space = true;
            out->breaks += what == BREAK;
        } else if (what == KEEP) {
            if (out->chars + out->has_space + 1 > max_chars) {
                cut(out);
                return;
            }
            put_pending_space(out);
            put_utf8(out, code);
        }
    }
    out->data[out->length] = '\0';
}

const char *ag_clean_text(ag_arena *arena, const char *text, size_t max_chars,
                          bool keeps_paragraphs)
{
    if (!text)
        return "";
    /* A byte gives 3 at most (U+FFFD), a character 4; paragraphs count one more, then "…" and NUL.
     */
    size_t length = strlen(text);
    size_t chars = length < max_chars ? length : max_chars;
    output out = {.data = ag_arena_alloc(arena, 4 * (chars + 1) + sizeof ELLIPSIS),
                  .keeps_paragraphs = keeps_paragraphs};
    if (!out.data)
        return NULL;
    clean_into(&out, text, max_chars);
    return out.data;
}
