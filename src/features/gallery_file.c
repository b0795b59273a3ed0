#include "features/gallery_file.h"

#include "base/memory.h"
#include "features/pyramid.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "features.bin is little-endian, and read in place"
#endif

static_assert(sizeof(ag_keypoint) == 6 && sizeof(ag_descriptor) == 32, "feature_set.h");
static_assert(sizeof(ag_words_node) == 8 && sizeof(ag_gallery_work) == 24 &&
                  sizeof(ag_gallery_posting) == 8,
              "no padding");
static_assert(sizeof(ag_gallery_header) == 384, "no padding, and aligned like a section");
static_assert(AG_GALLERY_POSTINGS + 2 == AG_GALLERY_PART_COUNT, "every section has a view");

/* Features and nodes are numbered in 32 bits. */
#define COUNT_MAX UINT32_MAX

/* Streams of the hash, so that its multiplications overlap. */
#define LANES 8

static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * UINT64_C(0x9e3779b97f4a7c15); /* odd: loses nothing */
    return state << 29 | state >> 35;
}

/* Every step is a bijection of its state, so that a change within one 64-bit word always shows. */
static uint64_t hash(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    uint64_t lanes[LANES], words[LANES] = {0}, all = length;
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = i;
    for (; length >= sizeof words; at += sizeof words, length -= sizeof words) {
        memcpy(words, at, sizeof words);
        for (size_t i = 0; i < LANES; i++)
            lanes[i] = mix(lanes[i], words[i]);
    }
    memset(words, 0, sizeof words);
    if (length > 0)
        memcpy(words, at, length);
    for (size_t i = 0; i < LANES; i++)
        all = mix(all, mix(lanes[i], words[i]));
    return all;
}

static uint64_t header_hash(const ag_gallery_header *header)
{
    return hash(header, offsetof(ag_gallery_header, hash));
}

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + AG_MEMORY_ALIGNMENT - 1) / AG_MEMORY_ALIGNMENT * AG_MEMORY_ALIGNMENT;
}

ag_status ag_gallery_file_lay_out(ag_gallery_header *header, size_t *file_bytes, ag_err *err)
{
    const uint64_t works = header->works, features = header->features, nodes = header->nodes;

    if (works > COUNT_MAX || features > COUNT_MAX || nodes > COUNT_MAX || header->words > nodes ||
        header->grey_bytes > works * AG_FEATURE_GREY_PX * AG_FEATURE_GREY_PX)
        return ag_err_set(err, AG_ELIMIT, "more works, features or words than can be numbered");
    const uint64_t lengths[AG_GALLERY_PART_COUNT] = {
        [AG_GALLERY_WORKS] = works * sizeof(ag_gallery_work),
        [AG_GALLERY_KEYPOINTS] = features * sizeof(ag_keypoint),
        [AG_GALLERY_DESCRIPTORS] = features * sizeof(ag_descriptor),
        [AG_GALLERY_GREY] = header->grey_bytes,
        [AG_GALLERY_NODES] = nodes * sizeof(ag_words_node),
        [AG_GALLERY_CENTRES] = nodes * sizeof(ag_descriptor),
        [AG_GALLERY_LISTS] = (header->words + 1) * sizeof(uint32_t),
        [AG_GALLERY_POSTINGS] = features * sizeof(ag_gallery_posting),
        [AG_GALLERY_FILED] = features * sizeof(ag_descriptor),
    };
    uint64_t offset = sizeof *header;

    memcpy(header->magic, AG_GALLERY_MAGIC, sizeof header->magic);
    header->format = AG_GALLERY_FORMAT;
    header->header_bytes = sizeof *header;
    for (size_t i = 0; i < AG_GALLERY_PART_COUNT; i++) {
        header->parts[i].offset = offset;
        header->parts[i].length = lengths[i];
        offset = round_up(offset + lengths[i]);
    }
    *file_bytes = offset;
    return AG_OK;
}

void ag_gallery_file_seal(void *bytes)
{
    ag_gallery_header *header = bytes;
    for (size_t i = 0; i < AG_GALLERY_PART_COUNT; i++) {
        ag_gallery_extent *part = &header->parts[i];
        part->hash = hash((const uint8_t *)bytes + part->offset, round_up(part->length));
    }
    header->hash = header_hash(header);
}

/* Is this a features.bin of our format, whole, and of our extractor? */
static ag_status check_header(const ag_gallery_header *header, size_t length,
                              const char *extractor_name, ag_err *err)
{
    const size_t known = offsetof(ag_gallery_header, extractor);

    if (length < known || memcmp(header->magic, AG_GALLERY_MAGIC, sizeof header->magic) != 0)
        return ag_err_set(err, AG_EFORMAT, "not a file of features");
    if (header->format > AG_GALLERY_FORMAT)
        return ag_err_set(err, AG_EUNSUPPORTED,
                          "features in format %u, made by a newer Art Guide (this one reads %u): "
                          "update it, or run 'artguide collection add-features'",
                          header->format, AG_GALLERY_FORMAT);
    if (length < sizeof *header || header->hash != header_hash(header))
        return ag_err_set(err, AG_EFORMAT, "the header is damaged");
    const size_t name_bytes = strlen(extractor_name);
    if (name_bytes >= sizeof header->extractor ||
        memcmp(header->extractor, extractor_name, name_bytes + 1) != 0)
        return ag_err_set(err, AG_EUNSUPPORTED,
                          "features of another kind (%.*s; this program compares %s): "
                          "run 'artguide collection add-features'",
                          (int)strnlen(header->extractor, sizeof header->extractor),
                          header->extractor, extractor_name);
    return AG_OK;
}

/* The layout must be the one that follows from the counts, and fill the file. */
static ag_status check_layout(const ag_gallery_header *header, size_t length, ag_err *err)
{
    ag_gallery_header expected = *header;
    size_t file_bytes;

    if (ag_gallery_file_lay_out(&expected, &file_bytes, NULL) != AG_OK ||
        memcmp(&expected, header, sizeof expected) != 0)
        return ag_err_set(err, AG_EFORMAT, "the header's numbers do not agree with each other");
    if (file_bytes != length)
        return ag_err_set(err, AG_EFORMAT, "%zu bytes where the header says %zu%s", length,
                          file_bytes, length < file_bytes ? ": it was cut off" : "");
    return AG_OK;
}

static ag_status check_hashes(const uint8_t *bytes, const ag_gallery_header *header, ag_err *err)
{
    for (size_t i = 0; i < AG_GALLERY_PART_COUNT; i++) {
        const ag_gallery_extent *part = &header->parts[i];
        if (hash(bytes + part->offset, round_up(part->length)) != part->hash)
            return ag_err_set(err, AG_EFORMAT, "section %zu is damaged: its checksum is wrong", i);
    }
    return AG_OK;
}

/* Each work's features and grey copy must follow those of the one before. */
static ag_status check_works(const ag_gallery_view *view, ag_err *err)
{
    uint64_t next_feature = 0, next_grey = 0;

    for (uint64_t i = 0; i < view->header->works; i++) {
        const ag_gallery_work *work = &view->works[i];
        if (work->first_feature != next_feature || work->first_grey != next_grey ||
            work->grey_width_px > AG_FEATURE_GREY_PX || work->grey_height_px > AG_FEATURE_GREY_PX ||
            (work->grey_width_px == 0) != (work->grey_height_px == 0))
            return ag_err_set(err, AG_EFORMAT, "work %llu is not in order", (unsigned long long)i);
        next_feature += work->feature_count;
        next_grey += (uint64_t)work->grey_width_px * work->grey_height_px;
    }
    if (next_feature != view->header->features || next_grey != view->header->grey_bytes)
        return ag_err_set(err, AG_EFORMAT, "the works have not the features they claim");
    return AG_OK;
}

/* Levels index tables of the pyramid's rungs; any other number of a feature will do. */
static ag_status check_levels(const ag_gallery_view *view, ag_err *err)
{
    bool is_fine = true;

    for (uint64_t i = 0; i < view->header->features; i++)
        is_fine &= view->keypoints[i].level < AG_PYRAMID_RUNGS &&
                   view->postings[i].level < AG_PYRAMID_RUNGS;
    return is_fine ? AG_OK : ag_err_set(err, AG_EFORMAT, "a feature is on a level there is not");
}

static ag_status check_postings(const ag_gallery_view *view, ag_err *err)
{
    const ag_gallery_header *header = view->header;
    bool is_fine = view->lists[0] == 0 && view->lists[header->words] == header->features;

    for (uint64_t i = 0; i < header->words; i++)
        is_fine &= view->lists[i] <= view->lists[i + 1];
    for (uint64_t i = 0; i < header->features; i++)
        is_fine &= view->postings[i].work < header->works;
    return is_fine ? AG_OK : ag_err_set(err, AG_EFORMAT, "the words' lists are not in order");
}

static void make_view(ag_gallery_view *out, const uint8_t *bytes)
{
    const ag_gallery_header *header = (const void *)bytes;
    const void *parts[AG_GALLERY_PART_COUNT];

    for (size_t i = 0; i < AG_GALLERY_PART_COUNT; i++)
        parts[i] = bytes + header->parts[i].offset;
    *out = (ag_gallery_view){
        .header = header,
        .works = parts[AG_GALLERY_WORKS],
        .keypoints = parts[AG_GALLERY_KEYPOINTS],
        .descriptors = parts[AG_GALLERY_DESCRIPTORS],
        .grey = parts[AG_GALLERY_GREY],
        .words = {parts[AG_GALLERY_NODES], parts[AG_GALLERY_CENTRES], (uint32_t)header->nodes,
                  (uint32_t)header->words},
        .lists = parts[AG_GALLERY_LISTS],
        .postings = parts[AG_GALLERY_POSTINGS],
        .filed = parts[AG_GALLERY_FILED],
    };
}

ag_status ag_gallery_file_parse(ag_gallery_view *out, const void *bytes, size_t length,
                                const char *extractor_name, ag_err *err)
{
    ag_gallery_view view;
    ag_status status = check_header(bytes, length, extractor_name, err);

    if (status == AG_OK)
        status = check_layout(bytes, length, err);
    if (status == AG_OK)
        status = check_hashes(bytes, bytes, err);
    if (status != AG_OK)
        return status;
    make_view(&view, bytes);
    status = check_works(&view, err);
    if (status == AG_OK)
        status = ag_words_check(&view.words, err);
    if (status == AG_OK)
        status = check_postings(&view, err);
    if (status == AG_OK)
        status = check_levels(&view, err);
    if (status == AG_OK)
        *out = view;
    return status;
}
