/* Text of a table's cell made fit for a sentence, whatever the cell holds. Any thread. */
#ifndef AG_DESCRIBE_CLEAN_H
#define AG_DESCRIBE_CLEAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* A copy as plain text of at most max_chars characters, then cut (after a word, if one ends near)
 * with "…". White space is trimmed and folded to single spaces, or to "\n\n" between paragraphs
 * where these are kept; control, direction and other invisible marks go, as do HTML's usual tags;
 * its usual entities are decoded, and bytes that are not UTF-8 become U+FFFD. NULL gives ""; NULL
 * is returned when memory is out. */
const char *ag_clean_text(ag_arena *arena, const char *text, size_t max_chars,
                          bool keeps_paragraphs);

#endif
