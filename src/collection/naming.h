/* Artist and title from where an image lies, as a person would write them. Any thread. */
#ifndef AG_COLLECTION_NAMING_H
#define AG_COLLECTION_NAMING_H

#include "base/arena.h"
#include "base/status.h"

#include <stddef.h>

/* What a path tells; text is owned by the arena it was derived into. */
typedef struct ag_naming {
    const char *artist; /* "Van Gogh", from the first folder or from "Artist - Title"; "" */
    const char *title;  /* "The Starry Night" */
    const char *years;  /* "1889" of "Self-Portrait (1889)" and of "1880-1889" likewise; "" */
} ag_naming;

/* Derive the names from a path below the collection's folder ("Van_Gogh/The Starry Night.jpg").
 * Never invents: what the path does not say is "". Words are only spaced, composed (NFC) and, where
 * the name has no capital at all, capitalised. AG_ENOMEM. */
AG_MUST_USE ag_status ag_naming_derive(ag_naming *out, ag_arena *arena, const char *path,
                                       ag_err *err);

/* The identifier of an artwork: "van-gogh-the-starry-night"; letters ASCII cannot spell give a
 * short digest instead. "artwork-…" when there are no names. Owned by the arena; NULL when memory
 * is out. */
char *ag_naming_slug(ag_arena *arena, const char *artist, const char *title);

#endif
