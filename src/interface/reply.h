/* An HTTP reply before it is sent. One thread at a time. */
#ifndef AG_INTERFACE_REPLY_H
#define AG_INTERFACE_REPLY_H

#include "base/buffer.h"
#include "base/json.h"
#include "base/status.h"

#include <stddef.h>

#define AG_REPLY_CODE_BYTES 40
#define AG_REPLY_ETAG_BYTES 19 /* 16 hex digits in quotes */

/* Zero-initialised is "no reply yet". */
typedef struct ag_reply {
    unsigned status;                /* HTTP status; 0: none yet */
    char code[AG_REPLY_CODE_BYTES]; /* "success", or the error's code */
    const char *content_type;       /* static */
    const char *allow;              /* Allow header, static; NULL: none */
    const char *policy;             /* Content-Security-Policy, static; NULL: nothing may load */
    const char *etag;               /* outlives every request, as fixed does; NULL: not cacheable */
    unsigned retry_after_s;         /* Retry-After header; 0: none */
    const void *fixed;              /* body that outlives every request; NULL: body */
    size_t fixed_length;            /* bytes */
    ag_buffer body;                 /* owned */
} ag_reply;

/* The entity tag of a file's bytes. */
void ag_reply_make_etag(char out[AG_REPLY_ETAG_BYTES], const void *bytes, size_t length);

/* Free the body and forget everything. */
void ag_reply_fini(ag_reply *reply);

/* Reply with {"status":"error","code":…,"message":…}; 503s get a Retry-After. Replaces what was
 * there. */
void ag_reply_error(ag_reply *reply, unsigned status, const char *code, const char *format, ...)
    AG_PRINTF(4, 5);

/* Reply with the error, its HTTP status looked up by code, then 500. */
void ag_reply_from_err(ag_reply *reply, const ag_err *err);

/* Reply with a JSON object; takes (decrefs) value. */
void ag_reply_json(ag_reply *reply, unsigned status, json_t *value);

/* HTTP status of an error code ("image_format": 415), or fallback for a code not known. */
unsigned ag_reply_status_of(const char *code, unsigned fallback);

#endif
