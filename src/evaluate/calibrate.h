/* Fitting a collection's confidence to simulated photos of its own works. One thread at a time. */
#ifndef AG_EVALUATE_CALIBRATE_H
#define AG_EVALUATE_CALIBRATE_H

#include "base/status.h"
#include "recognize/calibration.h"
#include "recognize/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Enough to claim 0.99, and seconds of work; collections of few works take fewer. */
#define AG_CALIBRATE_PHOTOS 240

typedef struct ag_calibrate_options {
    ag_engine_options engine;  /* of the collection, as it will be used */
    const char *images_folder; /* where its images are; NULL: as collection.json says */
    size_t photos;             /* to make, about; 0: AG_CALIBRATE_PHOTOS */
    uint32_t side_px;          /* longer side of a photo; 0: 1000 */
    uint64_t seed;             /* the same collection and seed give the same calibration */
    FILE *progress_stream;     /* where the bar is drawn if it is a terminal; NULL: nowhere */
} ag_calibrate_options;

/* What was done. */
typedef struct ag_calibrate_report {
    ag_calibration calibration;
    size_t photos;                     /* that were answered */
    size_t failed;                     /* that could not be made or read */
    bool has_geometry, has_similarity; /* were there answers enough to fit it? else the default's */
} ag_calibrate_report;

/* Photograph the collection's works, about options->photos times in all; ask about each, half of
 * them also with their own work left out; fit both curves and write calibration.json into the
 * collection's folder. A curve keeps its default where right or wrong answers are too few, and no
 * file is written where both do. What opening the engine gives; AG_ENOTFOUND (no image could be
 * photographed: the message says why); AG_EIO. */
AG_MUST_USE ag_status ag_calibrate_collection(ag_calibrate_report *out,
                                              const ag_calibrate_options *options, ag_err *err);

#endif
