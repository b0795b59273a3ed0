/* One file over HTTP: redirects, resumption, and an end to whatever hangs. The one place that knows
 * libcurl. Any thread, one transfer a thread. */
#ifndef AG_HUB_TRANSFER_H
#define AG_HUB_TRANSFER_H

#include "base/digest.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AG_TRANSFER_ETAG_BYTES 256

/* What the server says about the bytes that follow. */
typedef struct ag_transfer_answer {
    uint64_t offset;                   /* of the first of them in the file: as asked for, or 0 */
    bool has_total;                    /* is total_bytes known? */
    uint64_t total_bytes;              /* of the whole file */
    char etag[AG_TRANSFER_ETAG_BYTES]; /* a strong ETag with its quotes; "": none */
    char sha256[AG_SHA256_HEX_BYTES];  /* of the whole file, by the hub's word; "": none */
} ag_transfer_answer;

/* Where the bytes go. A failure ends the transfer, which returns it. */
typedef struct ag_transfer_sink {
    void *context; /* handed to both */
    /* Once, before the first write; *is_wanted = false ends the transfer well, without bytes. */
    ag_status (*begin)(void *context, bool *is_wanted, const ag_transfer_answer *answer,
                       ag_err *err);
    ag_status (*write)(void *context, const void *bytes, size_t length, ag_err *err);
} ag_transfer_sink;

/* All borrowed. */
typedef struct ag_transfer_request {
    const char *url;         /* http: or https:, without user and password */
    uint64_t offset;         /* bytes that are there already; 0: all are wanted */
    const char *etag;        /* of the file they are from; not NULL when offset is not 0 */
    const char *token;       /* bearer token for the URL's own host; NULL: none */
    const atomic_bool *stop; /* NULL: never */
} ag_transfer_request;

/* Get a file into the sink. Where the server cannot or will not go on at offset with the same file,
 * it is sent from its start. An https URL is never redirected to anything but https. AG_EINVAL (the
 * URL), AG_ENOTFOUND (HTTP 404), AG_EUNAVAILABLE, AG_ETIMEOUT (silent for half a minute),
 * AG_ECANCELED (stop), or what the sink failed with. */
AG_MUST_USE ag_status ag_transfer_get(const ag_transfer_request *request,
                                      const ag_transfer_sink *sink, ag_err *err);

#endif
