/* Isotonic regression by pooling adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman 1955):
 * samples are taken in the order of their evidence, and neighbours whose shares of right answers
 * fall are pooled until none do. Departures from it: two imagined samples at the ends instead of
 * a correction of each pool, which keeps the shares monotone as they are; a prior curve, each of
 * whose knots counts as one answer, for evidence that no photo had; and where there are more
 * pools than knots allow, those neighbours are joined that cost the least squared error (Ward
 * 1963). */
#include "recognize/calibration.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A calibration is a few kilobytes. */
#define MAX_BYTES (64 * 1024)

/* A pool gives a knot at either end. */
#define MAX_POOLS (AG_CALIBRATION_MAX_KNOTS / 2)

/* Neighbouring samples that share one probability. */
typedef struct pool {
    double first, last; /* evidence of its ends */
    double right;       /* of `count`, the imagined among them */
    double count;
} pool;

/* Geometry: the score is the logarithm of odds, which are even at 10; knots follow that, a little
 * more careful at both ends, where the model behind it is least to be believed. Similarity: CLIP
 * embeddings of two different paintings are 0.59 alike on median, and the nearest wrong ones 0.80.
 */
const ag_calibration AG_CALIBRATION_DEFAULT = {
    .geometry =
        {7, {{4, 0.005}, {7, 0.03}, {9, 0.3}, {10.3, 0.8}, {12, 0.97}, {16, 0.99}, {30, 0.998}}},
    .similarity = {5, {{0.5, 0.01}, {0.7, 0.1}, {0.8, 0.4}, {0.9, 0.75}, {0.97, 0.9}}},
};

static double share(const pool *p)
{
    return p->right / p->count;
}

static void absorb(pool *into, const pool *next)
{
    into->last = next->last;
    into->right += next->right;
    into->count += next->count;
}

static int compare_pools(const void *a, const void *b)
{
    const double first = ((const pool *)a)->first, second = ((const pool *)b)->first;
    return (first > second) - (first < second);
}

/* One pool for each evidence that occurs among the samples and the prior's knots, in order; returns
 * how many. pools: room for all. */
static size_t pool_equals(pool *pools, const ag_calibration_sample *samples, size_t count,
                          const ag_calibration_curve *prior)
{
    for (size_t i = 0; i < count; i++)
        pools[i] = (pool){samples[i].evidence, samples[i].evidence, samples[i].is_right, 1};
    for (size_t i = 0; i < prior->count; i++) {
        const ag_calibration_knot *knot = &prior->knots[i];
        pools[count++] = (pool){knot->evidence, knot->evidence, knot->probability, 1};
    }
    qsort(pools, count, sizeof *pools, compare_pools);
    size_t used = 1;
    for (size_t i = 1; i < count; i++) {
        if (pools[used - 1].last >= pools[i].first)
            absorb(&pools[used - 1], &pools[i]);
        else
            pools[used++] = pools[i];
    }
    return used;
}

static size_t pool_violators(pool *pools, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        pools[used++] = pools[i];
        while (used > 1 && share(&pools[used - 2]) >= share(&pools[used - 1])) {
            absorb(&pools[used - 2], &pools[used - 1]);
            used--;
        }
    }
    return used;
}

/* Squared error that joining two neighbours adds. */
static double cost_of_joining(const pool *a, const pool *b)
{
    const double difference = share(b) - share(a);
    return difference * difference * a->count * b->count / (a->count + b->count);
}

static size_t join_to_limit(pool *pools, size_t count)
{
    for (; count > MAX_POOLS; count--) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < count; i++)
            if (cost_of_joining(&pools[i], &pools[i + 1]) <
                cost_of_joining(&pools[best], &pools[best + 1]))
                best = i;
        absorb(&pools[best], &pools[best + 1]);
        memmove(&pools[best + 1], &pools[best + 2], (count - best - 2) * sizeof *pools);
    }
    return count;
}

static double within_claims(double probability)
{
    return fmin(fmax(probability, AG_CALIBRATION_MIN), AG_CALIBRATION_MAX);
}

static void set_knots(ag_calibration_curve *out, const pool *pools, size_t count)
{
    out->count = 0;
    for (size_t i = 0; i < count; i++) {
        const double probability = within_claims(share(&pools[i]));
        out->knots[out->count++] = (ag_calibration_knot){pools[i].first, probability};
        if (pools[i].last > pools[i].first)
            out->knots[out->count++] = (ag_calibration_knot){pools[i].last, probability};
    }
}

static ag_status check_samples(const ag_calibration_sample *samples, size_t count, ag_err *err)
{
    size_t right = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(samples[i].evidence))
            return ag_err_set(err, AG_EINVAL, "evidence %zu is not a finite number", i);
        right += samples[i].is_right;
    }
    if (right < AG_CALIBRATION_MIN_SAMPLES || count - right < AG_CALIBRATION_MIN_SAMPLES)
        return ag_err_set(err, AG_EINVAL,
                          "%zu right and %zu wrong answers are too few to calibrate with: %d of "
                          "each are wanted",
                          right, count - right, AG_CALIBRATION_MIN_SAMPLES);
    return AG_OK;
}

ag_status ag_calibration_fit(ag_calibration_curve *out, const ag_calibration_curve *prior,
                             const ag_calibration_sample *samples, size_t count, ag_err *err)
{
    ag_status status = check_samples(samples, count, err);
    if (status != AG_OK)
        return status;
    pool *pools = ag_try_malloc(count + prior->count, sizeof *pools);
    if (pools == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for %zu samples", count);

    size_t used = pool_equals(pools, samples, count, prior);
    pools[0].right++;
    pools[0].count++;
    pools[used - 1].count++;
    used = join_to_limit(pools, pool_violators(pools, used));
    set_knots(out, pools, used);
    free(pools);
    return AG_OK;
}

double ag_calibration_value(const ag_calibration_curve *curve, double evidence)
{
    const ag_calibration_knot *knots = curve->knots;
    size_t next = 0;
    while (next < curve->count && knots[next].evidence < evidence)
        next++;
    if (next == 0)
        return knots[0].probability;
    if (next == curve->count)
        return knots[curve->count - 1].probability;
    const ag_calibration_knot a = knots[next - 1], b = knots[next];
    const double t = (evidence - a.evidence) / (b.evidence - a.evidence);
    return a.probability + t * (b.probability - a.probability);
}

double ag_calibration_confidence(const ag_calibration *calibration, double geometry,
                                 double similarity)
{
    const double by_geometry = ag_calibration_value(&calibration->geometry, geometry);
    if (isnan(similarity))
        return by_geometry;
    return fmax(by_geometry, ag_calibration_value(&calibration->similarity, similarity));
}

/* The next knot, which must go on from the one before. */
static bool read_knot(ag_calibration_curve *curve, const json_t *pair)
{
    const json_t *evidence = json_array_get(pair, 0), *probability = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_number(evidence) || !json_is_number(probability))
        return false;
    const ag_calibration_knot knot = {json_number_value(evidence), json_number_value(probability)};
    if (!isfinite(knot.evidence) || !(knot.probability >= AG_CALIBRATION_MIN) ||
        !(knot.probability <= AG_CALIBRATION_MAX))
        return false;
    if (curve->count > 0) {
        const ag_calibration_knot before = curve->knots[curve->count - 1];
        if (knot.evidence <= before.evidence || knot.probability < before.probability ||
            !isfinite(knot.evidence - before.evidence))
            return false;
    }
    curve->knots[curve->count++] = knot;
    return true;
}

static ag_status read_curve(ag_calibration_curve *out, const json_t *object, const char *key,
                            ag_err *err)
{
    const json_t *pairs = json_object_get(object, key);
    const size_t count = json_array_size(pairs);
    if (count == 0 || count > AG_CALIBRATION_MAX_KNOTS)
        return ag_err_set(err, AG_EFORMAT, "\"%s\" must be a list of 1 to %d knots", key,
                          AG_CALIBRATION_MAX_KNOTS);
    out->count = 0;
    for (size_t i = 0; i < count; i++)
        if (!read_knot(out, json_array_get(pairs, i)))
            return ag_err_set(err, AG_EFORMAT,
                              "knot %zu of \"%s\" is not a pair of evidence, which must rise, and "
                              "probability, which must not fall and be %g to %g",
                              i + 1, key, AG_CALIBRATION_MIN, AG_CALIBRATION_MAX);
    return AG_OK;
}

static ag_status from_json(ag_calibration *out, const json_t *object, ag_err *err)
{
    ag_calibration calibration = {0};
    const json_t *format = json_object_get(object, "format");
    const json_t *photos = json_object_get(object, "photos");
    const char *version = ag_json_string(object, "version", NULL);

    if (!json_is_integer(format) || json_integer_value(format) < 1)
        return ag_err_set(err, AG_EFORMAT, "not the calibration of a collection");
    if (json_integer_value(format) > AG_CALIBRATION_FORMAT)
        return ag_err_set(err, AG_EUNSUPPORTED, "made by a newer Art Guide");
    if (version == NULL || strlen(version) >= sizeof calibration.version)
        return ag_err_set(err, AG_EFORMAT, "\"version\" must be that of a collection");
    if (!json_is_integer(photos) || json_integer_value(photos) < 1)
        return ag_err_set(err, AG_EFORMAT, "\"photos\" must be a number of at least 1");
    ag_status status = read_curve(&calibration.geometry, object, "geometry", err);
    if (status == AG_OK)
        status = read_curve(&calibration.similarity, object, "similarity", err);
    if (status != AG_OK)
        return status;
    calibration.photos = (size_t)json_integer_value(photos);
    snprintf(calibration.version, sizeof calibration.version, "%s", version);
    *out = calibration;
    return AG_OK;
}

ag_status ag_calibration_parse(ag_calibration *out, const void *bytes, size_t length, ag_err *err)
{
    json_t *object;
    ag_status status = ag_json_parse_object(&object, bytes, length, err);
    if (status != AG_OK)
        return status;
    status = from_json(out, object, err);
    json_decref(object);
    return status;
}

ag_status ag_calibration_read(ag_calibration *out, const char *path, const char *version,
                              ag_err *err)
{
    ag_buffer bytes = {0};
    ag_calibration calibration;
    ag_status status = ag_file_read(&bytes, path, MAX_BYTES, err);
    if (status == AG_OK) {
        status = ag_calibration_parse(&calibration, bytes.data, bytes.length, err);
        if (status == AG_OK && strcmp(calibration.version, version) != 0)
            status = ag_err_set(err, AG_EUNSUPPORTED,
                                "fitted for another version of the collection: run 'artguide "
                                "collection calibrate'");
        if (status != AG_OK)
            ag_err_prefix(err, "%s", path);
    }
    ag_buffer_fini(&bytes);
    if (status == AG_OK)
        *out = calibration;
    return status;
}

static json_t *curve_json(const ag_calibration_curve *curve)
{
    json_t *pairs = json_array();
    for (size_t i = 0; i < curve->count; i++)
        json_array_append_new(
            pairs, json_pack("[f, f]", curve->knots[i].evidence, curve->knots[i].probability));
    return pairs;
}

ag_status ag_calibration_write(const ag_calibration *calibration, const char *path, ag_err *err)
{
    json_t *object = json_pack(
        "{s:i, s:o, s:I, s:o, s:o}", "format", AG_CALIBRATION_FORMAT, "version",
        ag_json_text(calibration->version), "photos", (json_int_t)calibration->photos, "geometry",
        curve_json(&calibration->geometry), "similarity", curve_json(&calibration->similarity));
    char *text = object != NULL ? json_dumps(object, 0) : NULL;
    ag_buffer bytes = {0};
    ag_status status = AG_ENOMEM;

    if (text != NULL) {
        ag_buffer_printf(&bytes, "%s\n", text);
        status = ag_file_write_atomic(path, bytes.data, bytes.length, err);
    } else {
        ag_err_set(err, status, "no memory for %s", path);
    }
    ag_buffer_fini(&bytes);
    free(text);
    json_decref(object);
    return status;
}
