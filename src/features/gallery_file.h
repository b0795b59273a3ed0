/* features.bin, byte by byte: a header, then sections, each aligned to AG_MEMORY_ALIGNMENT bytes
 * and filled up with zeros, in the order of ag_gallery_part. Little-endian. Any thread.
 *
 * Where everything is follows from the counts in the header; its offsets and lengths are there for
 * people and other software, and must be these. The hashes are xor-rotate-multiply over 64-bit
 * words (see gallery_file.c): a few cycles for a cache line, so that opening costs about what
 * reading the bytes from memory costs. They find damage; they are no defence against a forger,
 * which is what ag_gallery_parse's checks of every number are for.
 *
 * Format 1. Any change of the layout, or of what its numbers mean, raises AG_GALLERY_FORMAT:
 * readers know their own format only, since features can be computed again by `artguide collection
 * add-features`. What would give other features changes ag_extractor_name() instead. */
#ifndef AG_FEATURES_GALLERY_FILE_H
#define AG_FEATURES_GALLERY_FILE_H

#include "base/status.h"
#include "features/feature_set.h"
#include "features/words.h"

#include <stddef.h>
#include <stdint.h>

#define AG_GALLERY_FORMAT 1

/* First bytes of the file. */
#define AG_GALLERY_MAGIC "AGfeatur"

/* A section of the file. */
typedef enum ag_gallery_part {
    AG_GALLERY_WORKS,       /* ag_gallery_work for each work */
    AG_GALLERY_KEYPOINTS,   /* ag_keypoint for each feature, those of a work together, in order */
    AG_GALLERY_DESCRIPTORS, /* ag_descriptor for each feature, likewise */
    AG_GALLERY_GREY,        /* the grey copies, one behind the other */
    AG_GALLERY_NODES,       /* ag_words_node for each node of the vocabulary */
    AG_GALLERY_CENTRES,     /* ag_descriptor for each node */
    AG_GALLERY_LISTS,       /* uint32 for each word: its first posting; one more: their number */
    AG_GALLERY_POSTINGS,    /* ag_gallery_posting for each feature; by word, then by work */
    AG_GALLERY_FILED,       /* ag_descriptor for each posting: its descriptor once more */
    AG_GALLERY_PART_COUNT,
} ag_gallery_part;

/* Where a section is. */
typedef struct ag_gallery_extent {
    uint64_t offset; /* from the start of the file */
    uint64_t length; /* bytes, without the zeros that fill it up */
    uint64_t hash;   /* of the bytes and the zeros */
} ag_gallery_extent;

/* The first bytes of the file. */
typedef struct ag_gallery_header {
    char magic[8];
    uint32_t format;
    uint32_t header_bytes; /* sizeof(ag_gallery_header) */
    char extractor[64];    /* ag_extractor_name(), padded with NULs */
    uint64_t works, features, grey_bytes, nodes, words;
    ag_gallery_extent parts[AG_GALLERY_PART_COUNT];
    uint64_t unused[5]; /* 0 */
    uint64_t hash;      /* of the bytes before */
} ag_gallery_header;

/* A work. Its features follow those of the work before it, and so does its grey copy. */
typedef struct ag_gallery_work {
    uint64_t first_grey; /* in the section of grey copies */
    uint32_t first_feature, feature_count;
    uint16_t grey_width_px, grey_height_px; /* both 0: no grey copy */
    uint32_t unused;                        /* 0 */
} ag_gallery_work;

/* A feature under its word. 8 bytes, no padding. */
typedef struct ag_gallery_posting {
    uint32_t work;
    uint8_t angle, level; /* of its keypoint */
    uint8_t x, y;         /* of its keypoint, in 256ths of the work's longer side */
} ag_gallery_posting;

/* A features.bin in memory, section by section. Borrowed from its bytes. */
typedef struct ag_gallery_view {
    const ag_gallery_header *header;
    const ag_gallery_work *works;
    const ag_keypoint *keypoints;
    const ag_descriptor *descriptors;
    const uint8_t *grey;
    ag_words words;
    const uint32_t *lists;
    const ag_gallery_posting *postings;
    const ag_descriptor *filed;
} ag_gallery_view;

/* Fill in everything of a header that follows from its extractor and counts, and *file_bytes.
 * AG_ELIMIT when they are more than the format can hold. */
AG_MUST_USE ag_status ag_gallery_file_lay_out(ag_gallery_header *header, size_t *file_bytes,
                                              ag_err *err);

/* Put the hashes into the header at bytes, whose layout is right. */
void ag_gallery_file_seal(void *bytes);

/* Check a whole file and say where everything is: whatever numbers it has, what is followed later
 * stays inside. bytes is aligned to AG_MEMORY_ALIGNMENT. AG_EFORMAT, AG_EUNSUPPORTED. */
AG_MUST_USE ag_status ag_gallery_file_parse(ag_gallery_view *out, const void *bytes, size_t length,
                                            const char *extractor_name, ag_err *err);

#endif
