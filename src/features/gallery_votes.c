/* Candidates by voting (Jégou, Douze & Schmid, "Hamming embedding and weak geometric consistency",
 * 2008): each feature of the photo looks up the postings of the few words nearest to it, and votes
 * for the works of those whose descriptor is near its own, the more the nearer and the rarer the
 * word. Of what such votes come to by chance, works with many features get more: hence the division
 * by the root of their number, which is about how far chance scatters. Votes are counted by how the
 * features are turned, and those of the best works are looked at once more for whether they agree
 * on a view (fast spatial matching, Philbin et al. 2007).
 *
 * Unlike there, the postings carry whole descriptors and not 64 bits of them: within a word, 64
 * bits tell a noisy copy from a stranger too rarely, and looking the rest up elsewhere costs a
 * cache miss each, while a list is read in one sweep. */
#include "features/gallery_votes.h"

#include "base/memory.h"
#include "features/consensus.h"
#include "features/hamming.h"
#include "features/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words that each feature of the photo looks up: more find more of its noisy descriptors, and cost
 * as many lists more. 1…AG_WORDS_MAX_FOUND. */
#define LOOKUPS 6

/* Lists longer than so many times the mean are passed over, as search engines do with "the" and
 * "of": they say least, and among 10,000 works they are a sixth of the cost. */
#define COMMON 4

/* Bits of 256 in which descriptors may differ for a vote. */
#define FAR 56

/* A vote's weight falls with the distance as a Gaussian of this width. */
#define WIDTH 30.0

/* Where n features of the photo share a word, the vote of each is divided by n to this power. */
#define BURST_POWER 0.5F

/* Features that every work is taken to have besides its own, so that a chance vote for a work with
 * next to none does not count for much. */
#define FEATURES_BESIDES 100.0F

/* Parts of a turn that votes are counted by: those of a view agree on how it is turned, but for
 * what its slant does, and chance votes do not (Jégou et al.'s weak geometric consistency). */
#define TURNS  16
#define WINDOW 3

/* Rungs of the pyramid by which the photo's feature may be on a coarser one than the work's: a work
 * fills a third of a photo's length or more, and is seldom cropped to less than half. */
#define RUNGS_MIN -8
#define RUNGS_MAX 3

/* Works whose votes are looked at for whether they agree on a view, and votes of a work. */
#define SHORTLIST  128
#define WORK_VOTES 160

/* Votes that are kept for that: more are cast in pictures made to do so. */
#define MAX_BALLOTS 1000000

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
            works += view->postings[i].work != last;
            last = view->postings[i].work;
        }
        votes->rarities[word] = works > 0 ? log1pf((float)votes->works_featured / (float)works) : 0;
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
    const size_t words = view->words.word_count;
    votes.longest = (uint32_t)(COMMON * (view->header->features / (words ? words : 1) + 1));
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
    float turns[TURNS]; /* by how the features are turned */
    float vote;         /* of the photo's feature that voted last */
    uint32_t feature;   /* that feature, from 1 */
    uint32_t turn;      /* that it voted for */
    uint32_t place;     /* on the shortlist, from 1; 0: not on it */
} tally;

/* Where a feature of the photo looks. */
typedef struct look {
    uint32_t words[LOOKUPS]; /* nearest first */
    uint32_t count;          /* of them, at least 1 */
} look;

/* A vote: a feature of the photo and a posting like it. */
typedef struct ballot {
    uint32_t feature, posting;
} ballot;

/* A feature's nearest word, and which feature that is. */
typedef struct first_word {
    uint32_t word, feature;
} first_word;

/* The votes of the works on the shortlist, as pairs of features. */
typedef struct shortlist {
    size_t counts[SHORTLIST];
    ag_consensus_point points[SHORTLIST][WORK_VOTES];
} shortlist;

/* A search under way. */
typedef struct search {
    const ag_gallery_votes *votes;
    const ag_feature_set *photo;
    look *looks;        /* for each feature of the photo */
    float *dampers;     /* likewise: what its vote is multiplied by */
    first_word *firsts; /* likewise */
    tally *tallies;     /* for each work */
    ballot *ballots;
    size_t ballot_count, ballot_room;
    shortlist *list;
    ag_hamming_fn *distances;
} search;

/* A work gets one vote from each of the photo's features: the best. */
static void vote(tally *work, uint32_t feature, float weight, uint32_t turn)
{
    if (work->feature != feature) {
        work->feature = feature;
        work->vote = 0;
    }
    if (weight > work->vote) {
        work->turns[work->turn] -= work->vote;
        work->turns[turn] += weight;
        work->vote = weight;
        work->turn = turn;
    }
}

/* Keep a vote. One that there is no memory for is only missed when votes are looked at again. */
static void keep_ballot(search *state, size_t i, size_t posting)
{
    if (state->ballot_count == state->ballot_room) {
        const size_t room = state->ballot_room ? 2 * state->ballot_room : 8192;
        ballot *grown =
            room <= MAX_BALLOTS ? ag_try_realloc(state->ballots, room, sizeof *grown) : NULL;
        if (!grown)
            return;
        state->ballots = grown;
        state->ballot_room = room;
    }
    state->ballots[state->ballot_count++] = (ballot){(uint32_t)i, (uint32_t)posting};
}

static void vote_posting(search *state, size_t i, size_t which, float weight)
{
    const ag_gallery_posting *posting = &state->votes->view->postings[which];
    const ag_keypoint *keypoint = &state->photo->keypoints[i];
    const int rungs = keypoint->level - posting->level;
    const uint8_t turn = (uint8_t)(keypoint->angle - posting->angle + 128 / TURNS);
    if (rungs < RUNGS_MIN || rungs > RUNGS_MAX)
        return;
    vote(&state->tallies[posting->work], (uint32_t)i + 1, weight, turn * TURNS / 256);
    keep_ballot(state, i, which);
}

/* The votes of feature i of the photo for the works of one word. */
static void vote_word(search *state, size_t i, uint32_t word)
{
    const ag_gallery_votes *votes = state->votes;
    const ag_gallery_view *view = votes->view;
    const uint32_t end = view->lists[word + 1];
    if (end - view->lists[word] > votes->longest)
        return;
    const float weight = state->dampers[i] * votes->rarities[word];
    uint16_t distances[STRIDE];
    for (uint32_t first = view->lists[word], count; first < end; first += count) {
        count = end - first < STRIDE ? end - first : STRIDE;
        state->distances(distances, &state->photo->descriptors[i], view->filed + first, count);
        for (uint32_t n = 0; n < count; n++)
            if (distances[n] <= FAR)
                vote_posting(state, i, first + n, weight * votes->weights[distances[n]]);
    }
}

static int by_word(const void *a, const void *b)
{
    const first_word *left = a, *right = b;
    return (left->word > right->word) - (left->word < right->word);
}

/* Texture that repeats must not drown the rest: damp features that share their nearest word. */
static void damp_bursts(search *state)
{
    first_word *firsts = state->firsts;
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

/* The most votes that agree on a turn. */
static float score_of(const tally *work)
{
    float best = 0;
    for (size_t first = 0; first < TURNS; first++) {
        float sum = 0;
        for (size_t i = 0; i < WINDOW; i++)
            sum += work->turns[(first + i) % TURNS];
        best = sum > best ? sum : best;
    }
    return best;
}

static ag_consensus_point point_of(const search *state, const ballot *cast)
{
    const ag_gallery_posting *posting = &state->votes->view->postings[cast->posting];
    const ag_keypoint reference = {
        .x = (uint16_t)(posting->x << 8),
        .y = (uint16_t)(posting->y << 8),
        .angle = posting->angle,
        .level = posting->level,
    };
    return ag_consensus_point_of(&state->photo->keypoints[cast->feature], &reference);
}

/* The votes of the works on the shortlist, in the order they were cast. */
static void gather_votes(search *state, const ag_gallery_hit *hits, size_t count)
{
    shortlist *list = state->list;
    memset(list->counts, 0, sizeof list->counts);
    for (size_t i = 0; i < count; i++)
        state->tallies[hits[i].work].place = (uint32_t)i + 1;
    for (size_t i = 0; i < state->ballot_count; i++) {
        const ballot *cast = &state->ballots[i];
        const uint32_t place =
            state->tallies[state->votes->view->postings[cast->posting].work].place;
        if (place > 0 && list->counts[place - 1] < WORK_VOTES)
            list->points[place - 1][list->counts[place - 1]++] = point_of(state, cast);
    }
}

/* Best first; of equals the first work. */
static int compare_hits(const void *left, const void *right)
{
    const ag_gallery_hit *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->work < b->work ? -1 : a->work > b->work;
}

/* Put works whose votes agree on a view before those whose votes do not. */
static void look_again(search *state, ag_gallery_hit *hits, size_t count)
{
    gather_votes(state, hits, count);
    for (size_t i = 0; i < count; i++)
        hits[i].score *=
            (float)ag_consensus_support(state->list->points[i], state->list->counts[i]);
    qsort(hits, count, sizeof *hits, compare_hits);
}

/* The shortlist: works with most votes that agree on a turn, best first; returns how many. */
static size_t rank(const search *state, ag_gallery_hit hits[SHORTLIST], const bool *allowed)
{
    const ag_gallery_view *view = state->votes->view;
    for (size_t i = 0; i < SHORTLIST; i++)
        hits[i] = (ag_gallery_hit){.work = SIZE_MAX};
    for (size_t work = 0; work < view->header->works; work++) {
        const float features = (float)view->works[work].feature_count;
        if (allowed == NULL || allowed[work])
            offer(hits, SHORTLIST,
                  (ag_gallery_hit){work, score_of(&state->tallies[work]) /
                                             sqrtf(features + FEATURES_BESIDES)});
    }
    size_t found = 0;
    while (found < SHORTLIST && hits[found].work != SIZE_MAX)
        found++;
    return found;
}

/* What a search needs besides the gallery; AG_ENOMEM. */
static ag_status search_init(search *out, const ag_gallery_votes *votes,
                             const ag_feature_set *photo, ag_err *err)
{
    const size_t works = votes->view->header->works, features = photo->count;
    search state = {.votes = votes, .photo = photo, .distances = ag_hamming_best()->distances};
    state.looks = ag_try_malloc(features + 1, sizeof *state.looks);
    state.dampers = ag_try_malloc(features + 1, sizeof *state.dampers);
    state.firsts = ag_try_malloc(features + 1, sizeof *state.firsts);
    state.tallies = ag_try_malloc(works + 1, sizeof *state.tallies);
    state.list = ag_try_malloc(1, sizeof *state.list);
    *out = state;
    if (!state.looks || !state.dampers || !state.firsts || !state.tallies || !state.list)
        return ag_err_set(err, AG_ENOMEM, "no memory to search %zu works", works);
    memset(state.tallies, 0, works * sizeof *state.tallies);
    return AG_OK;
}

static void search_fini(search *state)
{
    free(state->looks);
    free(state->dampers);
    free(state->firsts);
    free(state->tallies);
    free(state->list);
    free(state->ballots);
}

ag_status ag_gallery_votes_search(const ag_gallery_votes *votes, ag_gallery_hit *hits, size_t k,
                                  const ag_feature_set *photo, const bool *allowed, ag_err *err)
{
    search state;
    ag_gallery_hit best[SHORTLIST];
    ag_status status = search_init(&state, votes, photo, err);
    if (status == AG_OK) {
        for (size_t i = 0; i < photo->count; i++)
            state.looks[i].count = (uint32_t)ag_words_find(
                state.looks[i].words, &votes->view->words, &photo->descriptors[i], LOOKUPS);
        damp_bursts(&state);
        run_votes(&state);
        const size_t found = rank(&state, best, allowed);
        look_again(&state, best, found);
        for (size_t i = 0; i < k; i++)
            hits[i] = i < found ? best[i] : (ag_gallery_hit){.work = SIZE_MAX};
    }
    search_fini(&state);
    return status;
}
