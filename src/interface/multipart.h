/* multipart/form-data (RFC 7578) of a body that is all in memory. Any thread. */
#ifndef AG_INTERFACE_MULTIPART_H
#define AG_INTERFACE_MULTIPART_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* One field of a form; everything is borrowed from the body. */
typedef struct ag_form_field {
    const char *name;    /* not NUL-terminated; escapes are left as they are */
    size_t name_length;  /* bytes */
    const uint8_t *data; /* the value */
    size_t length;       /* bytes */
} ag_form_field;

/* Called for each field in order; a status other than AG_OK ends the parsing and is returned. */
typedef ag_status ag_form_field_fn(void *ctx, const ag_form_field *field, ag_err *err);

typedef struct ag_form_source {
    const char *content_type; /* the Content-Type header, with the boundary */
    const uint8_t *body;      /* borrowed */
    size_t length;            /* bytes */
} ag_form_source;

/* Call on_field for every field. A form that is not well-formed, has no end, or has more than 32
 * parts is AG_EFORMAT with code "bad_form". */
AG_MUST_USE ag_status ag_multipart_parse(const ag_form_source *source, ag_form_field_fn *on_field,
                                         void *ctx, ag_err *err);

#endif
