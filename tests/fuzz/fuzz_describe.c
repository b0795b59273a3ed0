/* A row of a museum's table: artist, title, period, years and further columns as JSON, each ended
 * by a NUL. Whatever they hold, the description is UTF-8 without control characters. */
#include "base/arena.h"
#include "base/utf8.h"
#include "describe/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plain(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t length = ag_utf8_sequence_length(text, left);
        if (length == 0 || ((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f)
            abort();
        text += length;
        left -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *fields[5];
    ag_arena *arena = ag_arena_create(0);
    for (size_t i = 0; i < 5; i++) {
        size_t length = strnlen((const char *)data, size);
        fields[i] = ag_arena_strndup(arena, (const char *)data, length);
        if (!fields[i])
            abort();
        size_t taken = length < size ? length + 1 : length;
        data += taken;
        size -= taken;
    }
    const ag_describe_facts facts = {fields[0], fields[1], fields[2], fields[3], fields[4]};
    const char *text = ag_describe_template(arena, &facts, "en");
    if (!text)
        abort();
    check_plain(text);
    ag_arena_destroy(arena);
    return 0;
}
