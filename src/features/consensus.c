/* Each pair of oriented features fixes a whole similarity transform by itself, so the samples of
 * the consensus are single pairs, tried best first (as PROSAC does, Chum & Matas 2005; fast spatial
 * matching, Philbin et al. 2007). The best few are refined by weighted least squares, first affine,
 * then projective, while the tolerance shrinks (locally optimised, Chum et al. 2003; weights that
 * fall with the residual, MAGSAC, Barath et al. 2019). */
#include "features/consensus.h"

#include "features/pyramid.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Pairs that are tried as samples, and the best of them that are refined. */
#define MAX_SAMPLES 150
#define MAX_REFINED 6

/* Pairs that are tried to see whether there is any agreement at all. */
#define MAX_GLANCES 48

/* How far pairs of the same view may be from what one of them says: a slanted view turns and scales
 * patches differently here and there. */
#define MAX_TURN  24                   /* 256ths: 34° */
#define MAX_RUNGS 3                    /* a factor of 1.7 */
static const double MAX_OFFSET = 0.03; /* units, where the sample is */
static const double MAX_DRIFT = 0.25;  /* more, for each unit away from it */

/* Residuals (units of the photo) that count while a transform is refined. */
static const double AFFINE_TOLERANCE[] = {0.06, 0.04};
static const double TOLERANCE[] = {0.03, 0.02, 0.012, 0.008};
#define ROUNDS(list) (sizeof(list) / sizeof *(list))

typedef struct trial {
    size_t point;
    size_t support;
} trial;

ag_consensus_point ag_consensus_point_of(const ag_keypoint *photo, const ag_keypoint *reference)
{
    return (ag_consensus_point){
        .from = {AG_UNIT(reference->x), AG_UNIT(reference->y)},
        .to = {AG_UNIT(photo->x), AG_UNIT(photo->y)},
        .turn = (uint8_t)(photo->angle - reference->angle),
        .rungs = (int8_t)(photo->level - reference->level),
    };
}

/* The similarity transform that a sample fixes. */
typedef struct similarity {
    const ag_consensus_point *point;
    double cosine, sine; /* of its turn, times its scale */
} similarity;

static similarity similarity_of(const ag_consensus_point *point)
{
    const double scale = pow(AG_PYRAMID_STEP, point->rungs);
    const double turn = point->turn * (2 * M_PI / 256);
    return (similarity){point, scale * cos(turn), scale * sin(turn)};
}

static bool agrees(const similarity *s, const ag_consensus_point *point)
{
    const ag_consensus_point *sample = s->point;
    if (abs(point->rungs - sample->rungs) > MAX_RUNGS ||
        abs((int8_t)(point->turn - sample->turn)) > MAX_TURN)
        return false;
    const double x = point->from[0] - sample->from[0], y = point->from[1] - sample->from[1];
    const double u = s->cosine * x - s->sine * y, v = s->sine * x + s->cosine * y;
    const double dx = point->to[0] - sample->to[0] - u, dy = point->to[1] - sample->to[1] - v;
    const double allowed = MAX_OFFSET + MAX_DRIFT * sqrt(u * u + v * v);
    return dx * dx + dy * dy <= allowed * allowed;
}

static size_t count_support(const ag_consensus_point *points, size_t count, size_t s)
{
    const similarity sample = similarity_of(&points[s]);
    size_t support = 0;
    for (size_t i = 0; i < count; i++)
        support += agrees(&sample, &points[i]);
    return support;
}

size_t ag_consensus_support(const ag_consensus_point *points, size_t count)
{
    const size_t samples = count < MAX_GLANCES ? count : MAX_GLANCES;
    size_t most = 0;
    for (size_t i = 0; i < samples; i++) {
        const size_t support = count_support(points, count, i * count / samples);
        most = support > most ? support : most;
    }
    return most;
}

/* The samples with most support, best first; returns how many. */
static size_t rank_samples(trial best[MAX_REFINED], const ag_consensus_point *points, size_t count)
{
    size_t found = 0;
    for (size_t s = 0; s < count && s < MAX_SAMPLES; s++) {
        trial next = {s, count_support(points, count, s)};
        for (size_t i = 0; i < MAX_REFINED; i++) {
            if (i == found) {
                best[found++] = next;
                break;
            }
            if (next.support > best[i].support) {
                const trial kept = best[i];
                best[i] = next;
                next = kept;
            }
        }
    }
    return found;
}

/* Weigh the points by how well h explains them; returns how many it does. */
static size_t weigh(ag_point_pair *pairs, const ag_consensus_point *points, size_t count,
                    const ag_homography *h, double tolerance)
{
    size_t explained = 0;
    for (size_t i = 0; i < count; i++) {
        double to[2] = {0};
        double squared = INFINITY;
        if (ag_homography_apply(to, h, points[i].from)) {
            const double dx = to[0] - points[i].to[0], dy = to[1] - points[i].to[1];
            squared = (dx * dx + dy * dy) / (tolerance * tolerance);
        }
        const double left = squared < 1 ? 1 - squared : 0;
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
    const similarity sample = similarity_of(&points[s]);
    for (size_t i = 0; i < count; i++) {
        memcpy(pairs[i].from, points[i].from, sizeof pairs[i].from);
        memcpy(pairs[i].to, points[i].to, sizeof pairs[i].to);
        pairs[i].weight = agrees(&sample, &points[i]);
    }
    if (!refine(out, pairs, points, count))
        return 0;
    return weigh(pairs, points, count, out, TOLERANCE[ROUNDS(TOLERANCE) - 1]);
}

size_t ag_consensus_find(ag_homography *out, const ag_consensus_point *points, size_t count,
                         ag_point_pair *pairs)
{
    trial trials[MAX_REFINED];
    const size_t found = rank_samples(trials, points, count);
    size_t best = 0;
    for (size_t i = 0; i < found; i++) {
        ag_homography h;
        if (trials[i].support < AG_CONSENSUS_MIN)
            break;
        const size_t explained = refine_sample(&h, pairs, points, count, trials[i].point);
        if (explained > best) {
            best = explained;
            *out = h;
        }
    }
    return best;
}
