/* What a row says of a work, cleaned and sorted, for the templates of every language. Any thread.
 */
#ifndef AG_DESCRIBE_KNOWN_H
#define AG_DESCRIBE_KNOWN_H

#include "base/arena.h"
#include "describe/dates.h"
#include "describe/template.h"

#include <stdbool.h>

typedef enum ag_known_id {
    AG_KNOWN_ARTIST,
    AG_KNOWN_TITLE,
    AG_KNOWN_PERIOD,
    AG_KNOWN_TEXT,       /* a description written by the museum, with its paragraphs */
    AG_KNOWN_MEDIUM,     /* "Oil on canvas" */
    AG_KNOWN_DIMENSIONS, /* "73.7 cm × 92.1 cm" */
    AG_KNOWN_COLLECTION, /* who keeps it: "Museum of Modern Art" */
    AG_KNOWN_LOCATION,   /* where it hangs, as far as the row says */
    AG_KNOWN_GALLERY,    /* "5", "Gallery 5", or a gallery's name */
    AG_KNOWN_ROOM,       /* "12", "Room 12" */
    AG_KNOWN_EXHIBITION, /* "Van Gogh and the Olive Groves" */
    AG_KNOWN_CREDIT,     /* "Gift of …" */
    AG_KNOWN_ACCESSION,  /* "472.1941" */
    AG_KNOWN_MADE,       /* when it was made, where ag_known.made is not understood */
    AG_KNOWN_BORN,       /* the artist's birth, as the row has it */
    AG_KNOWN_DIED,       /* the artist's death, as the row has it */
    AG_KNOWN_COUNT,
} ag_known_id;

typedef struct ag_known {
    const char *text[AG_KNOWN_COUNT]; /* "" where nothing is known */
    ag_dates made;                    /* when the work was made */
    int born, died;                   /* years of the artist's life; 0: not known */
    bool is_life_about;               /* they are not exact */
} ag_known;

/* Sort out the facts; all text is in arena or static. False when memory is out. */
bool ag_known_gather(ag_known *out, ag_arena *arena, const ag_describe_facts *facts);

#endif
