#include "features/guide.h"

#include "base/memory.h"
#include "features/hamming.h"
#include "features/pyramid.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Cells along each side of the grid that photo features are sorted into. */
#define CELLS 48

/* More bits than this do not match, wherever they are. */
#define MAX_DISTANCE 92

/* How a patch may differ from what the view says of its place. */
#define MAX_TURN  18 /* 256ths: 25° */
#define MAX_RUNGS 2  /* a factor of 1.44 */

/* Features in one cell of a grid of so many along the longer side are at one place. */
#define PLACES 40

struct ag_guide {
    const ag_hamming_kernel *hamming;
    uint32_t starts[CELLS * CELLS + 1]; /* of each cell in `sorted` */
    uint32_t *sorted;                   /* photo features by cell */
    uint32_t *owners;    /* per photo feature: whose of the reference it is, or NONE */
    uint16_t *distances; /* per photo feature: to its owner */
    size_t room;
};

#define NONE UINT32_MAX

ag_guide *ag_guide_create(void)
{
    ag_guide *guide = ag_xcalloc(1, sizeof *guide);
    guide->hamming = ag_hamming_best();
    return guide;
}

static void free_room(ag_guide *guide)
{
    free(guide->sorted);
    free(guide->owners);
    free(guide->distances);
}

void ag_guide_destroy(ag_guide *guide)
{
    if (!guide)
        return;
    free_room(guide);
    free(guide);
}

static ag_status make_room(ag_guide *guide, size_t count, ag_err *err)
{
    if (count <= guide->room)
        return AG_OK;
    free_room(guide);
    guide->sorted = ag_try_malloc(count, sizeof *guide->sorted);
    guide->owners = ag_try_malloc(count, sizeof *guide->owners);
    guide->distances = ag_try_malloc(count, sizeof *guide->distances);
    const bool is_there = guide->sorted && guide->owners && guide->distances;
    guide->room = is_there ? count : 0;
    return is_there ? AG_OK : ag_err_set(err, AG_ENOMEM, "no memory to match %zu features", count);
}

static size_t cell_at(double x, double y)
{
    const double column = fmin(fmax(x * CELLS, 0), CELLS - 1);
    const double row = fmin(fmax(y * CELLS, 0), CELLS - 1);
    return (size_t)row * CELLS + (size_t)column;
}

/* Sort the photo's features into cells (counting sort). */
static void sort_cells(ag_guide *guide, const ag_feature_set *photo)
{
    memset(guide->starts, 0, sizeof guide->starts);
    for (size_t i = 0; i < photo->count; i++)
        guide
            ->starts[cell_at(AG_UNIT(photo->keypoints[i].x), AG_UNIT(photo->keypoints[i].y)) + 1]++;
    for (size_t c = 0; c < CELLS * CELLS; c++)
        guide->starts[c + 1] += guide->starts[c];
    for (size_t i = photo->count; i-- > 0;) {
        const size_t cell = cell_at(AG_UNIT(photo->keypoints[i].x), AG_UNIT(photo->keypoints[i].y));
        guide->sorted[--guide->starts[cell + 1]] = (uint32_t)i;
    }
    /* Each start has moved down to where its cell begins: one place too late in the array. */
    memmove(guide->starts, guide->starts + 1, CELLS * CELLS * sizeof *guide->starts);
    guide->starts[CELLS * CELLS] = photo->count;
}

/* Where and how the photo should show a feature of the reference. */
typedef struct expectation {
    double at[2];
    uint8_t turn; /* 256ths */
    int rungs;    /* of the pyramid's ladder */
} expectation;

static bool expect(expectation *out, const ag_homography *h, const ag_keypoint *reference)
{
    const double from[2] = {AG_UNIT(reference->x), AG_UNIT(reference->y)};
    double j[4];
    if (!ag_homography_apply(out->at, h, from) || !ag_homography_derive(j, h, from))
        return false;
    const double area = j[0] * j[3] - j[1] * j[2];
    if (!(area > 0) || !isfinite(area))
        return false;
    out->rungs = (int)lround(log(area) / (2 * log(AG_PYRAMID_STEP)));
    out->turn = (uint8_t)lround(atan2(j[2] - j[1], j[0] + j[3]) * (256 / (2 * M_PI)));
    return out->at[0] >= 0 && out->at[0] <= 1 && out->at[1] >= 0 && out->at[1] <= 1;
}

static bool is_expected(const expectation *e, const ag_keypoint *photo,
                        const ag_keypoint *reference, double radius)
{
    const double dx = AG_UNIT(photo->x) - e->at[0], dy = AG_UNIT(photo->y) - e->at[1];
    const int8_t turn = (int8_t)(photo->angle - reference->angle - e->turn);
    return dx * dx + dy * dy <= radius * radius &&
           abs(photo->level - reference->level - e->rungs) <= MAX_RUNGS && abs(turn) <= MAX_TURN;
}

/* The photo's feature most like one of the reference, among those where it should be. */
typedef struct nearest {
    uint32_t photo; /* NONE: none is near enough */
    uint16_t distance;
} nearest;

typedef struct search {
    const ag_guide *guide;
    const ag_feature_set *photo, *reference;
    double radius;
} search;

static void search_cell(nearest *best, const search *s, const expectation *e, size_t cell,
                        size_t feature)
{
    for (uint32_t i = s->guide->starts[cell]; i < s->guide->starts[cell + 1]; i++) {
        const uint32_t candidate = s->guide->sorted[i];
        if (!is_expected(e, &s->photo->keypoints[candidate], &s->reference->keypoints[feature],
                         s->radius))
            continue;
        uint16_t distance;
        s->guide->hamming->distances(&distance, &s->reference->descriptors[feature],
                                     &s->photo->descriptors[candidate], 1);
        if (distance < best->distance) {
            best->distance = distance;
            best->photo = candidate;
        }
    }
}

static nearest search_around(const search *s, const expectation *e, size_t feature)
{
    nearest best = {.photo = NONE, .distance = MAX_DISTANCE + 1};
    const size_t first = cell_at(e->at[0] - s->radius, e->at[1] - s->radius);
    const size_t last = cell_at(e->at[0] + s->radius, e->at[1] + s->radius);
    for (size_t row = first / CELLS; row <= last / CELLS; row++)
        for (size_t column = first % CELLS; column <= last % CELLS; column++)
            search_cell(&best, s, e, row * CELLS + column, feature);
    return best;
}

/* Make the photo's feature belong to this one of the reference, unless it fits another better. */
static void claim(ag_guide *guide, const nearest *found, uint32_t feature)
{
    uint32_t *owner = &guide->owners[found->photo];
    if (*owner != NONE && guide->distances[found->photo] <= found->distance)
        return;
    *owner = feature;
    guide->distances[found->photo] = found->distance;
}

static size_t place_of(const ag_keypoint *keypoint)
{
    const size_t column = (size_t)(AG_UNIT(keypoint->x) * (PLACES - 1));
    const size_t row = (size_t)(AG_UNIT(keypoint->y) * (PLACES - 1));
    return row * PLACES + column;
}

/* Write down who belongs to whom. */
static void collect(const ag_guide *guide, ag_guide_result *out, ag_consensus_point *points,
                    const ag_feature_set *photo, const ag_feature_set *reference)
{
    bool is_taken[PLACES * PLACES] = {false};
    *out = (ag_guide_result){0};
    for (uint32_t i = 0; i < photo->count; i++) {
        const uint32_t feature = guide->owners[i];
        if (feature == NONE)
            continue;
        const ag_keypoint *keypoint = &reference->keypoints[feature];
        points[out->matches++] = ag_consensus_point_of(&photo->keypoints[i], keypoint);
        out->places += !is_taken[place_of(keypoint)];
        is_taken[place_of(keypoint)] = true;
    }
}

ag_status ag_guide_match(ag_guide *guide, ag_guide_result *out, ag_consensus_point *points,
                         const ag_feature_set *photo, const ag_feature_set *reference,
                         const ag_homography *h, double radius, ag_err *err)
{
    ag_status status = make_room(guide, photo->count, err);
    if (status)
        return status;
    sort_cells(guide, photo);
    for (size_t i = 0; i < photo->count; i++)
        guide->owners[i] = NONE;
    const search s = {guide, photo, reference, radius};
    for (uint32_t i = 0; i < reference->count; i++) {
        expectation e;
        if (!expect(&e, h, &reference->keypoints[i]))
            continue;
        const nearest found = search_around(&s, &e, i);
        if (found.photo != NONE)
            claim(guide, &found, i);
    }
    collect(guide, out, points, photo, reference);
    return AG_OK;
}
