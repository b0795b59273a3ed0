#include "features/match.h"

#include "support.h"
#include "synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The documented rules, once more. */
#define FARTHEST   88
#define SAME_PLACE (65535 / 50)

#define PHOTO     150
#define REFERENCE 301 /* whole blocks and some left over */

static unsigned distance(const ag_descriptor *a, const ag_descriptor *b)
{
    unsigned bits = 0;
    for (size_t i = 0; i < AG_DESCRIPTOR_BYTES; i++)
        bits += (unsigned)__builtin_popcount(a->bits[i] ^ b->bits[i]);
    return bits;
}

/* The best of the reference for a feature of the photo; false when it is not distinctive. */
static bool naive_match(ag_match_pair *out, const ag_feature_set *photo, uint32_t i,
                        const ag_feature_set *reference)
{
    unsigned best = 257, next = 256;
    uint32_t where = 0;
    for (uint32_t j = 0; j < reference->count; j++) {
        const unsigned d = distance(&photo->descriptors[i], &reference->descriptors[j]);
        where = d < best ? j : where;
        best = d < best ? d : best;
    }
    for (uint32_t j = 0; j < reference->count; j++) {
        const unsigned d = distance(&photo->descriptors[i], &reference->descriptors[j]);
        const ag_keypoint *a = &reference->keypoints[j], *b = &reference->keypoints[where];
        if ((abs(a->x - b->x) > SAME_PLACE || abs(a->y - b->y) > SAME_PLACE) && d < next)
            next = d;
    }
    *out = (ag_match_pair){i, where, (uint16_t)best, next > 0 ? (float)best / (float)next : 1};
    return reference->count > 1 && best <= FARTHEST && next > 0 && 10 * best <= 9 * next;
}

static size_t match(ag_match_pair *pairs, const ag_feature_set *photo,
                    const ag_feature_set *reference, const ag_hamming_kernel *kernel)
{
    uint16_t *scratch = calloc(reference->count + 1, sizeof *scratch);
    const size_t count = ag_match_features(pairs, photo, reference, kernel, scratch);
    free(scratch);
    return count;
}

/* Every pair that the naive search finds, and no other; best ratio first, else in order. */
static size_t check(const ag_feature_set *photo, const ag_feature_set *reference)
{
    ag_match_pair *pairs = calloc(photo->count + 1, sizeof *pairs);
    const size_t count = match(pairs, photo, reference, ag_hamming_best());
    size_t expected = 0;
    for (uint32_t i = 0; i < photo->count; i++) {
        ag_match_pair naive;
        if (!naive_match(&naive, photo, i, reference))
            continue;
        expected++;
        size_t at = 0;
        while (at < count && pairs[at].photo != i)
            at++;
        assert_true(at < count);
        assert_int_equal(pairs[at].reference, naive.reference);
        assert_int_equal(pairs[at].distance, naive.distance);
        assert_true(fabs(pairs[at].ratio - naive.ratio) <= 1e-6);
    }
    assert_int_equal(count, expected);
    for (size_t i = 1; i < count; i++)
        assert_true(pairs[i - 1].ratio < pairs[i].ratio ||
                    (pairs[i - 1].ratio == pairs[i].ratio && pairs[i - 1].photo < pairs[i].photo));
    free(pairs);
    return count;
}

static void flip(ag_descriptor *descriptor, unsigned bits, uint64_t *state)
{
    for (unsigned i = 0; i < bits; i++) {
        const uint32_t bit = support_draw(state) % 256;
        descriptor->bits[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* A reference of which many features have a twin, near or far, more or less alike; and a photo with
 * noisy copies. */
static void make(ag_feature_set *photo, ag_feature_set *reference, uint64_t seed)
{
    ag_keypoint *places = (ag_keypoint *)(uintptr_t)reference->keypoints;
    ag_descriptor *bits = (ag_descriptor *)(uintptr_t)reference->descriptors;
    ag_descriptor *copies = (ag_descriptor *)(uintptr_t)photo->descriptors;
    for (uint32_t i = 0; i + 1 < REFERENCE; i += 3) {
        bits[i + 1] = bits[i];
        flip(&bits[i + 1], support_draw(&seed) % 60, &seed);
        places[i].x %= 60000;
        places[i + 1] = places[i];
        places[i + 1].x += (uint16_t)(support_draw(&seed) % 3 * SAME_PLACE);
        places[i + 1].x += support_draw(&seed) % 2;
    }
    for (uint32_t i = 0; i < PHOTO; i++) {
        copies[i] = bits[support_draw(&seed) % REFERENCE];
        flip(&copies[i], support_draw(&seed) % 220, &seed);
    }
}

static void test_match_equals_the_naive_search(void **state)
{
    (void)state;
    size_t found = 0;
    for (uint64_t seed = 0; seed < 6; seed++) {
        ag_feature_set *reference = synthetic_works(1, REFERENCE, seed);
        ag_feature_set *photo = synthetic_works(1, PHOTO, seed + 100);
        make(photo, reference, seed);
        found += check(photo, reference);
        synthetic_destroy(reference, 1);
        synthetic_destroy(photo, 1);
    }
    assert_in_range(found, PHOTO, 5 * PHOTO); /* of 6 × PHOTO: some match and some do not */
}

static void test_match_of_few_features(void **state)
{
    (void)state;
    ag_feature_set *reference = synthetic_works(1, 3, 1);
    ag_feature_set *photo = synthetic_works(1, 20, 2);
    memcpy((void *)(uintptr_t)&photo->descriptors[7], reference->descriptors,
           sizeof *photo->descriptors);
    assert_int_equal(check(photo, reference), 1);
    reference->count = 2;
    assert_int_equal(check(photo, reference), 1);
    reference->count = 1; /* nothing to be more like than */
    assert_int_equal(check(photo, reference), 0);
    reference->count = 0;
    assert_int_equal(check(photo, reference), 0);
    reference->count = 3;
    photo->count = 0;
    assert_int_equal(check(photo, reference), 0);
    photo->count = 20;
    synthetic_destroy(reference, 1);
    synthetic_destroy(photo, 1);
}

static void test_match_is_alike_by_every_kernel(void **state)
{
    (void)state;
    ag_feature_set *reference = synthetic_works(1, REFERENCE, 7);
    ag_feature_set *photo = synthetic_works(1, PHOTO, 8);
    ag_match_pair expected[PHOTO], pairs[PHOTO];
    make(photo, reference, 9);
    memset(expected, 0, sizeof expected);
    memset(pairs, 0, sizeof pairs);
    const size_t count = match(expected, photo, reference, ag_hamming_best());
    assert_true(count > 0);
    for (size_t k = 0; AG_HAMMING_KERNELS[k] != NULL; k++) {
        if (!AG_HAMMING_KERNELS[k]->is_supported())
            continue;
        assert_int_equal(match(pairs, photo, reference, AG_HAMMING_KERNELS[k]), count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(pairs[i].photo, expected[i].photo);
            assert_int_equal(pairs[i].reference, expected[i].reference);
        }
    }
    synthetic_destroy(reference, 1);
    synthetic_destroy(photo, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_equals_the_naive_search),
        cmocka_unit_test(test_match_of_few_features),
        cmocka_unit_test(test_match_is_alike_by_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
