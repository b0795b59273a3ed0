#include "describe/template.h"

#include "base/buffer.h"
#include "describe/english.h"
#include "describe/known.h"

#include <string.h>
#include <strings.h>

typedef struct language {
    const char *tag; /* primary subtag of BCP 47 */
    void (*write)(ag_buffer *out, const ag_known *known);
} language;

/* The first is for everyone whose language is not here. */
static const language languages[] = {
    {"en", ag_english_write},
};

static const language *find_language(const char *tag)
{
    size_t length = tag ? strcspn(tag, "-_") : 0;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (length == strlen(languages[i].tag) && strncasecmp(tag, languages[i].tag, length) == 0)
            return &languages[i];
    }
    return &languages[0];
}

const char *ag_describe_template(ag_arena *arena, const ag_describe_facts *facts, const char *lang)
{
    ag_known known;
    if (!ag_known_gather(&known, arena, facts))
        return NULL;
    ag_buffer out = {0};
    find_language(lang)->write(&out, &known);
    while (out.length > 0 && out.data[out.length - 1] == '\n')
        out.length--;
    const char *text = ag_arena_strndup(arena, out.length ? (char *)out.data : "", out.length);
    ag_buffer_fini(&out);
    return text;
}
