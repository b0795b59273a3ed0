/* Requests and answers on the wire: the JSON of docs/architecture.md, which other programs speak
 * too. Any thread. */
#ifndef AG_BROKER_MESSAGE_H
#define AG_BROKER_MESSAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request id is 1…AG_REQUEST_ID_MAX of A-Z a-z 0-9 . _ : - since it becomes part of key names. */
#define AG_REQUEST_ID_MAX 128

/* Bytes of the name of an exhibition or a room, at most. */
#define AG_REQUEST_PLACE_MAX 256

typedef struct ag_request {
    const char *request_id;
    const void *image;      /* encoded JPEG, PNG or WebP (decoded from base64 when read) */
    size_t image_length;    /* bytes */
    bool show_context;      /* a description is wanted; true where it was not said */
    const char *lang;       /* BCP 47, or NULL */
    const char *style;      /* or NULL */
    const char *exhibition; /* where the photo was taken, as visitors call it; or NULL */
    const char *room;       /* of the exhibition, or of the house; or NULL */
    bool is_limited;        /* only what hangs in that exhibition and room is asked for */
    const char *reply_to;   /* who waits: the interface's id, or NULL from a plain producer */
    int64_t timestamp_us;   /* wall clock; 0: not given */
    int64_t deadline_us;    /* wall clock; 0: none */
} ag_request;

/* Append the request as JSON. AG_EINVAL (bad id), AG_ENOMEM. */
AG_MUST_USE ag_status ag_request_write(ag_buffer *out, const ag_request *request, ag_err *err);

/* Read a request; its text and image live in arena. Unknown fields are ignored. AG_EFORMAT, with
 * out->request_id set if (only) that could be read, so that its asker can be told: also when the
 * name of a place is over AG_REQUEST_PLACE_MAX. AG_ENOMEM. */
AG_MUST_USE ag_status ag_request_read(ag_request *out, ag_arena *arena, const void *json,
                                      size_t length, ag_err *err);

/* Is this text a request id? */
bool ag_request_id_is_valid(const char *id, size_t length);

#endif
