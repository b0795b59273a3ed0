/* Twins: entries of a collection that show the same picture under two names, or one and a detail of
 * it. A photo of either is rightly answered with the other, and whoever leaves out one to see
 * whether its photo is falsely recognised must leave out both. One thread at a time. */
#ifndef AG_EVALUATE_TWINS_H
#define AG_EVALUATE_TWINS_H

#include "base/status.h"
#include "evaluate/tally.h"
#include "features/gallery.h"

typedef struct ag_twin_finder ag_twin_finder;

/* Borrows gallery; NULL: without local features no work has a known twin. Owned; aborts when memory
 * is out. */
ag_twin_finder *ag_twin_finder_create(const ag_gallery *gallery);
void ag_twin_finder_destroy(ag_twin_finder *finder);

/* Set the trial's twins: the works like its own in words whose geometry leaves no doubt.
 * AG_ENOMEM. */
AG_MUST_USE ag_status ag_twin_finder_run(ag_twin_finder *finder, ag_trial *trial, ag_err *err);

#endif
