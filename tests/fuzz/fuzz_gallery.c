/* features.bin from bytes, under checksums that are made right first: what parses must be safe to
 * read and to search. */
#include "base/memory.h"
#include "features/gallery.h"
#include "features/gallery_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXTRACTOR "test-1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Right checksums, where the header says what they are to be of. */
static void seal(uint8_t *bytes, size_t size)
{
    ag_gallery_header *header = (void *)bytes;
    size_t file_bytes;
    if (size < sizeof *header)
        return;
    ag_gallery_header laid_out = *header;
    if (ag_gallery_file_lay_out(&laid_out, &file_bytes, NULL) == AG_OK && file_bytes == size) {
        *header = laid_out;
        ag_gallery_file_seal(bytes);
    }
}

static void use(const ag_gallery *gallery)
{
    ag_gallery_hit hits[3];
    volatile unsigned sum = 0;
    for (size_t i = 0; i < ag_gallery_count(gallery); i++) {
        ag_feature_set set;
        ag_gallery_features(gallery, &set, i);
        if (set.count > 0)
            sum += set.keypoints[set.count - 1].level + set.descriptors[set.count - 1].bits[31];
        if (set.grey != NULL)
            sum += set.grey[set.grey_width_px * set.grey_height_px - 1];
        if (ag_gallery_search(gallery, hits, 3, &set, NULL, NULL) != AG_OK)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = ag_try_aligned(size + 1, 1);
    ag_gallery *gallery;
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    seal(bytes, size);
    if (ag_gallery_parse(&gallery, bytes, size, EXTRACTOR, NULL) == AG_OK) {
        use(gallery);
        ag_gallery_close(gallery);
    }
    free(bytes);
    return 0;
}
