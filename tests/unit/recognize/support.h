/* A small collection of works that the demo's studio draws, photos of them, and engines. */
#ifndef AG_TEST_RECOGNIZE_SUPPORT_H
#define AG_TEST_RECOGNIZE_SUPPORT_H

#include "../collection/support.h"
#include "image/image.h"
#include "recognize/engine.h"
#include "simulate/photo.h"

#include <stddef.h>
#include <stdint.h>

/* Works 0…3 hang in the exhibition "Été à Paris", 4…7 in "Night", each two to room 1 or 2; works
 * from 8 hang nowhere. The last shows the same picture as the first, and hangs in "Copies". */
#define TEST_WORKS 12
#define TEST_COPY  (TEST_WORKS - 1)

/* Longer side of the works, and of photos. */
#define TEST_WORK_PX  400
#define TEST_PHOTO_PX 480

#define TEST_MAX_BATCH 4

/* Draw the picture of a work. *out is owned: ag_image_fini. */
void test_draw(ag_image *out, size_t row);

/* Draw all works into "works" below the folder, with their table. */
void test_draw_works(const test_folder *folder);

/* Build a collection of them in `name` below the folder; model: one's folder, NULL: without. */
void test_build(const test_folder *folder, const char *name, const char *model);

/* An engine of three threads on a collection; model may be a folder that is not there. */
ag_status test_open(ag_engine *out, const char *collection, const char *model, ag_err *err);

/* A visitor's photo of a work, checked. Owned: ag_photo_fini. */
void test_photograph(ag_photo *out, size_t row, ag_photo_level level, uint64_t seed);

/* A query about a photo, with nothing else asked for. */
ag_query test_query(const ag_photo *photo);

/* Fails unless the candidates are few enough, all different, and those of their rows. */
void test_check_candidates(const ag_engine *engine, const ag_answer *answer);

#endif
