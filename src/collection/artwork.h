/* One artwork, as a row of metadata.parquet says it. */
#ifndef AG_COLLECTION_ARTWORK_H
#define AG_COLLECTION_ARTWORK_H

/* All text is UTF-8, "" where the row has nothing; owned by the catalogue or arena it came from. */
typedef struct ag_artwork {
    const char *id;     /* column artwork_id; else the row number as text */
    const char *artist; /* "Vincent van Gogh" */
    const char *title;  /* "The Starry Night" */
    const char *period; /* "Post-Impressionism" */
    const char *years;  /* of the work or the artist, as the table has it: "1889", "1853-1890" */
    const char *image_path; /* as the table has it */
    const char *exhibition; /* where it hangs now: column exhibition, exhibit or show */
    const char *room;       /* of the exhibition, or of the house: column room, gallery or hall */
    const char *extra_json; /* every further column that is not null, as a JSON object */
} ag_artwork;

#endif
