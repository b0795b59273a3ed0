/* A batch goes through three passes. First each photo by itself, side by side: decode, local
 * features, candidates by their words, proof by geometry. Then all together through the encoder and
 * the vector index. Last, again side by side, the works that only the embedding proposed are looked
 * at, for photos that have no proof yet. */
#include "recognize/recognize.h"

#include "base/clock.h"
#include "base/memory.h"
#include "describe/template.h"
#include "image/resample.h"
#include "recognize/finding.h"
#include "recognize/scope.h"
#include "recognize/sight.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Works by words, and by the embedding, whose geometry is looked at. */
#define BY_WORDS     12
#define BY_EMBEDDING 6

/* Works that the embedding proposes; more where some of them may not be considered. */
#define NEAREST         16
#define NEAREST_OF_SOME 512

/* One photo of the batch. */
typedef struct subject {
    const ag_query *query;
    ag_answer *answer;
    const bool *allowed;   /* rows that may be considered; NULL: all */
    const bool *preferred; /* rows that hang where the visitor is; NULL: not known */
    ag_sight_photo photo;
    ag_finding finding;
    ag_err err; /* of a pass */
} subject;

struct ag_recognizer {
    ag_recognizer_parts parts;
    const ag_gallery *gallery; /* NULL: no local features */
    ag_sight *sight;           /* NULL: no local features */
    ag_scope *scope;
    size_t side_px;    /* S: side of a crop; 0: no encoder */
    size_t dimension;  /* D: of an embedding; 0: no encoder */
    subject *slots;    /* max_batch */
    subject **decoded; /* max_batch: whose crop is at that place of crops */
    uint8_t *crops;    /* max_batch × S × S × 3 */
    float *embeddings; /* max_batch × D */
    ag_hit *hits;      /* max_batch × NEAREST_OF_SOME */
};

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

/* What embedding a batch takes. */
static ag_status prepare_encoder(ag_recognizer *recognizer, ag_err *err)
{
    const ag_clip_info *clip = ag_clip_info_of(recognizer->parts.clip);
    const size_t B = recognizer->parts.max_batch;
    ag_status status =
        check_encoder(clip, ag_collection_info_of(recognizer->parts.collection), err);
    if (status)
        return status;
    recognizer->side_px = clip->image_side_px;
    recognizer->dimension = clip->dimension;
    recognizer->crops = ag_try_aligned(B, crop_bytes(recognizer));
    recognizer->embeddings = ag_try_aligned(B, recognizer->dimension * sizeof(float));
    recognizer->hits = ag_try_malloc(B, NEAREST_OF_SOME * sizeof(ag_hit));
    if (!recognizer->crops || !recognizer->embeddings || !recognizer->hits)
        return ag_err_set(err, AG_ENOMEM, "no memory for batches of %zu images", B);
    return AG_OK;
}

static ag_status prepare(ag_recognizer *recognizer, ag_err *err)
{
    const ag_recognizer_parts *parts = &recognizer->parts;
    recognizer->slots = ag_xcalloc(parts->max_batch, sizeof *recognizer->slots);
    recognizer->decoded = ag_xcalloc(parts->max_batch, sizeof(subject *));
    recognizer->gallery = ag_collection_gallery(parts->collection);
    if (!parts->clip && !recognizer->gallery)
        return ag_err_set(err, AG_EINVAL,
                          "there is neither a model nor are there local features to recognise by");
    ag_status status = ag_scope_create(&recognizer->scope, parts->collection, err);
    if (!status && recognizer->gallery)
        status = ag_sight_create(&recognizer->sight, recognizer->gallery, parts->threads, err);
    if (!status && parts->clip)
        status = prepare_encoder(recognizer, err);
    return status;
}

ag_status ag_recognizer_create(ag_recognizer **out, const ag_recognizer_parts *parts, ag_err *err)
{
    ag_recognizer *recognizer = ag_xcalloc(1, sizeof *recognizer);
    recognizer->parts = *parts;
    ag_status status = prepare(recognizer, err);
    if (status) {
        ag_recognizer_destroy(recognizer);
        return status;
    }
    *out = recognizer;
    return AG_OK;
}

void ag_recognizer_destroy(ag_recognizer *recognizer)
{
    if (recognizer == NULL)
        return;
    for (size_t i = 0; recognizer->slots && i < recognizer->parts.max_batch; i++)
        ag_sight_photo_fini(&recognizer->slots[i].photo);
    ag_sight_destroy(recognizer->sight);
    ag_scope_destroy(recognizer->scope);
    free(recognizer->slots);
    free(recognizer->decoded);
    free(recognizer->crops);
    free(recognizer->embeddings);
    free(recognizer->hits);
    free(recognizer);
}

/* Look at a candidate's geometry, unless that has been done. */
static ag_status verify(ag_recognizer *recognizer, subject *slot, ag_found *found)
{
    if (found->is_verified)
        return AG_OK;
    found->is_verified = true;
    return ag_sight_verify(recognizer->sight, &found->geometry, &slot->photo, found->row,
                           &slot->err);
}

/* Candidates by words among the rows allowed, each looked at until one leaves no doubt. */
static ag_status find_by_words(ag_recognizer *recognizer, subject *slot, const bool *allowed)
{
    ag_gallery_hit hits[BY_WORDS];
    int64_t start_us = ag_clock_monotonic_us();
    ag_status status = ag_gallery_search(recognizer->gallery, hits, BY_WORDS, &slot->photo.set,
                                         allowed, &slot->err);
    slot->answer->timings.search_ms += ms_since(start_us);
    start_us = ag_clock_monotonic_us();
    for (size_t i = 0; !status && i < BY_WORDS && hits[i].work != SIZE_MAX; i++) {
        ag_found *found = ag_finding_add(&slot->finding, hits[i].work);
        if (!found)
            break;
        found->words = hits[i].score;
        if (!ag_finding_is_certain(&slot->finding))
            status = verify(recognizer, slot, found);
    }
    slot->answer->timings.verify_ms += ms_since(start_us);
    return status;
}

static ag_status look(ag_recognizer *recognizer, subject *slot, const ag_image *image)
{
    const int64_t start_us = ag_clock_monotonic_us();
    ag_status status = ag_sight_read(recognizer->sight, &slot->photo, image, &slot->err);
    slot->answer->timings.features_ms = ms_since(start_us);
    if (!status && slot->preferred && slot->preferred != slot->allowed)
        status = find_by_words(recognizer, slot, slot->preferred);
    if (!status && !ag_finding_is_certain(&slot->finding))
        status = find_by_words(recognizer, slot, slot->allowed);
    return status;
}

/* First pass, of photo i: everything that it needs no other for. */
static void see(void *ctx, size_t i)
{
    ag_recognizer *recognizer = ctx;
    subject *slot = &recognizer->slots[i];
    const ag_query *query = slot->query;
    const int64_t start_us = ag_clock_monotonic_us();
    ag_image image;

    if (slot->answer->status)
        return;
    ag_status status = ag_image_decode(&image, query->image, query->image_length,
                                       &recognizer->parts.limits, &slot->err);
    if (!status) {
        if (recognizer->side_px > 0)
            status = ag_resample_clip_crop(recognizer->crops + i * crop_bytes(recognizer), &image,
                                           (uint32_t)recognizer->side_px, &slot->err);
        slot->answer->timings.decode_ms = ms_since(start_us);
        if (!status && recognizer->sight)
            status = look(recognizer, slot, &image);
        ag_image_fini(&image);
    }
    slot->answer->status = status;
    if (status)
        slot->answer->err = slot->err;
}

/* Close the gaps that failed images left among the crops; returns how many remain. */
static size_t pack_crops(ag_recognizer *recognizer, size_t B)
{
    size_t bytes = crop_bytes(recognizer), count = 0;
    for (size_t i = 0; i < B; i++) {
        subject *slot = &recognizer->slots[i];
        if (slot->answer->status != AG_OK)
            continue;
        if (i != count)
            memcpy(recognizer->crops + count * bytes, recognizer->crops + i * bytes, bytes);
        recognizer->decoded[count++] = slot;
    }
    return count;
}

/* A failure of a stage that the whole batch shares is every one's. */
static void fail_batch(ag_recognizer *recognizer, size_t count, const ag_err *err)
{
    for (size_t i = 0; i < count; i++) {
        recognizer->decoded[i]->answer->status = err->status;
        recognizer->decoded[i]->answer->err = *err;
    }
}

/* The nearest works that may be considered become candidates. */
static void add_nearest(subject *slot, const ag_hit *hits, size_t k)
{
    size_t added = 0;
    for (size_t i = 0; i < k && hits[i].row != SIZE_MAX && added < NEAREST; i++) {
        if (slot->allowed && !slot->allowed[hits[i].row])
            continue;
        ag_found *found = ag_finding_add(&slot->finding, hits[i].row);
        if (!found)
            break;
        found->similarity = hits[i].score;
        added++;
    }
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
    size_t k = NEAREST;
    for (size_t i = 0; i < count; i++)
        if (recognizer->decoded[i]->allowed)
            k = NEAREST_OF_SOME;
    status = ag_collection_search(parts->collection, recognizer->hits, recognizer->embeddings,
                                  count, (uint32_t)recognizer->dimension, k, err);
    if (status != AG_OK)
        return status;
    double search_ms = ms_since(start_us);

    for (size_t i = 0; i < count; i++) {
        subject *slot = recognizer->decoded[i];
        add_nearest(slot, recognizer->hits + i * k, k);
        slot->answer->timings.embed_ms = embed_ms;
        slot->answer->timings.search_ms += search_ms;
    }
    return AG_OK;
}

/* Last pass, of photo i: the geometry of the works that only the embedding is for, and it most. */
static void look_again(void *ctx, size_t i)
{
    ag_recognizer *recognizer = ctx;
    subject *slot = recognizer->decoded[i];
    const int64_t start_us = ag_clock_monotonic_us();
    size_t looked_at = 0;

    /* Candidates are in the order they were added: of those not looked at the nearest come first.
     */
    for (size_t c = 0; c < slot->finding.count && looked_at < BY_EMBEDDING; c++) {
        ag_found *found = &slot->finding.works[c];
        if (ag_finding_is_certain(&slot->finding))
            break;
        if (found->is_verified)
            continue;
        looked_at++;
        if (verify(recognizer, slot, found) != AG_OK) {
            slot->answer->status = slot->err.status;
            slot->answer->err = slot->err;
            return;
        }
    }
    slot->answer->timings.verify_ms += ms_since(start_us);
}

/* What the photo shows, and what is like it. */
static void conclude(const ag_recognizer *recognizer, subject *slot)
{
    const ag_recognizer_parts *parts = &recognizer->parts;
    ag_finding *finding = &slot->finding;
    ag_answer *answer = slot->answer;
    for (size_t i = 0; slot->preferred && i < finding->count; i++)
        finding->works[i].is_preferred = slot->preferred[finding->works[i].row];
    ag_finding_rank(finding, &parts->calibration);
    while (answer->candidate_count < AG_RECOGNIZE_TOP && answer->candidate_count < finding->count) {
        const ag_found *found = &finding->works[answer->candidate_count];
        answer->candidates[answer->candidate_count++] = (ag_candidate){
            .artwork = ag_collection_artwork(parts->collection, found->row),
            .row = found->row,
            .similarity = found->similarity,
            .score = found->geometry.score,
        };
    }
    answer->match = AG_MATCH_UNKNOWN;
    if (finding->count == 0)
        return;
    const ag_found *best = &finding->works[0];
    answer->confidence = ag_found_confidence(best, &parts->calibration);
    if (ag_found_is_confirmed(best))
        answer->match = AG_MATCH_CONFIRMED;
    else if (answer->confidence >= AG_FINDING_LIKELY)
        answer->match = AG_MATCH_LIKELY;
    answer->has_corners = answer->match == AG_MATCH_CONFIRMED;
    memcpy(answer->corners, best->geometry.corners, sizeof answer->corners);
}

static void describe(ag_answer *answer, const ag_query *query, ag_arena *arena)
{
    if (!query->wants_description || answer->candidate_count == 0)
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

/* The rows that a visitor who stands somewhere may be shown, or is likely to see. */
static ag_status set_scope(const ag_recognizer *recognizer, subject *slot, ag_arena *arena)
{
    const ag_query *query = slot->query;
    const size_t count = ag_collection_info_of(recognizer->parts.collection)->count;
    slot->allowed = query->allowed;
    if (!query->exhibition && !query->room)
        return AG_OK;
    bool *here = ag_arena_alloc(arena, count * sizeof *here);
    if (!here)
        return ag_err_set(&slot->answer->err, AG_ENOMEM, "no memory for %zu works", count);
    if (query->allowed)
        memcpy(here, query->allowed, count * sizeof *here);
    else
        memset(here, true, count * sizeof *here);
    const bool is_empty =
        ag_scope_restrict(recognizer->scope, here, query->exhibition, query->room) == 0;
    if (is_empty && query->is_limited)
        return ag_err_set_code(&slot->answer->err, AG_ENOTFOUND, "place_unknown",
                               "No work of this collection hangs in that exhibition or room.");
    slot->preferred = is_empty ? NULL : here;
    if (query->is_limited)
        slot->allowed = here;
    return AG_OK;
}

static void begin(ag_recognizer *recognizer, ag_answer *answers, const ag_query *queries, size_t B,
                  ag_arena *arena)
{
    memset(answers, 0, B * sizeof *answers);
    for (size_t i = 0; i < B; i++) {
        subject *slot = &recognizer->slots[i];
        slot->query = &queries[i];
        slot->answer = &answers[i];
        slot->preferred = NULL;
        slot->finding.count = 0;
        slot->answer->status = set_scope(recognizer, slot, arena);
    }
}

void ag_recognize(ag_recognizer *recognizer, ag_answer *answers, const ag_query *queries, size_t B,
                  ag_arena *arena)
{
    const ag_recognizer_parts *parts = &recognizer->parts;
    assert(B <= parts->max_batch);
    begin(recognizer, answers, queries, B, arena);
    ag_workers_for_each(parts->workers, see, recognizer, B);
    if (parts->clip) {
        ag_err err;
        const size_t count = pack_crops(recognizer, B);
        if (count > 0 && embed_and_search(recognizer, count, &err) != AG_OK)
            fail_batch(recognizer, count, &err);
        else if (recognizer->sight)
            ag_workers_for_each(parts->workers, look_again, recognizer, count);
    }
    for (size_t i = 0; i < B; i++) {
        if (answers[i].status != AG_OK)
            continue;
        conclude(recognizer, &recognizer->slots[i]);
        describe(&answers[i], &queries[i], arena);
    }
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
