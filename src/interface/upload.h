/* What a visitor sent to be recognised: a picture and a few options, checked. Any thread. */
#ifndef AG_INTERFACE_UPLOAD_H
#define AG_INTERFACE_UPLOAD_H

#include "base/status.h"
#include "broker/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AG_UPLOAD_LANG_MAX  35 /* RFC 5646, 4.4.1 */
#define AG_UPLOAD_STYLE_MAX 32

/* What a form may hold beyond the picture: its other fields and the parts' headers. */
#define AG_UPLOAD_FORM_BYTES 65536

typedef struct ag_upload {
    const uint8_t *image;                      /* borrowed from the body; NULL: none came */
    size_t image_length;                       /* bytes */
    bool show_context;                         /* a description is wanted */
    char lang[AG_UPLOAD_LANG_MAX + 1];         /* language tag, or "" */
    char style[AG_UPLOAD_STYLE_MAX + 1];       /* of the description, or "" */
    char exhibition[AG_REQUEST_PLACE_MAX + 1]; /* where it was taken, UTF-8, or "" */
    char room[AG_REQUEST_PLACE_MAX + 1];       /* likewise */
    bool is_limited;                           /* only what hangs there is asked for */
} ag_upload;

/* A request's body and the header that says what it is. */
typedef struct ag_upload_source {
    const char *content_type; /* NULL: no such header */
    const uint8_t *body;      /* borrowed */
    size_t length;            /* bytes */
} ag_upload_source;

/* No picture, show_context on, no style, no place; the language is the first of Accept-Language
 * (may be NULL) that is well-formed. */
void ag_upload_init(ag_upload *out, const char *accept_language);

/* Is this a Content-Type that ag_upload_read takes? AG_EUNSUPPORTED, code "content_type". */
AG_MUST_USE ag_status ag_upload_check_type(const char *content_type, ag_err *err);

/* Take one option by its field name; names not known are ignored. AG_EINVAL, code "bad_field". */
AG_MUST_USE ag_status ag_upload_set(ag_upload *upload, const char *name, const char *value,
                                    ag_err *err);

/* Take picture and options from a multipart form, or the picture from a body of type image/….
 * On failure *out may be half filled. Codes: "content_type", "bad_form", "bad_field", "no_image",
 * "duplicate_field". */
AG_MUST_USE ag_status ag_upload_read(ag_upload *out, const ag_upload_source *source, ag_err *err);

#endif
