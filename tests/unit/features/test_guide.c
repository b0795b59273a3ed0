#include "features/guide.h"

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

#define COUNT  120
#define RADIUS 0.01

/* Straight on, a fifth smaller and so one rung of the pyramid coarser; turned by a quarter. */
static const ag_homography SMALLER = {{1 / 1.2, 0, 0.1, 0, 1 / 1.2, 0.05, 0, 0, 1}};
static const ag_homography TURNED = {{0, -0.9, 0.95, 0.9, 0, 0.03, 0, 0, 1}};

/* A reference, on a grid, so that no two features are near each other; and what shows all of it. */
typedef struct scene {
    ag_feature_set *reference, *photo;
    ag_keypoint *from, *to; /* their keypoints */
    ag_descriptor *bits;    /* the photo's descriptors */
    ag_consensus_point found[COUNT];
    ag_guide *guide;
} scene;

static void show(scene *s, const ag_homography *h, int turn, int rungs)
{
    for (size_t i = 0; i < COUNT; i++) {
        const double from[2] = {s->from[i].x / (double)AG_FEATURE_SPAN,
                                s->from[i].y / (double)AG_FEATURE_SPAN};
        double to[2];
        assert_true(ag_homography_apply(to, h, from));
        s->to[i] = (ag_keypoint){
            (uint16_t)lround(to[0] * AG_FEATURE_SPAN), (uint16_t)lround(to[1] * AG_FEATURE_SPAN),
            (uint8_t)(s->from[i].angle + turn), (uint8_t)(s->from[i].level + rungs)};
        s->bits[i] = s->reference->descriptors[i];
    }
}

static scene make(uint64_t seed)
{
    scene s = {.reference = synthetic_works(1, COUNT, seed),
               .photo = synthetic_works(1, COUNT, seed + 1),
               .guide = ag_guide_create()};
    s.from = (ag_keypoint *)(uintptr_t)s.reference->keypoints;
    s.to = (ag_keypoint *)(uintptr_t)s.photo->keypoints;
    s.bits = (ag_descriptor *)(uintptr_t)s.photo->descriptors;
    for (uint16_t i = 0; i < COUNT; i++) {
        s.from[i].x = (uint16_t)(3000 + i % 12 * 5200);
        s.from[i].y = (uint16_t)(3000 + i / 12 * 5200);
        s.from[i].level = (uint8_t)(4 + i % 5);
    }
    return s;
}

static void scene_fini(scene *s)
{
    synthetic_destroy(s->reference, 1);
    synthetic_destroy(s->photo, 1);
    ag_guide_destroy(s->guide);
}

static ag_guide_result match(scene *s, const ag_homography *h)
{
    ag_guide_result result = {77, 77};
    assert_int_equal(
        ag_guide_match(s->guide, &result, s->found, s->photo, s->reference, h, RADIUS, NULL),
        AG_OK);
    return result;
}

static void assert_found(scene *s, const ag_homography *h, size_t expected)
{
    const ag_guide_result result = match(s, h);
    assert_int_equal(result.matches, expected);
    assert_int_equal(result.places, expected);
    for (size_t i = 0; i < result.matches; i++) {
        double to[2];
        assert_true(ag_homography_apply(to, h, s->found[i].from));
        assert_true(hypot(to[0] - s->found[i].to[0], to[1] - s->found[i].to[1]) <= RADIUS);
    }
}

static void test_guide_finds_features_where_they_should_be(void **state)
{
    (void)state;
    scene s = make(1);
    show(&s, &SMALLER, 0, -1);
    assert_found(&s, &SMALLER, COUNT);
    show(&s, &TURNED, 64, 0);
    assert_found(&s, &TURNED, COUNT);
    assert_found(&s, &SMALLER, 0);
    scene_fini(&s);
}

static void test_guide_finds_features_at_the_very_edges(void **state)
{
    (void)state;
    static const ag_homography IDENTITY = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
    static const uint16_t PLACES[] = {0, 20000, 40000, UINT16_MAX};
    scene s = make(9);
    for (size_t i = 0; i < COUNT; i++) {
        s.from[i].x = PLACES[i % 4];
        s.from[i].y = PLACES[i / 4 % 4];
    }
    s.reference->count = s.photo->count = 16;
    show(&s, &IDENTITY, 0, 0);
    assert_found(&s, &IDENTITY, 16);
    scene_fini(&s);
}

/* A place that is off, a turn that is off, a size that is off, bits that are off: each alone is
 * enough for a feature not to be found, a little of each is not. */
static void test_guide_refuses_what_does_not_fit(void **state)
{
    (void)state;
    static const int DIRECTIONS[][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    static const struct {
        double off; /* radii */
        int turn, rungs;
        unsigned bits;
        bool is_found;
    } CASES[] = {
        {0.97, 0, 0, 0, true}, {1.03, 0, 0, 0, false},  {0, 18, 0, 0, true},   {0, 19, 0, 0, false},
        {0, -18, 0, 0, true},  {0, -19, 0, 0, false},   {0, 128, 0, 0, false}, {0, 0, 2, 0, true},
        {0, 0, 3, 0, false},   {0, 0, -2, 0, true},     {0, 0, -3, 0, false},  {0, 0, 0, 92, true},
        {0, 0, 0, 93, false},  {0.7, 10, -1, 60, true},
    };
    scene s = make(2);
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++)
        for (size_t d = 0; d < 4; d++) {
            const int off = (int)(CASES[c].off * RADIUS * AG_FEATURE_SPAN);
            show(&s, &SMALLER, CASES[c].turn, CASES[c].rungs - 1);
            for (size_t i = 0; i < COUNT; i++) {
                s.to[i].x = (uint16_t)(s.to[i].x + DIRECTIONS[d][0] * off);
                s.to[i].y = (uint16_t)(s.to[i].y + DIRECTIONS[d][1] * off);
                for (size_t bit = 0; bit < CASES[c].bits; bit++)
                    s.bits[i].bits[bit / 8] ^= (uint8_t)(1U << bit % 8);
            }
            assert_found(&s, &SMALLER, CASES[c].is_found ? COUNT : 0);
        }
    scene_fini(&s);
}

static void test_guide_chooses_the_most_alike(void **state)
{
    (void)state;
    scene s = make(3);
    show(&s, &SMALLER, 0, -1);
    for (size_t i = 0; i < COUNT; i += 3) { /* beside each third its better copy, and a worse one */
        s.to[i + 1] = s.to[i + 2] = s.to[i];
        s.bits[i + 1] = s.bits[i + 2] = s.bits[i];
        s.to[i + 1].x += 100;
        s.to[i + 2].x += 200;
        s.bits[i].bits[0] ^= 0x0f;
        s.bits[i + 2].bits[0] ^= 0xff;
    }
    const ag_guide_result result = match(&s, &SMALLER);
    assert_int_equal(result.matches, COUNT / 3);
    for (size_t i = 0; i < result.matches; i++) {
        double to[2];
        assert_true(ag_homography_apply(to, &SMALLER, s.found[i].from));
        assert_true(fabs((s.found[i].to[0] - to[0]) * AG_FEATURE_SPAN - 100) <= 2);
    }
    scene_fini(&s);
}

/* A feature of the photo belongs to one of the reference, the one most like it. */
static void test_guide_gives_each_feature_of_the_photo_once(void **state)
{
    (void)state;
    scene s = make(4);
    show(&s, &SMALLER, 0, -1);
    for (size_t i = 0; i < COUNT; i += 2) { /* pairs of the reference at one place */
        ag_descriptor *twin = (ag_descriptor *)(uintptr_t)&s.reference->descriptors[i + i / 2 % 2];
        s.from[i + 1] = s.from[i];
        s.from[i + 1 - i / 2 % 2].x += 100; /* the one that is more alike is 100 to the right */
        memcpy((void *)(uintptr_t)&s.reference->descriptors[i + 1], &s.reference->descriptors[i],
               sizeof *twin);
        twin->bits[0] ^= 0x3f;
        s.to[i + 1] = (ag_keypoint){0};
    }
    const ag_guide_result result = match(&s, &SMALLER);
    assert_int_equal(result.matches, COUNT / 2);
    for (size_t i = 0; i < result.matches; i++)
        assert_true(fabs(fmod(s.found[i].from[0] * AG_FEATURE_SPAN - 3000, 5200) - 100) <= 0.01);
    scene_fini(&s);
}

static void test_guide_counts_places_once(void **state)
{
    (void)state;
    scene s = make(5);
    for (size_t i = 0; i < COUNT; i++) { /* four levels of each corner */
        const size_t first = i / 4 * 4;
        s.from[i].x = (uint16_t)(s.from[first].x + i % 4 * 30);
        s.from[i].y = s.from[first].y;
        s.from[i].level = (uint8_t)(2 + i % 4 * 3); /* too far apart to be taken for each other */
    }
    show(&s, &SMALLER, 0, -1);
    const ag_guide_result result = match(&s, &SMALLER);
    assert_int_equal(result.matches, COUNT);
    assert_int_equal(result.places, COUNT / 4);
    scene_fini(&s);
}

static void test_guide_leaves_out_what_the_photo_does_not_show(void **state)
{
    (void)state;
    static const ag_homography HALF_OUT = {{1, 0, 0.52, 0, 1, 0, 0, 0, 1}};
    static const ag_homography MIRRORED = {{-1, 0, 1, 0, 1, 0, 0, 0, 1}};
    static const ag_homography BEHIND = {{1, 0, 0, 0, 1, 0, 0, 0, -1}};
    scene s = make(6);
    for (size_t i = 0; i < COUNT; i++) {
        s.to[i] = s.from[i];
        s.to[i].x = (uint16_t)fmin(s.from[i].x + 0.52 * AG_FEATURE_SPAN, AG_FEATURE_SPAN);
        s.bits[i] = s.reference->descriptors[i];
    }
    assert_found(&s, &HALF_OUT, 60);
    for (size_t i = 0; i < COUNT; i++)
        s.to[i].x = (uint16_t)(AG_FEATURE_SPAN - s.from[i].x);
    assert_found(&s, &MIRRORED, 0);
    assert_found(&s, &BEHIND, 0);
    scene_fini(&s);
}

static void test_guide_takes_photos_of_any_size_one_after_the_other(void **state)
{
    (void)state;
    static const uint32_t COUNTS[] = {10, 0, 120, 40, 120};
    scene s = make(7);
    show(&s, &SMALLER, 0, -1);
    ag_guide *fresh = ag_guide_create();
    ag_guide_result result;
    ag_feature_set none = {0};
    assert_int_equal(
        ag_guide_match(fresh, &result, s.found, &none, s.reference, &SMALLER, RADIUS, NULL), AG_OK);
    assert_int_equal(result.matches, 0);
    ag_guide_destroy(fresh);
    ag_guide_destroy(NULL);
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        s.photo->count = COUNTS[i];
        assert_found(&s, &SMALLER, COUNTS[i]);
    }
    s.reference->count = 0;
    assert_found(&s, &SMALLER, 0);
    scene_fini(&s);
}

/* Features of damaged files, and transforms that nothing came of. */
static void test_guide_survives_any_numbers(void **state)
{
    (void)state;
    static const ag_homography STRANGE[] = {
        {{1e300, 0, 0, 0, 1e300, 0, 0, 0, 1}},  {{1e-300, 0, 0.5, 0, 1e-300, 0.5, 0, 0, 1}},
        {{1, 0, 0, 0, 1, 0, -2, 0, 1}},         {{NAN, 0, 0, 0, 1, 0, 0, 0, 1}},
        {{1e9, 0, 0, 0, 1e9, 0, 1e9, 0, 1e-8}},
    };
    scene s = make(8);
    for (size_t i = 0; i < COUNT; i++) {
        s.from[i].level = (uint8_t)(i * 2 + 1);
        s.from[i].x = i % 3 ? UINT16_MAX : 0;
    }
    for (size_t i = 0; i < sizeof STRANGE / sizeof *STRANGE; i++)
        assert_in_range(match(&s, &STRANGE[i]).matches, 0, COUNT);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guide_finds_features_where_they_should_be),
        cmocka_unit_test(test_guide_finds_features_at_the_very_edges),
        cmocka_unit_test(test_guide_refuses_what_does_not_fit),
        cmocka_unit_test(test_guide_chooses_the_most_alike),
        cmocka_unit_test(test_guide_gives_each_feature_of_the_photo_once),
        cmocka_unit_test(test_guide_counts_places_once),
        cmocka_unit_test(test_guide_leaves_out_what_the_photo_does_not_show),
        cmocka_unit_test(test_guide_takes_photos_of_any_size_one_after_the_other),
        cmocka_unit_test(test_guide_survives_any_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
