/* Asking a recogniser about photos whose work is known. One thread at a time. */
#ifndef AG_EVALUATE_ASK_H
#define AG_EVALUATE_ASK_H

#include "base/status.h"
#include "evaluate/photos.h"
#include "evaluate/save.h"
#include "evaluate/tally.h"
#include "recognize/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Who hears the answers, batch by batch. */
typedef struct ag_ask_listener {
    void *context;
    /* was_asked: false for a photo that was refused at the door as unrecognisable, as an upload is;
     * its answer names nothing. */
    void (*answered)(void *context, const ag_trial *trial, const ag_answer *answer, bool was_asked);
    /* A photo that could not be had or read. */
    void (*failed)(void *context, const char *photo, const char *reason);
} ag_ask_listener;

typedef struct ag_ask_options {
    size_t batch; /* photos recognised together; the engine's max_batch at most */
    /* Share of the photos, 0…1, that are asked a second time with their own work and its twins left
     * out of the collection. Spread evenly over all photos, so that every work is both there and
     * missing. */
    double hold_out;
    ag_image_limits limits; /* of a photo */
    FILE *progress_stream;  /* where the bar is drawn if it is a terminal; NULL: nowhere */
    const char *label;      /* of the bar: "evaluating" */
    ag_photo_saver *saver;  /* gets every photo that could be had; NULL: none */
} ag_ask_options;

/* Ask about every photo, and perhaps again. Photos that fail are told to the listener and are not
 * fatal. AG_ENOMEM; AG_EIO (saver). */
AG_MUST_USE ag_status ag_ask(const ag_engine *engine, const ag_photo_source *source,
                             const ag_ask_options *options, const ag_ask_listener *listener,
                             ag_err *err);

#endif
