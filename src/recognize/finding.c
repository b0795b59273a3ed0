#include "recognize/finding.h"

#include <math.h>
#include <stdlib.h>

ag_found *ag_finding_add(ag_finding *finding, size_t row)
{
    for (size_t i = 0; i < finding->count; i++)
        if (finding->works[i].row == row)
            return &finding->works[i];
    if (finding->count == AG_FINDING_MAX)
        return NULL;
    ag_found *found = &finding->works[finding->count++];
    *found = (ag_found){.row = row, .similarity = NAN};
    return found;
}

bool ag_found_is_confirmed(const ag_found *found)
{
    return found->geometry.score >= AG_FINDING_CONFIRMED;
}

bool ag_finding_is_certain(const ag_finding *finding)
{
    for (size_t i = 0; i < finding->count; i++)
        if (finding->works[i].geometry.score >= AG_FINDING_CERTAIN)
            return true;
    return false;
}

double ag_found_confidence(const ag_found *found, const ag_calibration *calibration)
{
    const double similarity = ag_found_is_confirmed(found) ? NAN : found->similarity;
    return ag_calibration_confidence(calibration, found->geometry.score, similarity);
}

/* What works are put in order by, the first that differs decides. */
typedef struct rank_key {
    double parts[6];
    ag_found found;
} rank_key;

static int compare_keys(const void *left, const void *right)
{
    const rank_key *a = left, *b = right;
    for (size_t i = 0; i < sizeof a->parts / sizeof *a->parts; i++)
        if (a->parts[i] != b->parts[i])
            return a->parts[i] > b->parts[i] ? -1 : 1;
    return a->found.row < b->found.row ? -1 : a->found.row > b->found.row;
}

void ag_finding_rank(ag_finding *finding, const ag_calibration *calibration)
{
    rank_key keys[AG_FINDING_MAX];
    if (finding->count == 0)
        return;
    for (size_t i = 0; i < finding->count; i++) {
        const ag_found *found = &finding->works[i];
        const bool is_confirmed = ag_found_is_confirmed(found);
        const double confidence = ag_found_confidence(found, calibration);
        keys[i] = (rank_key){
            .parts = {is_confirmed,
                      found->is_preferred && (is_confirmed || confidence >= AG_FINDING_LIKELY),
                      confidence, isnan(found->similarity) ? -1 : found->similarity,
                      found->geometry.score, found->words},
            .found = *found,
        };
    }
    qsort(keys, finding->count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < finding->count; i++)
        finding->works[i] = keys[i].found;
}
