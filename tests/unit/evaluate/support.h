/* A small collection without recognition, for tests of what is counted and told about it. */
#ifndef AG_TEST_EVALUATE_SUPPORT_H
#define AG_TEST_EVALUATE_SUPPORT_H

#include "../collection/support.h"
#include "collection/artwork.h"
#include "collection/collection.h"

#include <stddef.h>

/* Write a collection of these works (id, artist, title, image_path) into the folder, and open it.
 * Owned: ag_collection_close. */
ag_collection *test_collection(const test_folder *folder, const ag_artwork *works, size_t count);

#endif
