/* Each pair of oriented features fixes a whole similarity transform by itself, so the samples of
 * the consensus are single pairs, tried best first (as PROSAC does, Chum & Matas 2005; fast spatial
 * matching, Philbin et al. 2007). The best few are refined by weighted least squares, first affine,
 * then projective, while the tolerance shrinks (locally optimised, Chum et al. 2003; weights that
 * fall with the residual, MAGSAC, Barath et al. 2019). */
#include "features/consensus.h"

#include "features/pyramid.h"

#include <math.h>
#include <string.h>

/* Pairs that are tried as samples, and the best of them that are refined. */
#define MAX_SAMPLES 150
#define MAX_REFINED 6

/* How far pairs of the same view may be from what one of them says: a slanted view turns and scales
 * patches differently here and there. */
static const double MAX_TURN = 0.6;       /* radians */
static const double MAX_LOG_SCALE = 0.55; /* a factor of 1.7 */
static const double MAX_OFFSET = 0.03;    /* units, where the sample is */
static const double MAX_DRIFT = 0.25;     /* more, for each unit away from it */

/* Residuals (units of the photo) that count while a transform is refined. */
static const double AFFINE_TOLERANCE[] = {0.06, 0.04};
static const double TOLERANCE[] = {0.03, 0.02, 0.012, 0.008};
#define ROUNDS(list) (sizeof(list) / sizeof *(list))

typedef struct sample {
    size_t point;
    size_t support;
} sample;

ag_consensus_point ag_consensus_point_of(const ag_keypoint *photo, const ag_keypoint *reference)
{
    return (ag_consensus_point){
        .from = {AG_UNIT(reference->x), AG_UNIT(reference->y)},
        .to = {AG_UNIT(photo->x), AG_UNIT(photo->y)},
        .turn = (photo->angle - reference->angle) * (2 * M_PI / 256),
        .log_scale =
            log((double)ag_pyramid_side_px(reference->level) / ag_pyramid_side_px(photo->level)),
    };
}

static double turn_between(double a, double b)
{
    return fabs(remainder(a - b, 2 * M_PI));
}

static bool agrees(const ag_consensus_point *one, const ag_consensus_point *point)
{
    if (fabs(point->log_scale - one->log_scale) > MAX_LOG_SCALE ||
        turn_between(point->turn, one->turn) > MAX_TURN)
        return false;
    const double scale = exp(one->log_scale);
    const double c = scale * cos(one->turn), s = scale * sin(one->turn);
    const double x = point->from[0] - one->from[0], y = point->from[1] - one->from[1];
    const double u = c * x - s * y, v = s * x + c * y;
    const double off = hypot(point->to[0] - one->to[0] - u, point->to[1] - one->to[1] - v);
    return off <= MAX_OFFSET + MAX_DRIFT * hypot(u, v);
}

static size_t count_support(const ag_consensus_point *points, size_t count, size_t s)
{
    size_t support = 0;
    for (size_t i = 0; i < count; i++)
        support += agrees(&points[s], &points[i]);
    return support;
}

/* The samples with most support, best first; returns how many. */
static size_t rank_samples(sample best[MAX_REFINED], const ag_consensus_point *points, size_t count)
{
    size_t found = 0;
    for (size_t s = 0; s < count && s < MAX_SAMPLES; s++) {
        sample next = {s, count_support(points, count, s)};
        for (size_t i = 0; i < MAX_REFINED; i++) {
            if (i == found) {
                best[found++] = next;
                break;
            }
            if (next.support > best[i].support) {
                const sample kept = best[i];
                best[i] = next;
                next = kept;
            }
        }
    }
    return found;
}

/* Weigh the points by how well h explains them; returns how many it does, each feature of the
 * reference counted once. */
static size_t weigh(ag_point_pair *pairs, const ag_consensus_point *points, size_t count,
                    const ag_homography *h, double tolerance)
{
    size_t explained = 0;
    for (size_t i = 0; i < count; i++) {
        double to[2] = {0};
        double off = INFINITY;
        if (ag_homography_apply(to, h, points[i].from))
            off = hypot(to[0] - points[i].to[0], to[1] - points[i].to[1]) / tolerance;
        const double left = off < 1 ? 1 - off * off : 0;
        pairs[i].weight = left * left;
        explained += left > 0;
    }
    return explained;
}

static bool refine(ag_homography *h, ag_point_pair *pairs, const ag_consensus_point *points,
                   size_t count)
{
    for (size_t i = 0; i < ROUNDS(AFFINE_TOLERANCE); i++) {
        if (!ag_homography_fit_affine(h, pairs, count))
            return false;
        weigh(pairs, points, count, h, AFFINE_TOLERANCE[i]);
    }
    for (size_t i = 0; i < ROUNDS(TOLERANCE); i++) {
        if (!ag_homography_fit(h, pairs, count))
            return false;
        weigh(pairs, points, count, h, TOLERANCE[i]);
    }
    return true;
}

static size_t refine_sample(ag_homography *out, ag_point_pair *pairs,
                            const ag_consensus_point *points, size_t count, size_t s)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(pairs[i].from, points[i].from, sizeof pairs[i].from);
        memcpy(pairs[i].to, points[i].to, sizeof pairs[i].to);
        pairs[i].weight = agrees(&points[s], &points[i]);
    }
    if (!refine(out, pairs, points, count))
        return 0;
    return weigh(pairs, points, count, out, TOLERANCE[ROUNDS(TOLERANCE) - 1]);
}

size_t ag_consensus_find(ag_homography *out, const ag_consensus_point *points, size_t count,
                         ag_point_pair *pairs)
{
    sample samples[MAX_REFINED];
    const size_t found = rank_samples(samples, points, count);
    size_t best = 0;
    for (size_t i = 0; i < found; i++) {
        ag_homography h;
        if (samples[i].support < AG_CONSENSUS_MIN)
            break;
        const size_t explained = refine_sample(&h, pairs, points, count, samples[i].point);
        if (explained > best) {
            best = explained;
            *out = h;
        }
    }
    return best;
}
