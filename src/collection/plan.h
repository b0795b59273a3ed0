/* What will be in a collection: images and table rows brought together, names filled in. One thread
 * at a time. */
#ifndef AG_COLLECTION_PLAN_H
#define AG_COLLECTION_PLAN_H

#include "base/arena.h"
#include "base/status.h"
#include "collection/build.h"
#include "collection/catalogue.h"

#include <stddef.h>
#include <stdint.h>

/* One artwork to be. Text is owned by the plan, "" where nothing is known. */
typedef struct ag_plan_entry {
    const char *file;       /* the image, to be opened */
    const char *image_path; /* the same, as metadata.parquet will have it: below the plan's root */
    const char *id, *artist, *title, *period, *years, *exhibition, *room, *filename, *artist_key;
    size_t table_row;             /* row of the table it came with; SIZE_MAX: none */
    uint32_t width_px, height_px; /* of the upright image; 0 until it was decoded */
} ag_plan_entry;

typedef struct ag_plan {
    ag_plan_entry *entries;
    size_t count;
    char *root;         /* absolute folder that image paths start from; owned */
    ag_table table;     /* column_count 0: none */
    ag_columns columns; /* of the table */
    ag_arena *arena;    /* holds entries and text */
} ag_plan;

/* Look at options->source and options->table. Rows whose image is missing, not named, or named so
 * that several fit go to the report; images without a row are named after their path. Also fills
 * report->images_found. AG_ENOTFOUND, AG_EINVAL (no image column, several tables to choose from),
 * what ag_table_read gives, AG_ENOMEM. *out is owned: ag_plan_fini. */
AG_MUST_USE ag_status ag_plan_make(ag_plan *out, const ag_build_options *options,
                                   ag_build_report *report, ag_err *err);
void ag_plan_fini(ag_plan *plan);

#endif
