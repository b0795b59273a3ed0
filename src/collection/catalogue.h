/* The catalogue: rows of a table as artworks. */
#ifndef AG_COLLECTION_CATALOGUE_H
#define AG_COLLECTION_CATALOGUE_H

#include "base/status.h"
#include "collection/artwork.h"
#include "collection/duckdb_table.h"

#include <stddef.h>

/* More rows than any collection's table may have; keeps a hostile table from taking all memory. */
#define AG_CATALOGUE_MAX_ROWS 4000000

/* What Art Guide looks for in a table. */
typedef enum ag_field {
    AG_FIELD_ID,         /* artwork_id */
    AG_FIELD_ARTIST,     /* artist, creator, author, maker, painter */
    AG_FIELD_TITLE,      /* title, name, work */
    AG_FIELD_PERIOD,     /* period, movement, style, school */
    AG_FIELD_YEARS,      /* years, year, date */
    AG_FIELD_EXHIBITION, /* exhibition, exhibit, show */
    AG_FIELD_ROOM,       /* room, gallery, hall */
    AG_FIELD_IMAGE_PATH, /* image_path, image, path */
    AG_FIELD_FILENAME,   /* filename, file name */
    AG_FIELD_ARTIST_KEY, /* artist_key: the artist's folder */
    AG_FIELD_COUNT,
} ag_field;

/* Column of the table for each field; SIZE_MAX where it has none. */
typedef struct ag_columns {
    size_t of[AG_FIELD_COUNT];
} ag_columns;

/* Match the table's columns to fields by name, whatever the capitals, spaces and punctuation. Where
 * several would do, the more exact name wins. */
void ag_columns_match(ag_columns *out, const ag_table *table);

/* The text of a field in a row, without the ".0" that whole numbers get in columns of real numbers;
 * "" where there is none. Owned by the table; NULL when memory is out. */
const char *ag_columns_text(const ag_columns *columns, const ag_table *table, ag_field field,
                            size_t row);

/* All artworks of a collection. */
typedef struct ag_catalogue {
    ag_artwork *artworks; /* count of them, owned by the table */
    size_t count;
    ag_table table; /* holds the text */
} ag_catalogue;

/* Load metadata.parquet (or any table ag_table_read can read). Immutable once loaded: any thread
 * may read. AG_ENOTFOUND, AG_EFORMAT, AG_ELIMIT, AG_ENOMEM. */
AG_MUST_USE ag_status ag_catalogue_load(ag_catalogue *out, const char *path, ag_err *err);
void ag_catalogue_fini(ag_catalogue *catalogue);

#endif
