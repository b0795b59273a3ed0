#include "features/verify.h"

#include "features/extract.h"
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

#define PICTURES 3
#define SEEDS    2 /* photos of each picture at each level */
#define SIDE_PX  400

/* Pictures of different shapes, and their features: made once. */
typedef struct museum {
    ag_image pictures[PICTURES];
    ag_feature_set references[PICTURES];
    ag_verifier *verifier;
} museum;

static int open_museum(void **state)
{
    static const uint32_t SIZES[PICTURES][2] = {{400, 300}, {280, 400}, {400, 230}};
    museum *m = calloc(1, sizeof *m);
    for (size_t i = 0; i < PICTURES; i++) {
        m->pictures[i] = support_picture(SIZES[i][0], SIZES[i][1], i + 1);
        m->references[i] = support_features(&m->pictures[i], &AG_EXTRACTOR_REFERENCE);
    }
    m->verifier = ag_verifier_create();
    *state = m;
    return 0;
}

static int close_museum(void **state)
{
    museum *m = *state;
    for (size_t i = 0; i < PICTURES; i++) {
        ag_image_fini(&m->pictures[i]);
        support_features_fini(&m->references[i]);
    }
    ag_verifier_destroy(m->verifier);
    free(m);
    return 0;
}

static ag_verification verify(ag_verifier *verifier, const ag_feature_set *photo,
                              const ag_feature_set *reference)
{
    ag_verification found;
    memset(&found, 0xff, sizeof found);
    assert_int_equal(ag_verifier_run(verifier, &found, photo, reference, NULL), AG_OK);
    assert_true(found.score >= 0 && isfinite(found.score));
    assert_true(fabs(found.correlation) <= 1);
    return found;
}

/* How far the corners found are off at most, in the true view's longer diagonal. */
static double corner_error(const ag_verification *found, const ag_image *photo,
                           const double corners[4][2])
{
    const double *c[4] = {corners[0], corners[1], corners[2], corners[3]};
    const double diagonal = fmax(hypot(c[0][0] - c[2][0], c[0][1] - c[2][1]),
                                 hypot(c[1][0] - c[3][0], c[1][1] - c[3][1]));
    double worst = 0;
    for (size_t i = 0; i < 4; i++)
        worst = fmax(worst, hypot(found->corners[i][0] * photo->width_px - c[i][0],
                                  found->corners[i][1] * photo->height_px - c[i][1]));
    return worst / diagonal;
}

/* Photos of a level: how many are taken for the picture they show, and how many of these have their
 * corners right. None may be taken for another. */
typedef struct tally {
    unsigned recognised, exact;
} tally;

static void look(tally *t, const museum *m, size_t which, ag_photo_level level, uint64_t seed)
{
    double corners[4][2];
    ag_image image = support_photograph(corners, &m->pictures[which], level, SIDE_PX, seed);
    ag_feature_set photo = support_features(&image, &AG_EXTRACTOR_PHOTO);
    for (size_t i = 0; i < PICTURES; i++) {
        const ag_verification found = verify(m->verifier, &photo, &m->references[i]);
        if (i != which) {
            assert_true(found.score < AG_VERIFY_EVEN);
        } else if (found.score > AG_VERIFY_EVEN) {
            assert_true(found.inliers > 0 && found.matches > 0);
            t->recognised++;
            t->exact += corner_error(&found, &image, corners) < 0.02;
        }
    }
    support_features_fini(&photo);
    ag_image_fini(&image);
}

static void check_level(const museum *m, ag_photo_level level, unsigned recognised, unsigned exact)
{
    tally t = {0};
    for (size_t which = 0; which < PICTURES; which++)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            look(&t, m, which, level, seed * PICTURES + which);
    if (t.recognised < recognised || t.exact < exact)
        fail_msg("of %u photos, %u were recognised, %u exactly", PICTURES * SEEDS, t.recognised,
                 t.exact);
}

static void test_verify_easy_photos(void **state)
{
    check_level(*state, AG_PHOTO_EASY, 6, 6);
}

static void test_verify_medium_photos(void **state)
{
    check_level(*state, AG_PHOTO_MEDIUM, 6, 5);
}

static void test_verify_hard_photos(void **state)
{
    check_level(*state, AG_PHOTO_HARD, 5, 3);
}

/* Features of the picture as it is, mirrored one way (not kept), or turned by half (both). */
static ag_feature_set features_of(const ag_image *picture, bool keeps_x, bool keeps_y)
{
    ag_image image = support_flat_picture(picture->width_px, picture->height_px, 0);
    const size_t width = picture->width_px, height = picture->height_px;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const size_t from_x = keeps_x ? x : width - 1 - x,
                         from_y = keeps_y ? y : height - 1 - y;
            memcpy(image.rgb + (y * width + x) * 3, picture->rgb + (from_y * width + from_x) * 3,
                   3);
        }
    ag_feature_set set = support_features(&image, &AG_EXTRACTOR_PHOTO);
    ag_image_fini(&image);
    return set;
}

static void test_verify_the_picture_itself(void **state)
{
    const museum *m = *state;
    static const double UPRIGHT[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (size_t i = 0; i < PICTURES; i++) {
        ag_feature_set upright = features_of(&m->pictures[i], true, true);
        ag_feature_set turned = features_of(&m->pictures[i], false, false);
        const ag_verification a = verify(m->verifier, &upright, &m->references[i]);
        const ag_verification b = verify(m->verifier, &turned, &m->references[i]);
        assert_true(a.score > 2 * AG_VERIFY_EVEN && a.correlation > 0.8 && a.inliers > 100);
        assert_true(b.score > 2 * AG_VERIFY_EVEN && b.correlation > 0.8 && b.inliers > 50);
        for (size_t c = 0; c < 4; c++)
            for (size_t axis = 0; axis < 2; axis++) {
                assert_true(fabs(a.corners[c][axis] - UPRIGHT[c][axis]) <= 0.001);
                assert_true(fabs(b.corners[c][axis] - (1 - UPRIGHT[c][axis])) <= 0.02);
            }
        support_features_fini(&upright);
        support_features_fini(&turned);
    }
}

static void test_verify_refuses_mirror_images(void **state)
{
    const museum *m = *state;
    for (size_t i = 0; i < PICTURES; i++) {
        ag_feature_set across = features_of(&m->pictures[i], false, true);
        ag_feature_set down = features_of(&m->pictures[i], true, false);
        assert_true(verify(m->verifier, &across, &m->references[i]).score < 0.75 * AG_VERIFY_EVEN);
        assert_true(verify(m->verifier, &down, &m->references[i]).score < 0.75 * AG_VERIFY_EVEN);
        support_features_fini(&across);
        support_features_fini(&down);
    }
}

/* The same features over a negative are less sure than over the picture. */
static void test_verify_goes_by_the_grey_copy_too(void **state)
{
    const museum *m = *state;
    for (size_t i = 0; i < PICTURES; i++) {
        const ag_feature_set *set = &m->references[i];
        ag_feature_set negative = support_features_copy(set);
        for (size_t at = 0; at < (size_t)set->grey_width_px * set->grey_height_px; at++)
            ((uint8_t *)(uintptr_t)negative.grey)[at] = (uint8_t)(255 - set->grey[at]);
        const ag_verification a = verify(m->verifier, set, set);
        const ag_verification b = verify(m->verifier, set, &negative);
        assert_int_equal(a.inliers, b.inliers);
        assert_true(a.correlation > 0.9 && b.correlation < -0.9);
        assert_true(a.score > b.score + AG_VERIFY_EVEN);
        support_features_fini(&negative);
    }
}

static void assert_nothing(ag_verifier *verifier, const ag_feature_set *photo,
                           const ag_feature_set *reference)
{
    const ag_verification found = verify(verifier, photo, reference);
    assert_true(found.score == 0);
    assert_int_equal(found.inliers, 0);
}

static void test_verify_sets_without_features_or_grey(void **state)
{
    const museum *m = *state;
    const ag_feature_set *set = &m->references[0], nothing = {0};
    ag_feature_set few = *set, greyless = *set;
    ag_verifier *fresh = ag_verifier_create();
    few.count = 4;
    greyless.grey = NULL;
    greyless.grey_width_px = greyless.grey_height_px = 0;
    assert_nothing(fresh, &nothing, &nothing);
    assert_nothing(fresh, &nothing, set);
    assert_nothing(fresh, set, &nothing);
    assert_nothing(fresh, &few, set);
    assert_nothing(fresh, &greyless, set);
    assert_nothing(fresh, set, &greyless);
    ag_verifier_destroy(fresh);
    ag_verifier_destroy(NULL);
}

/* The same answer whatever was compared before, in larger or in smaller sets. */
static void test_verify_gives_the_same_answer_always(void **state)
{
    const museum *m = *state;
    double corners[4][2];
    ag_image image = support_photograph(corners, &m->pictures[1], AG_PHOTO_MEDIUM, SIDE_PX, 5);
    ag_feature_set photo = support_features(&image, &AG_EXTRACTOR_PHOTO), part = photo;
    part.count = 100;
    for (size_t i = 0; i < PICTURES; i++) {
        ag_verifier *fresh = ag_verifier_create();
        const ag_verification first = verify(fresh, &photo, &m->references[i]);
        verify(fresh, &part, &m->references[0]);
        const ag_verification again = verify(fresh, &photo, &m->references[i]);
        const ag_verification used = verify(m->verifier, &photo, &m->references[i]);
        assert_memory_equal(&first, &again, sizeof first);
        assert_memory_equal(&first, &used, sizeof first);
        ag_verifier_destroy(fresh);
    }
    support_features_fini(&photo);
    ag_image_fini(&image);
}

/* Room is made for the larger of each kind, whichever grows first. */
static void test_verify_takes_sets_of_any_size_one_after_the_other(void **state)
{
    const museum *m = *state;
    static const uint32_t COUNTS[][2] = {{20, 30}, {20, 600}, {500, 10}, {10, 600}, {600, 600}};
    ag_feature_set photo = m->references[0], reference = m->references[0];
    ag_verifier *kept = ag_verifier_create();
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        ag_verifier *fresh = ag_verifier_create();
        photo.count = COUNTS[i][0];
        reference.count = COUNTS[i][1];
        const ag_verification a = verify(kept, &photo, &reference);
        const ag_verification b = verify(fresh, &photo, &reference);
        assert_memory_equal(&a, &b, sizeof a);
        ag_verifier_destroy(fresh);
    }
    ag_verifier_destroy(kept);
}

/* Features of damaged files may say anything: places of a view, levels and angles of none. */
static void test_verify_survives_any_numbers(void **state)
{
    const museum *m = *state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        ag_feature_set set = support_features_copy(&m->references[seed % PICTURES]);
        ag_keypoint *keypoints = (ag_keypoint *)(uintptr_t)set.keypoints;
        uint64_t draw = seed;
        for (size_t i = 0; i < set.count; i++) {
            if (support_draw(&draw) % 4 != seed % 4)
                continue;
            keypoints[i].level = (uint8_t)support_draw(&draw);
            keypoints[i].x = (uint16_t)support_draw(&draw);
            keypoints[i].y = UINT16_MAX;
        }
        set.grey_width_px = seed % 2 ? 1 : set.grey_width_px;
        const ag_verification found = verify(m->verifier, &m->references[seed % PICTURES], &set);
        assert_true(found.inliers <= set.count);
        verify(m->verifier, &set, &m->references[seed % PICTURES]);
        support_features_fini(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_easy_photos),
        cmocka_unit_test(test_verify_medium_photos),
        cmocka_unit_test(test_verify_hard_photos),
        cmocka_unit_test(test_verify_the_picture_itself),
        cmocka_unit_test(test_verify_refuses_mirror_images),
        cmocka_unit_test(test_verify_goes_by_the_grey_copy_too),
        cmocka_unit_test(test_verify_sets_without_features_or_grey),
        cmocka_unit_test(test_verify_gives_the_same_answer_always),
        cmocka_unit_test(test_verify_takes_sets_of_any_size_one_after_the_other),
        cmocka_unit_test(test_verify_survives_any_numbers),
    };
    return cmocka_run_group_tests(tests, open_museum, close_museum);
}
