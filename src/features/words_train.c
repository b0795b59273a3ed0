/* Hierarchical k-majority: k-means for binary vectors under Hamming distance, where the centre of a
 * cluster is the majority of each bit (Grana et al., "A fast approach for integrating ORB
 * descriptors in the bag of words model", 2013), applied to each cluster again until clusters are
 * small (Nister & Stewenius, "Scalable recognition with a vocabulary tree", 2006).
 *
 * Level by level: the nodes of a level are split side by side, each looking only at its own part of
 * the sample, so that threads change nothing in the outcome; then their children, in order, become
 * the next level. */
#include "base/memory.h"
#include "features/hamming.h"
#include "features/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Descriptors of a node that its centres are fitted to at most; the others only join them. */
#define FIT_MAX 16384

/* Rounds of fitting at most; they mostly settle before. */
#define ROUNDS 8

/* A node may have so many times the wanted descriptors of a word and still be one. */
#define WORD_SLACK 1.5

/* A node's part of the sample, and what became of it. */
typedef struct part {
    size_t begin, end;    /* in the sample */
    size_t first_child;   /* in the level's children */
    uint32_t node;        /* its number in the tree */
    uint32_t child_count; /* before the split: wanted; after it: got; 0: a leaf */
} part;

/* A part that another was split into; it begins where the child before it ends. */
typedef struct child {
    ag_descriptor centre;
    size_t end;
} child;

typedef struct trainer {
    ag_descriptor *sample;
    uint8_t *labels; /* of each descriptor of the sample: the child it goes to */
    size_t count;
    double word_size; /* descriptors of the sample that a word shall have */
    ag_hamming_fn *distances;
    const ag_words_options *options;
    part *parts; /* of the level at hand */
    size_t part_count;
    child *children;      /* room for what they are split into */
    ag_words_node *nodes; /* the tree so far */
    ag_descriptor *centres;
    size_t node_count, capacity;
    uint32_t word_count;
} trainer;

/* How often each bit is set among the descriptors of a cluster. */
typedef struct majority {
    uint32_t ones[AG_HAMMING_MAX];
    uint32_t total;
} majority;

static void majority_add(majority *sums, const ag_descriptor *descriptor)
{
    for (size_t byte = 0; byte < AG_DESCRIPTOR_BYTES; byte++)
        for (size_t bit = 0; bit < 8; bit++)
            sums->ones[8 * byte + bit] += descriptor->bits[byte] >> bit & 1;
    sums->total++;
}

static void majority_centre(ag_descriptor *out, const majority *sums)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < AG_HAMMING_MAX; i++)
        if (2 * sums->ones[i] > sums->total)
            out->bits[i / 8] |= (uint8_t)(1U << i % 8);
}

static uint8_t nearest(const trainer *state, const ag_descriptor *descriptor,
                       const ag_descriptor *centres, size_t k)
{
    uint16_t distances[AG_WORDS_BRANCHING];
    uint8_t best = 0;
    state->distances(distances, descriptor, centres, k);
    for (uint8_t c = 1; c < k; c++)
        if (distances[c] < distances[best])
            best = c;
    return best;
}

/* One round: each descriptor to its nearest centre, each centre to the majority of its descriptors.
 * False when that changed nothing. */
static bool fit(const trainer *state, ag_descriptor *centres, size_t k, const part *of)
{
    majority sums[AG_WORDS_BRANCHING] = {{{0}, 0}};
    const size_t count = of->end - of->begin, used = count < FIT_MAX ? count : FIT_MAX;
    for (size_t i = 0; i < used; i++) {
        const ag_descriptor *descriptor = &state->sample[of->begin + i * count / used];
        majority_add(&sums[nearest(state, descriptor, centres, k)], descriptor);
    }
    bool changed = false;
    for (size_t c = 0; c < k; c++) {
        ag_descriptor centre;
        majority_centre(&centre, &sums[c]);
        if (sums[c].total == 0 || memcmp(&centre, &centres[c], sizeof centre) == 0)
            continue;
        centres[c] = centre;
        changed = true;
    }
    return changed;
}

/* Sort the part's descriptors by label, in place: each is swapped to where the next one of its
 * label belongs. */
static void sort_by_label(trainer *state, const part *of, const size_t *ends)
{
    size_t next[AG_WORDS_BRANCHING], begin = of->begin;
    for (size_t c = 0; c < AG_WORDS_BRANCHING; c++) {
        next[c] = begin;
        begin = ends[c];
    }
    for (size_t c = 0; c < AG_WORDS_BRANCHING; c++) {
        while (next[c] < ends[c]) {
            const size_t at = next[c], to = next[state->labels[at]]++;
            const ag_descriptor moved = state->sample[at];
            const uint8_t label = state->labels[at];
            state->sample[at] = state->sample[to];
            state->labels[at] = state->labels[to];
            state->sample[to] = moved;
            state->labels[to] = label;
        }
    }
}

/* Keep the children that got descriptors. A single one is no split: such a node is a leaf, whose
 * descriptors are all (nearly) the same. */
static void keep_children(trainer *state, part *of, const ag_descriptor *centres,
                          const size_t *ends)
{
    child *kept = state->children + of->first_child;
    size_t begin = of->begin;
    uint32_t count = 0;
    for (size_t c = 0; c < of->child_count; c++) {
        if (ends[c] > begin)
            kept[count++] = (child){centres[c], ends[c]};
        begin = ends[c];
    }
    of->child_count = count > 1 ? count : 0;
}

/* A job: split part i of the level. */
static void split(void *context, size_t i)
{
    trainer *state = context;
    part *of = &state->parts[i];
    const size_t count = of->end - of->begin, k = of->child_count;
    ag_descriptor centres[AG_WORDS_BRANCHING];
    size_t ends[AG_WORDS_BRANCHING] = {0}, end = of->begin;

    if (k == 0)
        return;
    for (size_t c = 0; c < k; c++)
        centres[c] = state->sample[of->begin + c * count / k];
    for (size_t round = 0; round < ROUNDS && fit(state, centres, k, of); round++) {
    }
    for (size_t at = of->begin; at < of->end; at++) {
        state->labels[at] = nearest(state, &state->sample[at], centres, k);
        ends[state->labels[at]]++;
    }
    for (size_t c = 0; c < AG_WORDS_BRANCHING; c++)
        end = ends[c] += end;
    sort_by_label(state, of, ends);
    keep_children(state, of, centres, ends);
}

/* Children that a part of so many descriptors shall have; 0: it is a word. */
static uint32_t wanted_children(const trainer *state, size_t count)
{
    const double words = (double)count / state->word_size;
    if (words <= WORD_SLACK || count < 2)
        return 0;
    return words > AG_WORDS_BRANCHING ? AG_WORDS_BRANCHING : words < 2 ? 2 : (uint32_t)words;
}

/* Split the level's parts, unless no level may follow. */
static ag_status split_level(trainer *state, bool is_last, ag_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < state->part_count; i++) {
        part *of = &state->parts[i];
        of->child_count = is_last ? 0 : wanted_children(state, of->end - of->begin);
        of->first_child = count;
        count += of->child_count;
    }
    free(state->children);
    state->children = ag_try_malloc(count + 1, sizeof *state->children);
    if (state->children == NULL)
        return ag_err_set(err, AG_ENOMEM, "not enough memory for a vocabulary of %zu words", count);
    ag_workers_for_each(state->options->workers, split, state, state->part_count);
    return AG_OK;
}

static bool reserve_nodes(trainer *state, size_t count)
{
    if (count <= state->capacity)
        return true;
    const size_t capacity = count + count / 2;
    void *nodes = ag_try_realloc(state->nodes, capacity, sizeof *state->nodes);
    if (nodes != NULL)
        state->nodes = nodes;
    void *centres = ag_try_realloc(state->centres, capacity, sizeof *state->centres);
    if (centres != NULL)
        state->centres = centres;
    if (nodes == NULL || centres == NULL)
        return false;
    state->capacity = capacity;
    return true;
}

/* Put the children of a split part into the tree and into the next level. */
static part *add_children(trainer *state, const part *of, part *next)
{
    size_t begin = of->begin;
    for (uint32_t c = 0; c < of->child_count; c++) {
        const child *made = &state->children[of->first_child + c];
        const uint32_t node = (uint32_t)state->node_count++;
        state->centres[node] = made->centre;
        *next++ = (part){.begin = begin, .end = made->end, .node = node};
        begin = made->end;
    }
    return next;
}

/* The level at hand becomes nodes and leaves, and its children the level at hand. */
static ag_status next_level(trainer *state, ag_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < state->part_count; i++)
        count += state->parts[i].child_count;
    part *parts = ag_try_malloc(count + 1, sizeof *parts), *next = parts;
    if (parts == NULL || !reserve_nodes(state, state->node_count + count)) {
        free(parts);
        return ag_err_set(err, AG_ENOMEM, "not enough memory for a vocabulary of %zu words", count);
    }
    for (size_t i = 0; i < state->part_count; i++) {
        const part *of = &state->parts[i];
        const bool is_leaf = of->child_count == 0;
        state->nodes[of->node] = (ag_words_node){
            is_leaf ? state->word_count++ : (uint32_t)state->node_count, of->child_count};
        next = add_children(state, of, next);
        if (is_leaf && state->options->progress != NULL)
            ag_progress_add(state->options->progress, of->end - of->begin);
    }
    free(state->parts);
    state->parts = parts;
    state->part_count = count;
    return AG_OK;
}

static ag_status grow(trainer *state, ag_err *err)
{
    state->parts = ag_xcalloc(1, sizeof *state->parts);
    state->parts[0].end = state->count;
    state->part_count = 1;
    state->labels = ag_try_malloc(state->count + 1, 1);
    if (state->labels == NULL || !reserve_nodes(state, AG_WORDS_BRANCHING))
        return ag_err_set(err, AG_ENOMEM, "not enough memory to train on %zu features",
                          state->count);
    memset(&state->centres[0], 0, sizeof *state->centres);
    state->node_count = 1;
    ag_status status = AG_OK;
    for (unsigned depth = 0; state->part_count > 0 && status == AG_OK; depth++) {
        status = split_level(state, depth == AG_WORDS_MAX_DEPTH, err);
        if (status == AG_OK)
            status = next_level(state, err);
    }
    return status;
}

ag_status ag_words_train(ag_words *out, ag_descriptor *sample, size_t count,
                         const ag_words_options *options, ag_err *err)
{
    trainer state = {
        .sample = sample,
        .count = count,
        .word_size = (double)count / (double)(options->wanted > 0 ? options->wanted : 1),
        .distances = ag_hamming_best()->distances,
        .options = options,
    };
    if (state.word_size < 1)
        state.word_size = 1;
    ag_status status = grow(&state, err);
    free(state.parts);
    free(state.children);
    free(state.labels);
    if (status != AG_OK) {
        free(state.nodes);
        free(state.centres);
        return status;
    }
    *out = (ag_words){state.nodes, state.centres, (uint32_t)state.node_count, state.word_count};
    return AG_OK;
}

void ag_words_fini(ag_words *words)
{
    /* Read-only for everybody else; made here. */
    free((void *)(uintptr_t)words->nodes);
    free((void *)(uintptr_t)words->centres);
    *words = (ag_words){0};
}
