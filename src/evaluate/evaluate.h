/* How well a collection is recognised: photos whose work is known are asked about, and the answers
 * counted. One thread at a time. */
#ifndef AG_EVALUATE_EVALUATE_H
#define AG_EVALUATE_EVALUATE_H

#include "base/status.h"
#include "evaluate/ask.h"
#include "evaluate/photos.h"
#include "evaluate/tally.h"
#include "recognize/engine.h"

#include <stddef.h>

/* In the caller's storage: ag_evaluation_fini. */
typedef struct ag_evaluation {
    ag_tally tally;
    size_t photos;   /* of the source */
    size_t refused;  /* at the door, as unrecognisable; counted as answers that name nothing */
    size_t failed;   /* could not be had or read, and are not counted further */
    char **failures; /* failed × "photo: reason", owned */
} ag_evaluation;

/* AG_ENOMEM; AG_EIO (saver). */
AG_MUST_USE ag_status ag_evaluate(ag_evaluation *out, const ag_engine *engine,
                                  const ag_photo_source *source, const ag_ask_options *options,
                                  ag_err *err);
void ag_evaluation_fini(ag_evaluation *evaluation);

#endif
