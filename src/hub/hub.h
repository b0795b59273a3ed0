/* The Hugging Face hub, or a mirror of it: fetches a model's files into a folder.
 *
 * A transfer that ends early is taken up again by the next pull; what arrives is checked against a
 * SHA-256 where there is one, and put in its place whole or not at all. One thread at a time for
 * each folder; a second process is turned away. */
#ifndef AG_HUB_HUB_H
#define AG_HUB_HUB_H

#include "base/digest.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ag_hub_options {
    const char *url;            /* https://host, or http://host of a mirror nearby */
    const char *name;           /* "owner/model", or one of ours: vit-b-32, vit-b-16, vit-l-14 */
    const char *revision;       /* branch, tag or commit */
    const char *sha256;         /* what the weights must have; NULL: what the hub says */
    const char *token;          /* sent to the hub's own host alone; NULL: none */
    const atomic_bool *stop;    /* true: end soon with AG_ECANCELED; NULL: never */
    FILE *progress_stream;      /* for a bar; NULL: none */
    uint64_t max_weights_bytes; /* more is refused */
} ag_hub_options;

/* The hub itself, vit-b-32, main, 8 GiB. */
extern const ag_hub_options AG_HUB_OPTIONS_DEFAULT;

/* What the weights were compared with. */
typedef enum ag_hub_check {
    AG_HUB_CHECK_NONE,   /* the hub names no SHA-256, and the caller gave none */
    AG_HUB_CHECK_HUB,    /* the hub's SHA-256 */
    AG_HUB_CHECK_CALLER, /* options.sha256 */
} ag_hub_check;

typedef struct ag_hub_report {
    bool was_complete;                /* both files were there already: nothing was written */
    bool are_weights_new;             /* they were fetched now */
    uint64_t weights_bytes;           /* of model.safetensors */
    uint64_t resumed_bytes;           /* of these, from an earlier pull */
    ag_hub_check check;               /* of the weights */
    char sha256[AG_SHA256_HEX_BYTES]; /* of model.safetensors, as it is on disk */
} ag_hub_report;

/* Fetch config.json and model.safetensors into folder (made where missing). The weights grow in
 * model.safetensors.part, which stays after AG_EUNAVAILABLE (no such host, no network, cut off,
 * refused), AG_ETIMEOUT, AG_ECANCELED and AG_EIO (disk full); the message says so. AG_EINVAL (an
 * option), AG_ENOTFOUND (no such model, revision or file), AG_ELIMIT (too big), AG_EFORMAT (wrong
 * SHA-256; a config.json that is not of a CLIP model), AG_ENOMEM. */
AG_MUST_USE ag_status ag_hub_pull(ag_hub_report *out, const char *folder,
                                  const ag_hub_options *options, ag_err *err);

#endif
