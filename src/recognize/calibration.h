/* From evidence to a probability: of the answers given with confidence c, about c should be right.
 *
 * Each kind of evidence has a monotone curve, fitted by isotonic regression to photos whose work is
 * known, and kept as a few knots. Any thread. */
#ifndef AG_RECOGNIZE_CALIBRATION_H
#define AG_RECOGNIZE_CALIBRATION_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* File in a collection's folder. Format 1: a field more keeps the number; a change of meaning
 * raises it, and readers refuse newer ones. */
#define AG_CALIBRATION_FILE   "calibration.json"
#define AG_CALIBRATION_FORMAT 1

#define AG_CALIBRATION_MAX_KNOTS 32

/* What a curve may claim: no number of photos proves that an answer cannot be wrong. */
#define AG_CALIBRATION_MIN 0.001
#define AG_CALIBRATION_MAX 0.999

typedef struct ag_calibration_knot {
    double evidence;
    double probability; /* AG_CALIBRATION_MIN…AG_CALIBRATION_MAX */
} ag_calibration_knot;

/* Straight lines between the knots, level before the first and behind the last. */
typedef struct ag_calibration_curve {
    size_t count; /* of knots, at least 1 */
    /* evidence rises from knot to knot, probability never falls */
    ag_calibration_knot knots[AG_CALIBRATION_MAX_KNOTS];
} ag_calibration_curve;

typedef struct ag_calibration {
    ag_calibration_curve geometry;   /* of the best work's ag_verification.score */
    ag_calibration_curve similarity; /* of the best work's cosine, where geometry did not confirm */
    size_t photos;                   /* that it was fitted to; 0: the default */
    char version[64];                /* of the collection it was fitted for */
} ag_calibration;

/* For collections without one of their own. */
extern const ag_calibration AG_CALIBRATION_DEFAULT;

/* One answer to a photo whose work is known. */
typedef struct ag_calibration_sample {
    double evidence; /* finite */
    bool is_right;
} ag_calibration_sample;

/* Right and wrong samples that a curve wants of each kind at least. */
#define AG_CALIBRATION_MIN_SAMPLES 10

/* Fit a curve. It is regression with one imagined wrong answer of the most evidence and one right
 * answer of the least, so that few photos never claim much: 200 that are all right claim 0.995.
 * Each knot of the prior counts as one answer, which decides where the samples say nothing.
 * AG_EINVAL: too few right or wrong ones, or evidence that is not finite. AG_ENOMEM. */
AG_MUST_USE ag_status ag_calibration_fit(ag_calibration_curve *out,
                                         const ag_calibration_curve *prior,
                                         const ag_calibration_sample *samples, size_t count,
                                         ag_err *err);

/* The curve's value; that of its first knot for evidence that is no number. */
double ag_calibration_value(const ag_calibration_curve *curve, double evidence);

/* The probability that the best work is right: the larger of what its geometry and its similarity
 * (NAN: none) say, since either may prove alone what the other cannot see. */
double ag_calibration_confidence(const ag_calibration *calibration, double geometry,
                                 double similarity);

/* The calibration in a file's bytes, every number checked. AG_EFORMAT, AG_EUNSUPPORTED (a newer
 * format). */
AG_MUST_USE ag_status ag_calibration_parse(ag_calibration *out, const void *bytes, size_t length,
                                           ag_err *err);

/* Read a file that must be for this version of its collection ("": made by other software).
 * AG_ENOTFOUND; AG_EUNSUPPORTED (a newer format, or another version: the message says what to do);
 * AG_EFORMAT. On any of these AG_CALIBRATION_DEFAULT will do. */
AG_MUST_USE ag_status ag_calibration_read(ag_calibration *out, const char *path,
                                          const char *version, ag_err *err);

/* Write one, atomically. AG_EIO. */
AG_MUST_USE ag_status ag_calibration_write(const ag_calibration *calibration, const char *path,
                                           ag_err *err);

#endif
