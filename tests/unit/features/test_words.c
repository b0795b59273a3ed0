#include "features/words.h"

#include "base/memory.h"
#include "features/hamming.h"
#include "synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ag_words train(ag_descriptor *sample, size_t count, size_t wanted, size_t threads)
{
    ag_words_options options = {.wanted = wanted};
    ag_words words;
    assert_int_equal(ag_workers_create(&options.workers, "test", threads, threads, NULL), AG_OK);
    assert_int_equal(ag_words_train(&words, sample, count, &options, NULL), AG_OK);
    ag_workers_destroy(options.workers);
    return words;
}

static ag_descriptor *copy_of(const ag_descriptor *descriptors, size_t count)
{
    ag_descriptor *copy = ag_xcalloc(count + 1, sizeof *copy);
    memcpy(copy, descriptors, count * sizeof *copy);
    return copy;
}

static void test_words_tree_is_in_order_and_of_the_size_wanted(void **state)
{
    (void)state;
    static const size_t WANTED[] = {0, 1, 2, 17, 300, 1000};
    ag_feature_set *set = synthetic_works(1, 3000, 1);
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++) {
        ag_descriptor *sample = copy_of(set->descriptors, set->count);
        ag_words words = train(sample, set->count, WANTED[i], 1);
        assert_int_equal(ag_words_check(&words, NULL), AG_OK);
        assert_true(words.word_count <= 2 * WANTED[i] + 1);
        assert_true(2 * words.word_count >= WANTED[i]);
        ag_words_fini(&words);
        free(sample);
    }
    synthetic_destroy(set, 1);
}

static void test_words_training_does_not_depend_on_threads(void **state)
{
    (void)state;
    ag_feature_set *set = synthetic_works(1, 4000, 2);
    ag_descriptor *samples[2] = {copy_of(set->descriptors, set->count),
                                 copy_of(set->descriptors, set->count)};
    ag_words one = train(samples[0], set->count, 500, 1);
    ag_words many = train(samples[1], set->count, 500, 4);
    assert_int_equal(one.node_count, many.node_count);
    assert_int_equal(one.word_count, many.word_count);
    assert_memory_equal(one.nodes, many.nodes, one.node_count * sizeof *one.nodes);
    assert_memory_equal(one.centres, many.centres, one.node_count * sizeof *one.centres);
    ag_words_fini(&one);
    ag_words_fini(&many);
    free(samples[0]);
    free(samples[1]);
    synthetic_destroy(set, 1);
}

/* Clusters around a few centres: each centre must get words of its own. */
static void test_words_tell_clusters_apart(void **state)
{
    (void)state;
    enum { CLUSTERS = 12, EACH = 60 };
    ag_feature_set *set = synthetic_works(1, CLUSTERS, 3);
    ag_descriptor sample[CLUSTERS * EACH], probes[CLUSTERS * EACH];
    uint32_t owner[8 * CLUSTERS * EACH];
    memset(owner, 0xff, sizeof owner);
    for (size_t i = 0; i < CLUSTERS * EACH; i++) {
        sample[i] = set->descriptors[i % CLUSTERS];
        sample[i].bits[i / CLUSTERS % AG_DESCRIPTOR_BYTES] ^= (uint8_t)(1U << i % 8);
    }
    memcpy(probes, sample, sizeof probes);
    ag_words words = train(sample, CLUSTERS * EACH, 5 * CLUSTERS, 1);
    for (size_t i = 0; i < CLUSTERS * EACH; i++) {
        uint32_t word;
        assert_int_equal(ag_words_find(&word, &words, &probes[i], 1), 1);
        assert_true(word < words.word_count);
        assert_true(owner[word] == UINT32_MAX || owner[word] == i % CLUSTERS);
        owner[word] = i % CLUSTERS;
    }
    ag_words_fini(&words);
    synthetic_destroy(set, 1);
}

static uint32_t leaf_of(const ag_words *words, uint32_t word)
{
    for (uint32_t node = 0; node < words->node_count; node++)
        if (words->nodes[node].count == 0 && words->nodes[node].first == word)
            return node;
    fail_msg("no leaf is word %u", word);
    return 0;
}

static void test_words_found_are_distinct_and_nearest_first(void **state)
{
    (void)state;
    ag_feature_set *set = synthetic_works(1, 2000, 4);
    ag_descriptor *sample = copy_of(set->descriptors, set->count);
    ag_words words = train(sample, set->count, 200, 1);
    ag_hamming_fn *distances = ag_hamming_best()->distances;
    for (size_t i = 0; i < 50; i++) {
        uint32_t found[AG_WORDS_MAX_FOUND];
        uint16_t last = 0, distance;
        const size_t count = ag_words_find(found, &words, &set->descriptors[i], AG_WORDS_MAX_FOUND);
        assert_int_equal(count, AG_WORDS_MAX_FOUND);
        for (size_t w = 0; w < count; w++) {
            distances(&distance, &set->descriptors[i], &words.centres[leaf_of(&words, found[w])],
                      1);
            assert_true(distance >= last);
            last = distance;
            for (size_t before = 0; before < w; before++)
                assert_int_not_equal(found[before], found[w]);
        }
    }
    ag_words_fini(&words);
    free(sample);
    synthetic_destroy(set, 1);
}

static void test_words_of_equal_descriptors_are_one(void **state)
{
    (void)state;
    ag_descriptor sample[500];
    memset(sample, 0x5a, sizeof sample);
    ag_words words = train(sample, 500, 100, 1);
    assert_int_equal(words.word_count, 1);
    ag_words_fini(&words);
    words = train(sample, 0, 100, 1);
    assert_int_equal(words.word_count, 1);
    ag_words_fini(&words);
}

static void test_words_check_refuses_disorder(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        ag_words_node nodes[4];
        uint32_t node_count, word_count;
    } TREES[] = {
        {"no root", {{0, 0}}, 0, 0},
        {"a root without children that is no word", {{1, 0}}, 1, 1},
        {"children outside", {{1, 2}, {0, 0}}, 2, 1},
        {"a cycle", {{0, 1}}, 1, 0},
        {"children that overlap", {{1, 2}, {2, 1}, {0, 0}}, 3, 1},
        {"a word twice", {{1, 2}, {0, 0}, {0, 0}}, 3, 2},
        {"a word too many", {{1, 2}, {0, 0}, {1, 0}}, 3, 3},
        {"a node nobody reaches", {{0, 0}, {1, 0}}, 2, 2},
        {"too many children", {{1, 17}}, 18, 17},
    };
    const ag_descriptor centres[18] = {{{0}}};
    for (size_t i = 0; i < sizeof TREES / sizeof *TREES; i++) {
        ag_words_node nodes[18] = {{0}};
        memcpy(nodes, TREES[i].nodes, sizeof TREES[i].nodes);
        const ag_words words = {nodes, centres, TREES[i].node_count, TREES[i].word_count};
        if (ag_words_check(&words, NULL) != AG_EFORMAT)
            fail_msg("%s: not refused", TREES[i].what);
    }
}

/* A chain of nodes with a single child each: no walk may be that long. */
static void test_words_check_refuses_depth(void **state)
{
    (void)state;
    ag_words_node nodes[AG_WORDS_MAX_DEPTH + 2] = {{0}};
    const ag_descriptor centres[AG_WORDS_MAX_DEPTH + 2] = {{{0}}};
    for (uint32_t depth = AG_WORDS_MAX_DEPTH; depth <= AG_WORDS_MAX_DEPTH + 1; depth++) {
        for (uint32_t i = 0; i < depth; i++)
            nodes[i] = (ag_words_node){i + 1, 1};
        nodes[depth] = (ag_words_node){0, 0};
        const ag_words words = {nodes, centres, depth + 1, 1};
        assert_int_equal(ag_words_check(&words, NULL),
                         depth <= AG_WORDS_MAX_DEPTH ? AG_OK : AG_EFORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_tree_is_in_order_and_of_the_size_wanted),
        cmocka_unit_test(test_words_training_does_not_depend_on_threads),
        cmocka_unit_test(test_words_tell_clusters_apart),
        cmocka_unit_test(test_words_found_are_distinct_and_nearest_first),
        cmocka_unit_test(test_words_of_equal_descriptors_are_one),
        cmocka_unit_test(test_words_check_refuses_disorder),
        cmocka_unit_test(test_words_check_refuses_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
