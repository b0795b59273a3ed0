#include "evaluate/tally.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void level_fini(ag_tally_level *level)
{
    ag_series_fini(&level->corner_errors);
}

void ag_tally_fini(ag_tally *tally)
{
    level_fini(&tally->all);
    for (size_t i = 0; i < tally->level_count; i++)
        level_fini(&tally->levels[i]);
    for (size_t i = 0; i < AG_STAGES; i++)
        ag_series_fini(&tally->stages[i]);
    for (size_t i = 0; i < tally->miss_count; i++)
        free(tally->misses[i].photo);
    free(tally->misses);
    *tally = (ag_tally){0};
}

static bool is_absent(const ag_trial *trial)
{
    return trial->is_held_out || trial->work == SIZE_MAX;
}

/* Row of the first candidate; SIZE_MAX without one. */
static size_t first_row(const ag_answer *answer)
{
    return answer->candidate_count > 0 ? answer->candidates[0].row : SIZE_MAX;
}

/* Does a row show what the photo shows? */
static bool is_same(const ag_trial *trial, size_t row)
{
    bool answer = row == trial->work;
    for (size_t i = 0; i < trial->twin_count; i++)
        answer = answer || row == trial->twins[i];
    return answer;
}

bool ag_trial_is_right(const ag_trial *trial, const ag_answer *answer)
{
    return !is_absent(trial) && is_same(trial, first_row(answer));
}

static bool is_among_candidates(const ag_trial *trial, const ag_answer *answer)
{
    for (size_t i = 0; i < answer->candidate_count; i++)
        if (is_same(trial, answer->candidates[i].row))
            return true;
    return false;
}

static double distance(const double a[2], const double b[2])
{
    return hypot(a[0] - b[0], a[1] - b[1]);
}

/* Mean distance of the corners in diagonals; not finite where that has no meaning. */
static double corner_error(const ag_trial *trial, const ag_answer *answer)
{
    const double(*true_corners)[2] = trial->corners;
    const double diagonal =
        (distance(true_corners[0], true_corners[2]) + distance(true_corners[1], true_corners[3])) /
        2;
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        const double found[2] = {answer->corners[i][0] * trial->width_px,
                                 answer->corners[i][1] * trial->height_px};
        sum += distance(true_corners[i], found);
    }
    return diagonal > 0 ? sum / 4 / diagonal : NAN;
}

static void count_present(ag_tally_level *level, const ag_trial *trial, const ag_answer *answer)
{
    const bool is_right = ag_trial_is_right(trial, answer);
    level->present++;
    level->top1 += is_right;
    level->top5 += is_among_candidates(trial, answer);
    switch (answer->match) {
    case AG_MATCH_CONFIRMED:
        level->confirmed_right += is_right;
        level->confirmed_wrong += !is_right;
        break;
    case AG_MATCH_LIKELY:
        level->likely_right += is_right;
        level->likely_wrong += !is_right;
        break;
    case AG_MATCH_UNKNOWN:
        level->unknown++;
        break;
    }
    if (is_right && answer->has_corners && trial->width_px > 0) {
        const double error = corner_error(trial, answer);
        if (isfinite(error))
            ag_series_add(&level->corner_errors, error);
    }
}

static void count_level(ag_tally_level *level, const ag_trial *trial, const ag_answer *answer)
{
    if (!is_absent(trial)) {
        count_present(level, trial, answer);
        return;
    }
    level->absent++;
    level->absent_confirmed += answer->match == AG_MATCH_CONFIRMED;
    level->absent_likely += answer->match == AG_MATCH_LIKELY;
}

static ag_tally_level *find_level(ag_tally *tally, const char *name)
{
    for (size_t i = 0; i < tally->level_count; i++)
        if (strcmp(tally->levels[i].name, name) == 0)
            return &tally->levels[i];
    return NULL;
}

/* The counts of a level, new ones for a new name. */
static ag_tally_level *level_of(ag_tally *tally, const char *name)
{
    char kept[sizeof tally->all.name];
    snprintf(kept, sizeof kept, "%s", name);
    ag_tally_level *level = find_level(tally, kept);
    if (level == NULL && tally->level_count >= AG_TALLY_MAX_LEVELS - 1) {
        snprintf(kept, sizeof kept, "other");
        level = find_level(tally, kept);
    }
    if (level == NULL) {
        level = &tally->levels[tally->level_count++];
        memcpy(level->name, kept, sizeof kept);
    }
    return level;
}

static void count_confidence(ag_tally *tally, const ag_trial *trial, const ag_answer *answer)
{
    if (answer->candidate_count == 0)
        return;
    const double confidence = fmin(fmax(answer->confidence, 0), 1);
    const size_t place = (size_t)(confidence * AG_TALLY_BINS);
    ag_tally_bin *bin = &tally->bins[place < AG_TALLY_BINS ? place : AG_TALLY_BINS - 1];
    bin->count++;
    bin->right += ag_trial_is_right(trial, answer);
    bin->confidence += confidence;
}

/* Is the answer a miss, and of which kind? */
static bool judge_miss(ag_miss_kind *out, const ag_trial *trial, const ag_answer *answer)
{
    const bool is_confirmed = answer->match == AG_MATCH_CONFIRMED;
    if (is_absent(trial)) {
        *out = is_confirmed ? AG_MISS_FALSE_CONFIRMED : AG_MISS_FALSE_LIKELY;
        return answer->match != AG_MATCH_UNKNOWN;
    }
    *out = ag_trial_is_right(trial, answer) ? AG_MISS_UNSURE : AG_MISS_WRONG;
    return *out == AG_MISS_WRONG || !is_confirmed;
}

static void note_miss(ag_tally *tally, const ag_trial *trial, const ag_answer *answer)
{
    ag_miss_kind kind;
    if (!judge_miss(&kind, trial, answer))
        return;
    if (tally->miss_count == tally->miss_capacity) {
        const size_t capacity = tally->miss_capacity > 0 ? 2 * tally->miss_capacity : 16;
        ag_miss *misses = ag_try_realloc(tally->misses, capacity, sizeof *misses);
        if (misses == NULL)
            ag_memory_abort();
        tally->misses = misses;
        tally->miss_capacity = capacity;
    }
    const bool has_answer = answer->candidate_count > 0;
    tally->misses[tally->miss_count++] = (ag_miss){
        .photo = ag_xstrdup(trial->photo),
        .kind = kind,
        .work = trial->work,
        .answer = first_row(answer),
        .match = answer->match,
        .score = has_answer ? answer->candidates[0].score : 0,
        .similarity = has_answer ? answer->candidates[0].similarity : NAN,
        .confidence = answer->confidence,
    };
}

void ag_tally_add(ag_tally *tally, const ag_trial *trial, const ag_answer *answer)
{
    count_level(&tally->all, trial, answer);
    count_level(level_of(tally, trial->level), trial, answer);
    count_confidence(tally, trial, answer);
    note_miss(tally, trial, answer);
}

void ag_tally_add_timings(ag_tally *tally, const ag_timings *timings)
{
    const double ms[] = {
        [AG_STAGE_DECODE] = timings->decode_ms, [AG_STAGE_FEATURES] = timings->features_ms,
        [AG_STAGE_EMBED] = timings->embed_ms,   [AG_STAGE_SEARCH] = timings->search_ms,
        [AG_STAGE_VERIFY] = timings->verify_ms,
    };
    double total = 0;
    for (size_t i = 0; i < AG_STAGE_TOTAL; i++) {
        ag_series_add(&tally->stages[i], ms[i]);
        total += ms[i];
    }
    ag_series_add(&tally->stages[AG_STAGE_TOTAL], total);
}

double ag_tally_calibration_error(const ag_tally *tally)
{
    double apart = 0;
    size_t count = 0;
    for (size_t i = 0; i < AG_TALLY_BINS; i++) {
        apart += fabs(tally->bins[i].confidence - (double)tally->bins[i].right);
        count += tally->bins[i].count;
    }
    return count > 0 ? apart / (double)count : NAN;
}

const char *ag_stage_name(ag_stage stage)
{
    static const char *const NAMES[AG_STAGES] = {
        [AG_STAGE_DECODE] = "decode", [AG_STAGE_FEATURES] = "features", [AG_STAGE_EMBED] = "embed",
        [AG_STAGE_SEARCH] = "search", [AG_STAGE_VERIFY] = "verify",     [AG_STAGE_TOTAL] = "total",
    };
    return NAMES[stage];
}

const char *ag_miss_kind_name(ag_miss_kind kind)
{
    static const char *const NAMES[] = {
        [AG_MISS_WRONG] = "wrong",
        [AG_MISS_UNSURE] = "unsure",
        [AG_MISS_FALSE_CONFIRMED] = "false confirmed",
        [AG_MISS_FALSE_LIKELY] = "false likely",
    };
    return NAMES[kind];
}
