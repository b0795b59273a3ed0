/* Photos whose work is known: simulated from a collection's own images, or from a labelled folder.
 */
#ifndef AG_EVALUATE_PHOTOS_H
#define AG_EVALUATE_PHOTOS_H

#include "base/buffer.h"
#include "base/status.h"
#include "collection/collection.h"
#include "evaluate/tally.h"
#include "simulate/photo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the caller's storage: ag_known_photo_fini. */
typedef struct ag_known_photo {
    ag_trial about;  /* borrows name, and level from the source */
    char *name;      /* of the photo's file; owned, there even if the photo could not be had */
    ag_buffer bytes; /* encoded; owned */
    char *parameters_json; /* of a simulated photo, as ag_photo has it; owned, else NULL */
} ag_known_photo;

void ag_known_photo_fini(ag_known_photo *photo);

/* Photos by number. Read-only once made: any thread. */
typedef struct ag_photo_source {
    size_t count; /* of photos */
    size_t works; /* of the collection that they show */
    /* What labels name and the collection does not have, each once; owned. */
    char **strangers;
    size_t stranger_count;
    ag_status (*take)(const struct ag_photo_source *source, ag_known_photo *out, size_t i,
                      ag_err *err);
    void (*destroy)(struct ag_photo_source *source);
} ag_photo_source;

/* The photo i < count. *out is made even where this fails, and says which photo it is about.
 * AG_ENOTFOUND, AG_EIO, AG_EINVAL (its label is ambiguous), what decoding an image gives, …. */
AG_MUST_USE ag_status ag_photo_source_take(const ag_photo_source *source, ag_known_photo *out,
                                           size_t i, ag_err *err);
void ag_photo_source_destroy(ag_photo_source *source);

/* Photos that are simulated where nobody says how many: these take a minute or two. */
#define AG_SIMULATION_PHOTOS 600

typedef struct ag_simulation {
    const char *images_folder; /* of the works; NULL: where the collection says they are */
    size_t photos;   /* about, where works and per_work leave it open; 0: AG_SIMULATION_PHOTOS */
    size_t works;    /* photographed at most, spread evenly; 0: as many as photos allows */
    size_t per_work; /* photos of each at each level; 0: as many as photos allows */
    bool levels[AG_PHOTO_LEVELS]; /* which ones, at least one */
    uint32_t side_px;             /* longer side of a photo */
    uint64_t seed;
} ag_simulation;

/* A photo depends on its work's path, level, number and the seed, on nothing else in the
 * collection. Borrows collection. AG_EINVAL: it is empty. *out is owned. */
AG_MUST_USE ag_status ag_photos_simulate(ag_photo_source **out, const ag_collection *collection,
                                         const ag_simulation *simulation, ag_err *err);

/* Photos that a table names, or the labels.csv of a folder. Columns: file (relative to the table's
 * folder); artwork, artwork_id, artwork_path, or artist and title (see evaluate/labels.h; a work
 * that the collection does not have is a photo of none of its works, as are empty cells); and,
 * where there are any, level, and parameters as visitor_photo.py writes them, with the work's
 * corners. AG_ENOTFOUND, AG_EINVAL (columns missing), what ag_table_read gives. *out is owned. */
AG_MUST_USE ag_status ag_photos_read(ag_photo_source **out, const ag_collection *collection,
                                     const char *table_or_folder, ag_err *err);

#endif
