#include "features/words.h"

#include "features/hamming.h"

#include <assert.h>
#include <stdbool.h>

ag_status ag_words_check(const ag_words *words, ag_err *err)
{
    uint64_t next_child = 1, next_word = 0, level_end = 1;
    unsigned depth = 0;

    for (uint32_t i = 0; i < words->node_count; i++) {
        const ag_words_node *node = &words->nodes[i];
        if (i == level_end) {
            level_end = next_child;
            depth++;
        }
        const bool is_leaf = node->count == 0;
        if (node->count > AG_WORDS_BRANCHING || node->first != (is_leaf ? next_word : next_child) ||
            i >= level_end || depth > AG_WORDS_MAX_DEPTH)
            return ag_err_set(err, AG_EFORMAT, "node %u of the tree of words is not in order", i);
        next_word += is_leaf;
        next_child += node->count;
    }
    if (next_child != words->node_count || next_word != words->word_count)
        return ag_err_set(err, AG_EFORMAT, "the tree of words has not the nodes it claims");
    return AG_OK;
}

/* A node on the way down. */
typedef struct branch {
    uint32_t node;
    uint16_t distance; /* from the descriptor to the node's centre */
} branch;

/* The nearest branches so far, nearest first; of equally near ones the first stays before. */
typedef struct beam {
    branch branches[AG_WORDS_MAX_FOUND];
    size_t count, wanted;
} beam;

static void offer(beam *into, branch candidate)
{
    size_t at = into->count;
    while (at > 0 && into->branches[at - 1].distance > candidate.distance)
        at--;
    if (at == into->wanted)
        return;
    into->count += into->count < into->wanted;
    for (size_t i = into->count - 1; i > at; i--)
        into->branches[i] = into->branches[i - 1];
    into->branches[at] = candidate;
}

/* Replace each branch by its children; leaves stay. False when there are only leaves. */
static bool descend(beam *along, const ag_words *words, const ag_descriptor *descriptor,
                    ag_hamming_fn *distances)
{
    beam next = {.wanted = along->wanted};
    bool moved = false;
    for (size_t i = 0; i < along->count; i++) {
        const ag_words_node node = words->nodes[along->branches[i].node];
        if (node.count == 0) {
            offer(&next, along->branches[i]);
            continue;
        }
        uint16_t found[AG_WORDS_BRANCHING];
        distances(found, descriptor, words->centres + node.first, node.count);
        for (uint32_t c = 0; c < node.count; c++)
            offer(&next, (branch){node.first + c, found[c]});
        moved = true;
    }
    *along = next;
    return moved;
}

size_t ag_words_find(uint32_t *out, const ag_words *words, const ag_descriptor *descriptor,
                     size_t wanted)
{
    assert(wanted >= 1 && wanted <= AG_WORDS_MAX_FOUND);
    ag_hamming_fn *distances = ag_hamming_best()->distances;
    beam along = {.branches = {{0}}, .count = 1, .wanted = wanted};
    while (descend(&along, words, descriptor, distances)) {
    }
    for (size_t i = 0; i < along.count; i++)
        out[i] = words->nodes[along.branches[i].node].first;
    return along.count;
}
