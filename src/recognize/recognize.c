#include "recognize/recognize.h"

#include "base/clock.h"
#include "base/memory.h"
#include "describe/template.h"
#include "image/resample.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Two different paintings' CLIP embeddings have been measured as near as 0.80 (cosine): below that
 * the embedding alone says nothing. Above it is "likely" at best, never "confirmed". */
static const double LIKELY_SIMILARITY = 0.80;

struct ag_recognizer {
    ag_recognizer_parts parts;
    size_t side_px;      /* S: side of a crop */
    size_t dimension;    /* D: of an embedding */
    uint8_t *crops;      /* max_batch × S × S × 3 */
    float *embeddings;   /* max_batch × D */
    ag_hit *hits;        /* max_batch × AG_RECOGNIZE_TOP */
    ag_answer **decoded; /* max_batch: whose crop is at that place of crops */
};

/* What the workers that decode a batch share. */
typedef struct decode_batch {
    ag_recognizer *recognizer;
    ag_answer *answers;
    const ag_query *queries;
} decode_batch;

static double ms_since(int64_t start_us)
{
    return (double)(ag_clock_monotonic_us() - start_us) / 1000.0;
}

static ag_status check_encoder(const ag_clip_info *clip, const ag_collection_info *collection,
                               ag_err *err)
{
    if (collection->dimension != clip->dimension)
        return ag_err_set(err, AG_EINVAL,
                          "the collection's vectors have %u dimensions, the model in use makes %u: "
                          "rebuild the collection with this model, or choose the collection's own "
                          "with --model",
                          collection->dimension, clip->dimension);
    if (collection->fingerprint[0] != '\0' &&
        strcmp(collection->fingerprint, clip->fingerprint) != 0)
        return ag_err_set(err, AG_EINVAL,
                          "the collection was built with other weights (%s): rebuild it with this "
                          "model, or choose the collection's own with --model",
                          collection->encoder);
    return AG_OK;
}

static size_t crop_bytes(const ag_recognizer *recognizer)
{
    return recognizer->side_px * recognizer->side_px * 3;
}

ag_status ag_recognizer_create(ag_recognizer **out, const ag_recognizer_parts *parts, ag_err *err)
{
    const ag_clip_info *clip = ag_clip_info_of(parts->clip);
    ag_status status = check_encoder(clip, ag_collection_info_of(parts->collection), err);
    if (status != AG_OK)
        return status;

    ag_recognizer *recognizer = ag_xcalloc(1, sizeof *recognizer);
    recognizer->parts = *parts;
    recognizer->side_px = clip->image_side_px;
    recognizer->dimension = clip->dimension;
    size_t B = parts->max_batch;
    recognizer->crops = ag_try_aligned(B, crop_bytes(recognizer));
    recognizer->embeddings = ag_try_aligned(B, recognizer->dimension * sizeof(float));
    recognizer->hits = ag_try_malloc(B, AG_RECOGNIZE_TOP * sizeof(ag_hit));
    recognizer->decoded = ag_try_malloc(B, sizeof(ag_answer *));
    if (recognizer->crops == NULL || recognizer->embeddings == NULL || recognizer->hits == NULL ||
        recognizer->decoded == NULL) {
        ag_recognizer_destroy(recognizer);
        return ag_err_set(err, AG_ENOMEM, "no memory for batches of %zu images", B);
    }
    *out = recognizer;
    return AG_OK;
}

void ag_recognizer_destroy(ag_recognizer *recognizer)
{
    if (recognizer == NULL)
        return;
    free(recognizer->crops);
    free(recognizer->embeddings);
    free(recognizer->hits);
    free(recognizer->decoded);
    free(recognizer);
}

static void decode_one(void *ctx, size_t i)
{
    decode_batch *batch = ctx;
    ag_recognizer *recognizer = batch->recognizer;
    ag_answer *answer = &batch->answers[i];
    const ag_query *query = &batch->queries[i];
    int64_t start_us = ag_clock_monotonic_us();

    ag_image image;
    answer->status = ag_image_decode(&image, query->image, query->image_length,
                                     &recognizer->parts.limits, &answer->err);
    if (answer->status != AG_OK)
        return;
    answer->status = ag_resample_clip_crop(recognizer->crops + i * crop_bytes(recognizer), &image,
                                           (uint32_t)recognizer->side_px, &answer->err);
    ag_image_fini(&image);
    answer->timings.decode_ms = ms_since(start_us);
}

/* Close the gaps that failed images left among the crops; returns how many remain. */
static size_t pack_crops(ag_recognizer *recognizer, ag_answer *answers, size_t B)
{
    size_t bytes = crop_bytes(recognizer), count = 0;
    for (size_t i = 0; i < B; i++) {
        if (answers[i].status != AG_OK)
            continue;
        if (i != count)
            memcpy(recognizer->crops + count * bytes, recognizer->crops + i * bytes, bytes);
        recognizer->decoded[count++] = &answers[i];
    }
    return count;
}

/* A failure of a stage that the whole batch shares is every one's. */
static void fail_batch(ag_recognizer *recognizer, size_t count, const ag_err *err)
{
    for (size_t i = 0; i < count; i++) {
        recognizer->decoded[i]->status = err->status;
        recognizer->decoded[i]->err = *err;
    }
}

static void rank(const ag_recognizer *recognizer, ag_answer *answer, const ag_hit *hits)
{
    const ag_collection *collection = recognizer->parts.collection;
    size_t count = 0;
    while (count < AG_RECOGNIZE_TOP && hits[count].row != SIZE_MAX) {
        answer->candidates[count].artwork = ag_collection_artwork(collection, hits[count].row);
        answer->candidates[count].similarity = hits[count].score;
        count++;
    }
    answer->candidate_count = count;
    double best = count > 0 ? hits[0].score : 0;
    answer->confidence = best > 1 ? 1 : best > 0 ? best : 0; /* 0 for what is no number, too */
    answer->match = best >= LIKELY_SIMILARITY ? AG_MATCH_LIKELY : AG_MATCH_UNKNOWN;
}

static ag_status embed_and_search(ag_recognizer *recognizer, size_t count, ag_err *err)
{
    const ag_recognizer_parts *parts = &recognizer->parts;
    int64_t start_us = ag_clock_monotonic_us();
    ag_status status =
        ag_clip_encode(parts->clip, recognizer->embeddings, recognizer->crops, count, err);
    if (status != AG_OK)
        return status;
    ag_clip_normalise(recognizer->embeddings, count, recognizer->dimension);
    double embed_ms = ms_since(start_us);

    start_us = ag_clock_monotonic_us();
    status = ag_collection_search(parts->collection, recognizer->hits, recognizer->embeddings,
                                  count, (uint32_t)recognizer->dimension, AG_RECOGNIZE_TOP, err);
    if (status != AG_OK)
        return status;
    double search_ms = ms_since(start_us);

    for (size_t i = 0; i < count; i++) {
        rank(recognizer, recognizer->decoded[i], recognizer->hits + i * AG_RECOGNIZE_TOP);
        recognizer->decoded[i]->timings.embed_ms = embed_ms;
        recognizer->decoded[i]->timings.search_ms = search_ms;
    }
    return AG_OK;
}

static void describe(ag_answer *answer, const ag_query *query, ag_arena *arena)
{
    if (answer->status != AG_OK || !query->wants_description || answer->candidate_count == 0)
        return;
    int64_t start_us = ag_clock_monotonic_us();
    const ag_artwork *artwork = answer->candidates[0].artwork;
    const ag_describe_facts facts = {
        .artist = artwork->artist,
        .title = artwork->title,
        .period = artwork->period,
        .years = artwork->years,
        .extra_json = artwork->extra_json,
    };
    answer->description = ag_describe_template(arena, &facts, query->lang);
    answer->timings.describe_ms = ms_since(start_us);
}

void ag_recognize(ag_recognizer *recognizer, ag_answer *answers, const ag_query *queries, size_t B,
                  ag_arena *arena)
{
    assert(B <= recognizer->parts.max_batch);
    memset(answers, 0, B * sizeof *answers);
    decode_batch batch = {recognizer, answers, queries};
    ag_workers_for_each(recognizer->parts.workers, decode_one, &batch, B);

    size_t count = pack_crops(recognizer, answers, B);
    ag_err err;
    if (count > 0 && embed_and_search(recognizer, count, &err) != AG_OK)
        fail_batch(recognizer, count, &err);
    for (size_t i = 0; i < B; i++)
        describe(&answers[i], &queries[i], arena);
}

const char *ag_match_name(ag_match match)
{
    static const char *const NAMES[] = {
        [AG_MATCH_CONFIRMED] = "confirmed",
        [AG_MATCH_LIKELY] = "likely",
        [AG_MATCH_UNKNOWN] = "unknown",
    };
    return NAMES[match];
}
