#include "features/gallery.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "features/gallery_file.h"
#include "features/pyramid.h"
#include "synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EXTRACTOR "test-1"
#define WORKS     40
#define FEATURES  200

typedef struct fixture {
    char folder[64], path[96];
} fixture;

static int make_folder(void **state)
{
    fixture *made = ag_xcalloc(1, sizeof *made);
    strcpy(made->folder, "/tmp/artguide-gallery-XXXXXX");
    assert_non_null(mkdtemp(made->folder));
    snprintf(made->path, sizeof made->path, "%s/features.bin", made->folder);
    *state = made;
    return 0;
}

static int remove_folder(void **state)
{
    fixture *made = *state;
    unlink(made->path);
    const int failed = rmdir(made->folder); /* nothing else may have been left there */
    free(made);
    return failed;
}

static void write_gallery(const fixture *at, const ag_feature_set *works, size_t count,
                          unsigned threads)
{
    const ag_gallery_options options = {.extractor_name = EXTRACTOR, .threads = threads};
    ag_err err = {0};
    if (ag_gallery_write(at->path, works, count, &options, &err) != AG_OK)
        fail_msg("%s", err.message);
}

static ag_gallery *open_gallery(const fixture *at)
{
    ag_gallery *gallery;
    ag_err err = {0};
    if (ag_gallery_open(&gallery, at->path, EXTRACTOR, &err) != AG_OK)
        fail_msg("%s", err.message);
    return gallery;
}

static void test_gallery_gives_back_what_was_written(void **state)
{
    ag_feature_set *works = synthetic_works(WORKS, FEATURES, 1);
    works[3].count = 0;
    const uint8_t *grey = works[5].grey;
    works[5].grey = NULL;
    write_gallery(*state, works, WORKS, 2);
    ag_gallery *gallery = open_gallery(*state);
    ag_gallery_facts facts;
    size_t features = 0;

    assert_int_equal(ag_gallery_count(gallery), WORKS);
    for (size_t i = 0; i < WORKS; i++) {
        ag_feature_set set;
        ag_gallery_features(gallery, &set, i);
        features += set.count;
        assert_int_equal(set.count, works[i].count);
        assert_memory_equal(set.keypoints, works[i].keypoints, set.count * sizeof(ag_keypoint));
        assert_memory_equal(set.descriptors, works[i].descriptors,
                            set.count * sizeof(ag_descriptor));
        assert_int_equal(set.grey == NULL, i == 5);
        if (i != 5)
            assert_memory_equal(set.grey, works[i].grey,
                                (size_t)set.grey_width_px * set.grey_height_px);
    }
    ag_gallery_facts_of(gallery, &facts);
    assert_int_equal(facts.works, WORKS);
    assert_int_equal(facts.works_featured, WORKS - 1);
    assert_int_equal(facts.features, features);
    assert_true(facts.words > features / 12 && facts.words < features / 3);
    assert_true(facts.bytes > features * 2 * sizeof(ag_descriptor));
    ag_gallery_close(gallery);
    works[5].grey = grey;
    synthetic_destroy(works, WORKS);
}

static void test_gallery_same_works_give_the_same_bytes(void **state)
{
    const fixture *at = *state;
    ag_feature_set *works = synthetic_works(WORKS, FEATURES, 2);
    ag_buffer first = {0}, second = {0};
    write_gallery(at, works, WORKS, 1);
    assert_int_equal(ag_file_read(&first, at->path, SIZE_MAX / 2, NULL), AG_OK);
    write_gallery(at, works, WORKS, 4);
    assert_int_equal(ag_file_read(&second, at->path, SIZE_MAX / 2, NULL), AG_OK);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    ag_buffer_fini(&first);
    ag_buffer_fini(&second);
    synthetic_destroy(works, WORKS);
}

static void test_gallery_finds_the_work_of_a_noisy_photo(void **state)
{
    ag_feature_set *works = synthetic_works(WORKS, FEATURES, 3);
    write_gallery(*state, works, WORKS, 2);
    ag_gallery *gallery = open_gallery(*state);
    for (size_t i = 0; i < WORKS; i++) {
        ag_gallery_hit hits[5];
        ag_feature_set *photo = synthetic_photo(&works[i], 80, 200, i);
        assert_int_equal(ag_gallery_search(gallery, hits, 5, photo, NULL, NULL), AG_OK);
        assert_int_equal(hits[0].work, i);
        for (size_t n = 1; n < 5; n++)
            assert_true(hits[n].score <= hits[n - 1].score);
        assert_true(hits[0].score > 2 * hits[1].score);
        synthetic_destroy(photo, 1);
    }
    ag_gallery_close(gallery);
    synthetic_destroy(works, WORKS);
}

static void test_gallery_size_wins_nothing(void **state)
{
    ag_feature_set *works = synthetic_works(WORKS, FEATURES, 4);
    works[7].count = 20;
    write_gallery(*state, works, WORKS, 1);
    ag_gallery *gallery = open_gallery(*state);
    ag_gallery_hit hit;
    ag_feature_set *photo = synthetic_photo(&works[7], 20, 400, 9);
    assert_int_equal(ag_gallery_search(gallery, &hit, 1, photo, NULL, NULL), AG_OK);
    assert_int_equal(hit.work, 7);
    ag_gallery_close(gallery);
    synthetic_destroy(photo, 1);
    synthetic_destroy(works, WORKS);
}

static void test_gallery_search_keeps_to_what_is_allowed(void **state)
{
    ag_feature_set *works = synthetic_works(WORKS, FEATURES, 5);
    bool allowed[WORKS] = {[2] = true, [9] = true};
    ag_gallery_hit hits[4];
    write_gallery(*state, works, WORKS, 1);
    ag_gallery *gallery = open_gallery(*state);
    /* A photo with work 9 in it, and more of work 4, which is not allowed. */
    ag_feature_set *photo = synthetic_photo(&works[9], 60, 200, 1);
    memcpy((void *)(uintptr_t)(photo->descriptors + 60), works[4].descriptors,
           100 * sizeof(ag_descriptor));
    memcpy((void *)(uintptr_t)(photo->keypoints + 60), works[4].keypoints,
           100 * sizeof(ag_keypoint));
    assert_int_equal(ag_gallery_search(gallery, hits, 4, photo, NULL, NULL), AG_OK);
    assert_int_equal(hits[0].work, 4);
    assert_int_equal(ag_gallery_search(gallery, hits, 4, photo, allowed, NULL), AG_OK);
    assert_int_equal(hits[0].work, 9);
    assert_true(hits[1].work == 2 || hits[1].work == SIZE_MAX);
    assert_true(hits[2].work == SIZE_MAX && hits[2].score == 0);
    ag_gallery_close(gallery);
    synthetic_destroy(photo, 1);
    synthetic_destroy(works, WORKS);
}

static void test_gallery_of_one_work_of_none_and_without_features(void **state)
{
    static const struct {
        size_t count;
        uint32_t features;
        size_t hit;
    } CASES[] = {{1, 50, 0}, {1, 1, 0}, {1, 0, SIZE_MAX}, {0, 0, SIZE_MAX}, {3, 0, SIZE_MAX}};
    ag_feature_set *source = synthetic_works(1, 50, 6);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_feature_set works[3] = {*source, *source, *source};
        ag_gallery_hit hits[2];
        works[0].count = works[1].count = works[2].count = CASES[i].features;
        write_gallery(*state, works, CASES[i].count, 1);
        ag_gallery *gallery = open_gallery(*state);
        assert_int_equal(ag_gallery_count(gallery), CASES[i].count);
        assert_int_equal(ag_gallery_search(gallery, hits, 2, source, NULL, NULL), AG_OK);
        assert_true(hits[0].work == CASES[i].hit && hits[1].work == SIZE_MAX);
        const ag_feature_set nothing = {0};
        assert_int_equal(ag_gallery_search(gallery, hits, 2, &nothing, NULL, NULL), AG_OK);
        assert_true(hits[0].work == SIZE_MAX);
        ag_gallery_close(gallery);
    }
    synthetic_destroy(source, 1);
}

static void test_gallery_no_file_and_foreign_files_are_refused(void **state)
{
    const fixture *at = *state;
    ag_feature_set *works = synthetic_works(2, 20, 7);
    ag_gallery *gallery;
    ag_err err = {0};
    assert_int_equal(ag_gallery_open(&gallery, at->path, EXTRACTOR, &err), AG_ENOTFOUND);
    assert_int_equal(ag_file_write_atomic(at->path, "", 0, NULL), AG_OK);
    assert_int_equal(ag_gallery_open(&gallery, at->path, EXTRACTOR, &err), AG_EFORMAT);
    assert_int_equal(ag_file_write_atomic(at->path, "IxF2, or some other file", 24, NULL), AG_OK);
    assert_int_equal(ag_gallery_open(&gallery, at->path, EXTRACTOR, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, at->path));
    write_gallery(at, works, 2, 1);
    assert_int_equal(ag_gallery_open(&gallery, at->path, "test-2", &err), AG_EUNSUPPORTED);
    assert_non_null(strstr(err.message, EXTRACTOR));
    assert_non_null(strstr(err.message, "add-features"));
    assert_int_equal(ag_gallery_open(&gallery, at->path, "test-", NULL), AG_EUNSUPPORTED);
    synthetic_destroy(works, 2);
}

/* A written gallery in memory that may be changed. */
static uint8_t *load(const fixture *at, size_t *length)
{
    ag_buffer read = {0};
    assert_int_equal(ag_file_read(&read, at->path, SIZE_MAX / 2, NULL), AG_OK);
    uint8_t *bytes = ag_try_aligned(read.length, 1);
    assert_non_null(bytes);
    memcpy(bytes, read.data, read.length);
    *length = read.length;
    ag_buffer_fini(&read);
    return bytes;
}

static ag_status parse(const uint8_t *bytes, size_t length, ag_err *err)
{
    ag_gallery *gallery = NULL;
    const ag_status status = ag_gallery_parse(&gallery, bytes, length, EXTRACTOR, err);
    ag_gallery_close(gallery);
    return status;
}

static void test_gallery_damage_is_noticed(void **state)
{
    ag_feature_set *works = synthetic_works(3, 20, 8);
    size_t length;
    ag_err err = {0};
    write_gallery(*state, works, 3, 1);
    uint8_t *bytes = load(*state, &length);
    assert_int_equal(parse(bytes, length, NULL), AG_OK);
    for (size_t i = 0; i < length; i += i < sizeof(ag_gallery_header) ? 1 : 5) {
        bytes[i] ^= (uint8_t)(1U << i % 8);
        if (parse(bytes, length, NULL) == AG_OK)
            fail_msg("a flipped bit in byte %zu went unnoticed", i);
        bytes[i] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t cut = 0; cut < length; cut += 7)
        assert_int_equal(parse(bytes, cut, NULL), AG_EFORMAT);
    assert_int_equal(parse(bytes, length - 64, &err), AG_EFORMAT);
    assert_non_null(strstr(err.message, "cut off"));
    ((ag_gallery_header *)(void *)bytes)->format++;
    assert_int_equal(parse(bytes, length, &err), AG_EUNSUPPORTED);
    assert_non_null(strstr(err.message, "newer"));
    free(bytes);
    synthetic_destroy(works, 3);
}

/* One number of a section, set to what it must not be, under right checksums. */
static void test_gallery_numbers_under_right_checksums_are_checked(void **state)
{
    static const struct {
        ag_gallery_part part;
        size_t index; /* of the uint32 in the section */
        uint32_t value;
    } CASES[] = {
        {AG_GALLERY_WORKS, 2, 1},              /* first_feature */
        {AG_GALLERY_WORKS, 3, 0xffffffff},     /* feature_count */
        {AG_GALLERY_WORKS, 0, 64},             /* first_grey */
        {AG_GALLERY_WORKS, 4, 0xffffffff},     /* the grey copy's sides */
        {AG_GALLERY_NODES, 0, 0},              /* the root is its own child */
        {AG_GALLERY_NODES, 1, 0x7fffffff},     /* children of the root */
        {AG_GALLERY_LISTS, 0, 1},              /* first list */
        {AG_GALLERY_LISTS, 1, 0xffffffff},     /* end of a list */
        {AG_GALLERY_POSTINGS, 10, 3},          /* a work too many */
        {AG_GALLERY_POSTINGS, 14, 0xffffffff}, /* likewise */
    };
    ag_feature_set *works = synthetic_works(3, 40, 9);
    size_t length;
    write_gallery(*state, works, 3, 1);
    uint8_t *bytes = load(*state, &length);
    const ag_gallery_header *header = (const void *)bytes;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint32_t *at = (uint32_t *)(void *)(bytes + header->parts[CASES[i].part].offset);
        const uint32_t before = at[CASES[i].index];
        at[CASES[i].index] = CASES[i].value;
        ag_gallery_file_seal(bytes);
        if (parse(bytes, length, NULL) != AG_EFORMAT)
            fail_msg("case %zu was not refused", i);
        at[CASES[i].index] = before;
    }
    ag_gallery_file_seal(bytes);
    assert_int_equal(parse(bytes, length, NULL), AG_OK);
    free(bytes);
    synthetic_destroy(works, 3);
}

/* Of a keypoint and of a posting: the last level there is, and one more. */
static void test_gallery_levels_are_checked(void **state)
{
    ag_feature_set *works = synthetic_works(2, 30, 11);
    size_t length;
    write_gallery(*state, works, 2, 1);
    uint8_t *bytes = load(*state, &length);
    const ag_gallery_header *header = (const void *)bytes;
    ag_keypoint *keypoints = (void *)(bytes + header->parts[AG_GALLERY_KEYPOINTS].offset);
    ag_gallery_posting *postings = (void *)(bytes + header->parts[AG_GALLERY_POSTINGS].offset);
    uint8_t *const levels[] = {&keypoints[7].level, &postings[0].level,
                               &keypoints[header->features - 1].level,
                               &postings[header->features - 1].level};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        *levels[i] = AG_PYRAMID_RUNGS - 1;
        ag_gallery_file_seal(bytes);
        assert_int_equal(parse(bytes, length, NULL), AG_OK);
        *levels[i] = AG_PYRAMID_RUNGS;
        ag_gallery_file_seal(bytes);
        assert_int_equal(parse(bytes, length, NULL), AG_EFORMAT);
        *levels[i] = 0;
    }
    free(bytes);
    synthetic_destroy(works, 2);
}

static void test_gallery_failed_write_leaves_the_old_file(void **state)
{
    const fixture *at = *state;
    ag_feature_set *works = synthetic_works(2, 20, 10);
    const ag_gallery_options options = {.extractor_name = "a name that is longer than the sixty-"
                                                          "three bytes that the header has"};
    write_gallery(at, works, 2, 1);
    assert_int_equal(ag_gallery_write(at->path, works, 2, &options, NULL), AG_EINVAL);
    ag_gallery *gallery = open_gallery(at);
    assert_int_equal(ag_gallery_count(gallery), 2);
    ag_gallery_close(gallery);
    const ag_gallery_options fine = {.extractor_name = EXTRACTOR};
    assert_int_equal(ag_gallery_write("/nowhere/at/all/features.bin", works, 2, &fine, NULL),
                     AG_ENOTFOUND);
    synthetic_destroy(works, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gallery_gives_back_what_was_written),
        TEST(test_gallery_same_works_give_the_same_bytes),
        TEST(test_gallery_finds_the_work_of_a_noisy_photo),
        TEST(test_gallery_size_wins_nothing),
        TEST(test_gallery_search_keeps_to_what_is_allowed),
        TEST(test_gallery_of_one_work_of_none_and_without_features),
        TEST(test_gallery_no_file_and_foreign_files_are_refused),
        TEST(test_gallery_damage_is_noticed),
        TEST(test_gallery_numbers_under_right_checksums_are_checked),
        TEST(test_gallery_levels_are_checked),
        TEST(test_gallery_failed_write_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
