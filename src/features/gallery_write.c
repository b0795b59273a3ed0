/* Writing features.bin: train the vocabulary on a sample, make the file at its full size, and fill
 * it through a mapping, so that nothing is in memory twice that the file itself does not hold. */
#include "base/file.h"
#include "base/memory.h"
#include "base/workers.h"
#include "features/gallery.h"
#include "features/gallery_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The vocabulary has a word for so many features: fewer make shorter lists, which are quicker to
 * search, but noisy descriptors fall into other words more often. */
#define FEATURES_PER_WORD 6

/* Words at most, about: with lists of 90 features, more of a noisy photo's descriptors meet their
 * own than with shorter ones, at the same cost; the tree stays in the caches. */
#define WORDS_MAX (1U << 16)

/* Descriptors that the vocabulary is trained on at most (64 MiB of them). */
#define SAMPLE_MAX (1U << 21)

/* Branches followed to find the word that a feature is filed under. */
#define BRANCHES 4

/* A gallery being written. */
typedef struct writing {
    const ag_feature_set *works;
    size_t count;
    const ag_gallery_options *options;
    ag_workers *workers;
    ag_progress *progress; /* NULL: not shown */
    ag_words words;
    ag_gallery_header header;
    uint8_t *file; /* the mapping, of file_bytes */
    size_t file_bytes;
    uint32_t *word_of; /* of each feature */
} writing;

static ag_status count_features(writing *state, ag_err *err)
{
    uint64_t features = 0, grey = 0;
    for (size_t i = 0; i < state->count; i++) {
        const ag_feature_set *set = &state->works[i];
        features += set->count;
        if (set->grey != NULL)
            grey += (uint64_t)set->grey_width_px * set->grey_height_px;
    }
    state->header.works = state->count;
    state->header.features = features;
    state->header.grey_bytes = grey;
    return ag_gallery_file_lay_out(&state->header, &state->file_bytes, err);
}

/* Every so-manieth feature, over all works. */
static ag_descriptor *take_sample(const writing *state, size_t count)
{
    const uint64_t all = state->header.features;
    ag_descriptor *sample = ag_try_malloc(count + 1, sizeof *sample);
    size_t taken = 0, before = 0;
    for (size_t i = 0; i < state->count && sample != NULL; i++) {
        const ag_feature_set *set = &state->works[i];
        for (; taken < count && taken * all / count < before + set->count; taken++)
            sample[taken] = set->descriptors[taken * all / count - before];
        before += set->count;
    }
    return sample;
}

static ag_status train(writing *state, ag_err *err)
{
    const uint64_t features = state->header.features;
    const size_t count = features < SAMPLE_MAX ? features : SAMPLE_MAX;
    const size_t wanted = features / FEATURES_PER_WORD;
    const ag_words_options options = {
        .wanted = wanted < WORDS_MAX ? wanted : WORDS_MAX,
        .workers = state->workers,
        .progress = state->progress,
    };
    ag_descriptor *sample = take_sample(state, count);
    if (sample == NULL)
        return ag_err_set(err, AG_ENOMEM, "not enough memory to train on %zu features", count);
    ag_status status = ag_words_train(&state->words, sample, count, &options, err);
    free(sample);
    state->header.nodes = state->words.node_count;
    state->header.words = state->words.word_count;
    return status;
}

static void *part_of(const writing *state, ag_gallery_part part)
{
    return state->file + state->header.parts[part].offset;
}

/* Copies that may be of nothing, from nowhere. */
static void copy(void *to, const void *from, size_t bytes)
{
    if (bytes > 0)
        memcpy(to, from, bytes);
}

/* The sections that are the works as they were given. */
static void fill_works(const writing *state)
{
    ag_gallery_work *works = part_of(state, AG_GALLERY_WORKS);
    ag_keypoint *keypoints = part_of(state, AG_GALLERY_KEYPOINTS);
    ag_descriptor *descriptors = part_of(state, AG_GALLERY_DESCRIPTORS);
    uint8_t *grey = part_of(state, AG_GALLERY_GREY);
    ag_gallery_work next = {0};
    for (size_t i = 0; i < state->count; i++) {
        const ag_feature_set *set = &state->works[i];
        next.feature_count = set->count;
        next.grey_width_px = set->grey != NULL ? set->grey_width_px : 0;
        next.grey_height_px = set->grey != NULL ? set->grey_height_px : 0;
        const size_t grey_bytes = (size_t)next.grey_width_px * next.grey_height_px;
        works[i] = next;
        copy(keypoints + next.first_feature, set->keypoints, set->count * sizeof *keypoints);
        copy(descriptors + next.first_feature, set->descriptors, set->count * sizeof *descriptors);
        copy(grey + next.first_grey, set->grey, grey_bytes);
        next.first_feature += set->count;
        next.first_grey += grey_bytes;
    }
}

/* A job: the words of work i's features. */
static void find_words(void *context, size_t i)
{
    const writing *state = context;
    const ag_gallery_work *work = (ag_gallery_work *)part_of(state, AG_GALLERY_WORKS) + i;
    const ag_descriptor *descriptors = state->works[i].descriptors;
    for (uint32_t f = 0; f < work->feature_count; f++) {
        uint32_t found[BRANCHES];
        ag_words_find(found, &state->words, &descriptors[f], BRANCHES);
        state->word_of[work->first_feature + f] = found[0];
    }
    if (state->progress != NULL)
        ag_progress_add(state->progress, work->feature_count);
}

/* The inverted file: features by word, by counting. While it is filled, lists[w + 1] is where the
 * next posting of word w goes, so that at the end it is where word w + 1 begins. */
static void fill_lists(const writing *state)
{
    const ag_gallery_work *works = part_of(state, AG_GALLERY_WORKS);
    uint32_t *lists = part_of(state, AG_GALLERY_LISTS);
    ag_gallery_posting *postings = part_of(state, AG_GALLERY_POSTINGS);
    ag_descriptor *filed = part_of(state, AG_GALLERY_FILED);
    const size_t words = state->header.words, features = state->header.features;
    for (size_t i = 0; i < features; i++)
        if (state->word_of[i] + 1 < words)
            lists[state->word_of[i] + 2]++;
    for (size_t w = 2; w <= words; w++)
        lists[w] += lists[w - 1];
    for (size_t i = 0; i < state->count; i++) {
        for (uint32_t f = 0; f < works[i].feature_count; f++) {
            const uint32_t to = lists[state->word_of[works[i].first_feature + f] + 1]++;
            const ag_keypoint *keypoint = &state->works[i].keypoints[f];
            postings[to] =
                (ag_gallery_posting){(uint32_t)i, keypoint->angle, keypoint->level,
                                     (uint8_t)(keypoint->x >> 8), (uint8_t)(keypoint->y >> 8)};
            filed[to] = state->works[i].descriptors[f];
        }
    }
}

static ag_status fill(writing *state, ag_err *err)
{
    const ag_gallery_header *header = &state->header;
    state->word_of = ag_try_malloc(header->features + 1, sizeof *state->word_of);
    if (state->word_of == NULL)
        return ag_err_set(err, AG_ENOMEM, "not enough memory for %llu features",
                          (unsigned long long)header->features);
    memcpy(state->file, header, sizeof *header);
    copy(part_of(state, AG_GALLERY_NODES), state->words.nodes,
         header->nodes * sizeof *state->words.nodes);
    copy(part_of(state, AG_GALLERY_CENTRES), state->words.centres,
         header->nodes * sizeof *state->words.centres);
    fill_works(state);
    ag_workers_for_each(state->workers, find_words, state, state->count);
    fill_lists(state);
    ag_gallery_file_seal(state->file);
    return AG_OK;
}

/* Make the file at its full size, so that a full disk is noticed here, and fill it. */
static ag_status write_file(writing *state, const char *path, ag_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return ag_err_set_errno(err, errno, "cannot create %s", path);
    ag_status status = AG_OK;
    void *file = MAP_FAILED;
    int problem = posix_fallocate(fd, 0, (off_t)state->file_bytes);
    if (problem == 0) {
        file = mmap(NULL, state->file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        problem = file == MAP_FAILED ? errno : 0;
    }
    if (problem == 0) {
        state->file = file;
        status = fill(state, err);
        if (msync(file, state->file_bytes, MS_SYNC) != 0)
            problem = errno;
        munmap(file, state->file_bytes);
    }
    if (close(fd) != 0 && problem == 0)
        problem = errno;
    return problem != 0 && status == AG_OK ? ag_err_set_errno(err, problem, "cannot write %s", path)
                                           : status;
}

static ag_status write_and_commit(writing *state, const char *path, ag_err *err)
{
    /* Always the same name, so that what a killed process leaves is written over, not added to. */
    char *temporary = ag_xasprintf("%s.tmp", path);
    ag_status status = write_file(state, temporary, err);
    if (status == AG_OK)
        status = ag_file_commit(temporary, path, err);
    if (status != AG_OK)
        unlink(temporary);
    free(temporary);
    return status;
}

ag_status ag_gallery_write(const char *path, const ag_feature_set *works, size_t count,
                           const ag_gallery_options *options, ag_err *err)
{
    writing state = {.works = works, .count = count, .options = options};
    const size_t threads = ag_workers_count(options->threads);
    ag_status status = AG_EINVAL;
    if (strlen(options->extractor_name) >= sizeof state.header.extractor)
        return ag_err_set(err, AG_EINVAL, "extractor name '%s' is too long",
                          options->extractor_name);
    memcpy(state.header.extractor, options->extractor_name, strlen(options->extractor_name));
    status = count_features(&state, err);
    if (status == AG_OK)
        status = ag_workers_create(&state.workers, "words", threads, threads, err);
    if (status == AG_OK && options->progress_stream != NULL) {
        const size_t features = state.header.features;
        const size_t steps = features + (features < SAMPLE_MAX ? features : SAMPLE_MAX);
        state.progress =
            ag_progress_create(options->progress_stream, "vocabulary", "features", steps);
    }
    if (status == AG_OK)
        status = train(&state, err);
    if (status == AG_OK)
        status = ag_gallery_file_lay_out(&state.header, &state.file_bytes, err);
    if (status == AG_OK)
        status = write_and_commit(&state, path, err);
    ag_progress_destroy(state.progress);
    ag_workers_destroy(state.workers);
    ag_words_fini(&state.words);
    free(state.word_of);
    return status;
}
