/* Candidates by voting (Jégou, Douze & Schmid, "Hamming embedding and weak geometric consistency",
 * 2008): each feature of the photo looks up the postings of the few words nearest to it, and votes
 * for the works of those whose descriptor is near its own, the more the nearer and the rarer the
 * word. Of what such votes come to by chance, works with many features get more: hence the division
 * by the root of their number, which is about how far chance scatters.
 *
 * Unlike there, the postings carry whole descriptors and not 64 bits of them: within a word, 64 bits
 * tell a noisy copy from a stranger too rarely, and looking the rest up elsewhere costs a cache miss
 * each, while a list is read in one sweep. */
#include "features/gallery_votes.h"

#include "base/memory.h"
#include "features/hamming.h"
#include "features/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words that each feature of the photo looks up: more find more of its noisy descriptors, and cost
 * as many lists more. 1…AG_WORDS_MAX_FOUND. */
#define LOOKUPS 4

/* Bits of 256 in which descriptors may differ for a vote. */
#define FAR 72

/* A vote's weight falls with the distance as a Gaussian of this width. */
#define WIDTH 30.0

/* A vote's weight is the word's rarity (its idf) to this power. */
#define RARITY_POWER 1.0F

/* Where n features of the photo share a word, the vote of each is divided by n to this power. */
#define BURST_POWER 0.5F

/* Features that every work is taken to have besides its own, so that a chance vote for a work with
 * next to none does not count for much. */
#define FEATURES_BESIDES 100.0F

/* Postings that are compared in one go. */
#define STRIDE 256

/* idf of each word, with a list's works counted once each: they stand together. */
static void weigh_words(ag_gallery_votes *votes)
{
    const ag_gallery_view *view = votes->view;
    for (uint32_t word = 0; word < view->words.word_count; word++) {
        size_t works = 0;
        uint32_t last = UINT32_MAX;
        for (uint32_t i = view->lists[word]; i < view->lists[word + 1]; i++) {
            works += view->postings[i] != last;
            last = view->postings[i];
        }
        const float idf = works > 0 ? log1pf((float)votes->works_featured / (float)works) : 0;
        votes->rarities[word] = powf(idf, RARITY_POWER);
    }
}

ag_status ag_gallery_votes_init(ag_gallery_votes *out, const ag_gallery_view *view, ag_err *err)
{
    ag_gallery_votes votes = {.view = view};
    votes.rarities = ag_try_malloc(view->words.word_count, sizeof *votes.rarities);
    if (votes.rarities == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for %u words", view->words.word_count);
    for (size_t i = 0; i < view->header->works; i++)
        votes.works_featured += view->works[i].feature_count > 0;
    for (size_t i = 0; i <= FAR; i++)
        votes.weights[i] = (float)exp(-pow((double)i / WIDTH, 2));
    weigh_words(&votes);
    *out = votes;
    return AG_OK;
}

void ag_gallery_votes_fini(ag_gallery_votes *votes)
{
    free(votes->rarities);
    *votes = (ag_gallery_votes){0};
}

/* What a work has got so far. */
typedef struct tally {
    float score;
    float vote;       /* of the photo's feature that voted last */
    uint32_t feature; /* that feature, from 1 */
} tally;

/* Where a feature of the photo looks. */
typedef struct look {
    uint32_t words[LOOKUPS]; /* nearest first */
    uint32_t count;          /* of them, at least 1 */
} look;

/* A search under way. */
typedef struct search {
    const ag_gallery_votes *votes;
    const ag_feature_set *photo;
    look *looks;    /* for each feature of the photo */
    float *dampers; /* likewise: what its vote is multiplied by */
    tally *tallies; /* for each work */
    ag_hamming_fn *distances;
} search;

/* A work gets one vote from each of the photo's features: the best. */
static void vote(tally *work, uint32_t feature, float weight)
{
    if (work->feature != feature) {
        work->feature = feature;
        work->vote = 0;
    }
    if (weight > work->vote) {
        work->score += weight - work->vote;
        work->vote = weight;
    }
}

/* The votes of feature i of the photo for the works of one word. */
static void vote_word(const search *state, size_t i, uint32_t word)
{
    const ag_gallery_votes *votes = state->votes;
    const ag_gallery_view *view = votes->view;
    const uint32_t end = view->lists[word + 1];
    const float weight = state->dampers[i] * votes->rarities[word];
    uint16_t distances[STRIDE];
    for (uint32_t first = view->lists[word], count; first < end; first += count) {
        count = end - first < STRIDE ? end - first : STRIDE;
        state->distances(distances, &state->photo->descriptors[i], view->filed + first, count);
        for (uint32_t n = 0; n < count; n++)
            if (distances[n] <= FAR)
                vote(&state->tallies[view->postings[first + n]], (uint32_t)i + 1,
                     weight * votes->weights[distances[n]]);
    }
}

/* A feature's nearest word, and which feature that is. */
typedef struct first_word {
    uint32_t word, feature;
} first_word;

static int by_word(const void *a, const void *b)
{
    const first_word *left = a, *right = b;
    return (left->word > right->word) - (left->word < right->word);
}

/* Texture that repeats must not drown the rest: damp features that share their nearest word. */
static void damp_bursts(search *state, first_word *firsts)
{
    const size_t count = state->photo->count;
    for (uint32_t i = 0; i < count; i++)
        firsts[i] = (first_word){state->looks[i].words[0], i};
    qsort(firsts, count, sizeof *firsts, by_word);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && firsts[end].word == firsts[i].word; end++) {
        }
        for (size_t of = i; of < end; of++)
            state->dampers[firsts[of].feature] = powf((float)(end - i), -BURST_POWER);
    }
}

static void run_votes(search *state)
{
    for (size_t i = 0; i < state->photo->count; i++)
        for (uint32_t w = 0; w < state->looks[i].count; w++)
            vote_word(state, i, state->looks[i].words[w]);
}

/* Put a work in its place among the k best so far; of equal ones the first stays before. */
static void offer(ag_gallery_hit *best, size_t k, ag_gallery_hit candidate)
{
    size_t place = k;
    while (place > 0 && candidate.score > best[place - 1].score)
        place--;
    for (size_t i = k; i > place + 1; i--)
        best[i - 1] = best[i - 2];
    if (place < k)
        best[place] = candidate;
}

static void rank(const search *state, ag_gallery_hit *hits, size_t k, const bool *allowed)
{
    const ag_gallery_view *view = state->votes->view;
    for (size_t i = 0; i < k; i++)
        hits[i] = (ag_gallery_hit){.work = SIZE_MAX};
    for (size_t work = 0; work < view->header->works; work++) {
        const float features = (float)view->works[work].feature_count;
        if (allowed == NULL || allowed[work])
            offer(hits, k,
                  (ag_gallery_hit){work, state->tallies[work].score /
                                             sqrtf(features + FEATURES_BESIDES)});
    }
}

ag_status ag_gallery_votes_search(const ag_gallery_votes *votes, ag_gallery_hit *hits, size_t k,
                                  const ag_feature_set *photo, const bool *allowed, ag_err *err)
{
    const size_t works = votes->view->header->works, features = photo->count;
    search state = {.votes = votes,
                    .photo = photo,

                    .distances = ag_hamming_best()->distances};
    state.looks = ag_try_malloc(features + 1, sizeof *state.looks);
    state.dampers = ag_try_malloc(features + 1, sizeof *state.dampers);
    state.tallies = ag_try_malloc(works + 1, sizeof *state.tallies);
    first_word *firsts = ag_try_malloc(features + 1, sizeof *firsts);
    ag_status status = AG_OK;
    if (state.looks == NULL || state.dampers == NULL || state.tallies == NULL || firsts == NULL) {
        status = ag_err_set(err, AG_ENOMEM, "no memory to search %zu works", works);
    } else {
        memset(state.tallies, 0, works * sizeof *state.tallies);
        for (size_t i = 0; i < features; i++)
            state.looks[i].count = (uint32_t)ag_words_find(
                state.looks[i].words, &votes->view->words, &photo->descriptors[i], LOOKUPS);
        damp_bursts(&state, firsts);
        run_votes(&state);
        rank(&state, hits, k, allowed);
    }
    free(state.looks);
    free(state.dampers);
    free(state.tallies);
    free(firsts);
    return status;
}
