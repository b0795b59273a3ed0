/* Counting how right answers are: each photo whose work is known, and what was answered. Knows
 * nothing of recognition but its answers. One thread at a time. */
#ifndef AG_EVALUATE_TALLY_H
#define AG_EVALUATE_TALLY_H

#include "evaluate/statistics.h"
#include "recognize/recognize.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Twins of a work that are known at most. */
#define AG_TRIAL_MAX_TWINS 4

/* A photo, asked once. All borrowed. */
typedef struct ag_trial {
    const char *photo; /* its name */
    const char *level; /* how hard it is; "" where nobody says */
    size_t work;       /* row of the collection that it shows; SIZE_MAX: none of them */
    bool is_held_out;  /* asked with that work and its twins left out of the collection */
    /* Rows of the same picture under other names: naming one of them is right, too. */
    size_t twins[AG_TRIAL_MAX_TWINS];
    size_t twin_count;
    /* The work's top left, top right, bottom right, bottom left in pixels of the upright photo, and
     * that photo's size; width 0: not known. */
    double corners[4][2];
    uint32_t width_px, height_px;
} ag_trial;

/* Counts of one level. */
typedef struct ag_tally_level {
    char name[32];
    /* Photos whose work could be found, and what became of them: each is confirmed, likely or
     * unknown. Unlike the verdict, top 1 and top 5 say only whether the work was named. */
    size_t present;
    size_t top1, top5;
    size_t confirmed_right, confirmed_wrong;
    size_t likely_right, likely_wrong;
    size_t unknown;
    /* Photos whose work is not in the collection or was held out, and those falsely recognised. */
    size_t absent;
    size_t absent_confirmed, absent_likely;
    /* Of right answers with an outline: how far its corners are off on average, in diagonals of the
     * work as the photo shows it. */
    ag_series corner_errors;
} ag_tally_level;

/* Answers with a confidence of about the same. */
typedef struct ag_tally_bin {
    size_t count, right;
    double confidence; /* sum of the answers' own */
} ag_tally_bin;

#define AG_TALLY_BINS 10

/* Levels with other names are counted as "other". */
#define AG_TALLY_MAX_LEVELS 12

typedef enum ag_stage {
    AG_STAGE_DECODE,
    AG_STAGE_FEATURES,
    AG_STAGE_EMBED,
    AG_STAGE_SEARCH,
    AG_STAGE_VERIFY,
    AG_STAGE_TOTAL, /* all of these; descriptions are not asked for */
    AG_STAGES,
} ag_stage;

/* "decode", … "total". */
const char *ag_stage_name(ag_stage stage);

typedef enum ag_miss_kind {
    AG_MISS_WRONG,           /* another work was named first */
    AG_MISS_UNSURE,          /* the right one was, but not confirmed */
    AG_MISS_FALSE_CONFIRMED, /* a work was confirmed, and the photo's was not to be found */
    AG_MISS_FALSE_LIKELY,    /* or called likely */
} ag_miss_kind;

/* "wrong", "unsure", "false confirmed", "false likely". */
const char *ag_miss_kind_name(ag_miss_kind kind);

/* An answer that was not as good as it could be. */
typedef struct ag_miss {
    char *photo; /* owned */
    ag_miss_kind kind;
    size_t work;       /* that the photo shows; SIZE_MAX: none of the collection's */
    size_t answer;     /* that was named first; SIZE_MAX: none */
    ag_match match;    /* of the answer, as all below */
    double score;      /* of its geometry */
    double similarity; /* NAN: not known */
    double confidence;
} ag_miss;

/* In the caller's storage; zero-initialised is empty. */
typedef struct ag_tally {
    ag_tally_level all;
    ag_tally_level levels[AG_TALLY_MAX_LEVELS]; /* in the order they came */
    size_t level_count;
    ag_tally_bin bins[AG_TALLY_BINS]; /* of confidence; every answer that named a work */
    ag_series stages[AG_STAGES];      /* milliseconds */
    ag_miss *misses;                  /* miss_count of them, owned */
    size_t miss_count, miss_capacity;
} ag_tally;

void ag_tally_fini(ag_tally *tally);

/* Count an answer, whatever its status: one without candidates has found nothing. Aborts when
 * memory is out. */
void ag_tally_add(ag_tally *tally, const ag_trial *trial, const ag_answer *answer);

/* Count how long one took. */
void ag_tally_add_timings(ag_tally *tally, const ag_timings *timings);

/* Was the first candidate the work that could be found, or a twin of it? */
bool ag_trial_is_right(const ag_trial *trial, const ag_answer *answer);

/* Expected calibration error: how far confidence and share of right answers are apart in a bin,
 * averaged over the answers. NAN without answers. */
double ag_tally_calibration_error(const ag_tally *tally);

#endif
