/* The vocabulary: a tree of binary cluster centres whose leaves are words. A descriptor's word is
 * found by walking down to the nearest centres. Immutable once made; any thread may read it. */
#ifndef AG_FEATURES_WORDS_H
#define AG_FEATURES_WORDS_H

#include "base/progress.h"
#include "base/status.h"
#include "base/workers.h"
#include "features/feature_set.h"

#include <stddef.h>
#include <stdint.h>

/* Children that a node has at most. */
#define AG_WORDS_BRANCHING 16

/* Levels below the root at most. */
#define AG_WORDS_MAX_DEPTH 32

/* Words that ag_words_find returns at most, and branches that it follows. */
#define AG_WORDS_MAX_FOUND 8

/* A node of the tree. Part of the feature file: 8 bytes, little-endian. */
typedef struct ag_words_node {
    uint32_t first; /* its first child, or, of a leaf, its word */
    uint32_t count; /* children, one behind the other; 0: a leaf */
} ag_words_node;

/* A tree in somebody's memory. Nodes stand level by level, the root first, so that the children of
 * each follow those of the node before it; words are numbered in the same order. */
typedef struct ag_words {
    const ag_words_node *nodes;      /* node_count, at least the root */
    const ag_descriptor *centres;    /* node_count: of each node's cluster; the root's is unused */
    uint32_t node_count, word_count; /* word_count: leaves */
} ag_words;

/* Check that the nodes are such a tree, so that every walk ends, and inside. AG_EFORMAT. */
AG_MUST_USE ag_status ag_words_check(const ag_words *words, ag_err *err);

/* The words nearest to a descriptor, nearest first: at most `wanted` (1…AG_WORDS_MAX_FOUND), which
 * is also how many branches are followed side by side. Returns how many there are, at least 1. */
size_t ag_words_find(uint32_t *out, const ag_words *words, const ag_descriptor *descriptor,
                     size_t wanted);

typedef struct ag_words_options {
    size_t wanted;         /* words, about */
    ag_workers *workers;   /* to train with */
    ag_progress *progress; /* gets a step for every descriptor of the sample; NULL: nobody */
} ag_words_options;

/* Train a tree on a sample of descriptors, which is put into another order. The same sample gives
 * the same tree, whatever the threads. AG_ENOMEM. *out's memory is owned: ag_words_fini. */
AG_MUST_USE ag_status ag_words_train(ag_words *out, ag_descriptor *sample, size_t count,
                                     const ag_words_options *options, ag_err *err);

/* Free what ag_words_train made. */
void ag_words_fini(ag_words *words);

#endif
