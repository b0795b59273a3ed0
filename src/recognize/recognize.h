/* The recognition pipeline: an encoded image in, an answer out. Knows no broker and no HTTP.
 *
 * One thread at a time for each ag_recognizer; it uses several threads inside. */
#ifndef AG_RECOGNIZE_RECOGNIZE_H
#define AG_RECOGNIZE_RECOGNIZE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/workers.h"
#include "clip/clip.h"
#include "collection/collection.h"
#include "image/image.h"
#include "recognize/calibration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Works named in an answer: the best and those like it. */
#define AG_RECOGNIZE_TOP 5

typedef enum ag_match {
    AG_MATCH_CONFIRMED, /* the first candidate's geometry is proof */
    AG_MATCH_LIKELY, /* no proof, but by its confidence it is rather the first candidate than not */
    AG_MATCH_UNKNOWN, /* rather not: the candidates are no more than suggestions */
} ag_match;

#define AG_MATCH_COUNT 3

/* Milliseconds each stage took; of a batch, its shared stages' time is given to every request. */
typedef struct ag_timings {
    double decode_ms;   /* encoded bytes to pixels, and the crop for CLIP */
    double features_ms; /* pixels to local features */
    double embed_ms;    /* crop to embedding */
    double search_ms;   /* embedding and features to candidates */
    double verify_ms;   /* candidates to verdict */
    double describe_ms; /* verdict to text */
} ag_timings;

/* One question. All borrowed until ag_recognize returns. */
typedef struct ag_query {
    const void *image;   /* encoded bytes */
    size_t image_length; /* bytes */
    const char *lang;    /* BCP 47, or NULL */
    bool wants_description;
    const char *exhibition; /* what hangs there is preferred; NULL: no matter */
    const char *room;       /* of the exhibition, or of the house; NULL: no matter */
    bool is_limited;        /* nothing but what hangs in that exhibition and room is considered */
    /* A flag for each row of the collection: may it be considered? NULL: all. */
    const bool *allowed;
} ag_query;

typedef struct ag_candidate {
    const ag_artwork *artwork; /* borrowed from the collection */
    size_t row;                /* of the collection */
    double similarity; /* cosine of the embeddings, -1…1; NAN: not known (no encoder, or not among
                          the nearest) */
    double score;      /* of the geometry, see ag_verification; 0: not verified or nothing */
} ag_candidate;

/* One answer; text lives in the arena given to ag_recognize. */
typedef struct ag_answer {
    ag_status status; /* AG_OK, or why this image failed (others of the batch go on) */
    ag_err err;       /* detail when status is not AG_OK */
    ag_match match;
    double confidence;    /* 0…1, calibrated: that the first candidate is what the photo shows; 0
                             without candidates */
    bool has_corners;     /* the first candidate was found in the photo, here: */
    double corners[4][2]; /* its top left, top right, bottom right, bottom left, in units of the
                             photo's width and height */
    size_t candidate_count;                    /* ≤ AG_RECOGNIZE_TOP */
    ag_candidate candidates[AG_RECOGNIZE_TOP]; /* best first */
    const char *description;                   /* NULL when none was asked for */
    ag_timings timings;
} ag_answer;

typedef struct ag_recognizer ag_recognizer;

/* What it works with; all borrowed until ag_recognizer_destroy. */
typedef struct ag_recognizer_parts {
    ag_clip *clip; /* NULL: local features alone */
    const ag_collection *collection;
    ag_workers *workers; /* look at images side by side */
    size_t threads;      /* that do so at once, the caller's included */
    ag_image_limits limits;
    size_t max_batch;
    ag_calibration calibration; /* of confidence */
} ag_recognizer_parts;

/* AG_EINVAL when the collection was built with another encoder (the message says what to do), or
 * when there is nothing to recognise by. */
AG_MUST_USE ag_status ag_recognizer_create(ag_recognizer **out, const ag_recognizer_parts *parts,
                                           ag_err *err);
void ag_recognizer_destroy(ag_recognizer *recognizer);

/* Answer B queries (B ≤ max_batch) as one batch. Failures are per answer; "place_unknown" is that
 * of a query limited to an exhibition or room where nothing hangs. */
void ag_recognize(ag_recognizer *recognizer, ag_answer *answers, const ag_query *queries, size_t B,
                  ag_arena *arena);

/* "confirmed", "likely", "unknown". */
const char *ag_match_name(ag_match match);

#endif
