/* Status codes and error details: every fallible call in Art Guide returns ag_status.
 *
 * A function that fails leaves its outputs untouched and, if the caller passed an ag_err, says
 * there what went wrong in words a person can act on. Any thread. */
#ifndef AG_BASE_STATUS_H
#define AG_BASE_STATUS_H

#include <stdarg.h>

#define AG_MUST_USE                        __attribute__((warn_unused_result))
#define AG_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

typedef enum ag_status {
    AG_OK = 0,
    AG_EINVAL = -1,       /* an argument, setting or request field is not acceptable */
    AG_EFORMAT = -2,      /* bytes are not what they claim to be: corrupt, truncated, hostile */
    AG_EUNSUPPORTED = -3, /* well-formed, but of a kind this build or version does not handle */
    AG_ELIMIT = -4,       /* over a configured limit: too big, too many, too long */
    AG_EQUALITY = -5,  /* an image that cannot be recognised: too dark, bright, flat or blurred */
    AG_ENOTFOUND = -6, /* the file, key, artwork or row does not exist */
    AG_EIO = -7,       /* the operating system refused a read, write or call */
    AG_ENOMEM = -8,    /* memory whose size came from input could not be had */
    AG_EUNAVAILABLE = -9, /* a dependency (broker, model) is away; trying later may work */
    AG_ETIMEOUT = -10,    /* a deadline passed */
    AG_ECANCELED = -11,   /* shutting down, or the asker went away */
} ag_status;

#define AG_ERR_MESSAGE_BYTES 256

/* Detail of a failure, in the caller's storage. */
typedef struct ag_err {
    ag_status status; /* the same value the function returned */
    const char *code; /* stable machine-readable word, static storage, e.g. "image_too_dark" */
    char message[AG_ERR_MESSAGE_BYTES]; /* one sentence for a person; cut, never overflowed */
} ag_err;

/* Fill *err (may be NULL) with status, its default code and a printf-style message. Returns it. */
ag_status ag_err_set(ag_err *err, ag_status status, const char *format, ...) AG_PRINTF(3, 4);

/* As ag_err_set, with a code of its own; code must have static storage. */
ag_status ag_err_set_code(ag_err *err, ag_status status, const char *code, const char *format, ...)
    AG_PRINTF(4, 5);

/* As ag_err_set, with ": <strerror(errno_value)>" behind the message; ENOENT becomes AG_ENOTFOUND,
 * ENOMEM AG_ENOMEM, anything else AG_EIO. */
ag_status ag_err_set_errno(ag_err *err, int errno_value, const char *format, ...) AG_PRINTF(3, 4);

/* Put "<text>: " before the message of *err (may be NULL): where a lower layer's error happened.
 * Keeps status and code. */
void ag_err_prefix(ag_err *err, const char *format, ...) AG_PRINTF(2, 3);

/* The default code of a status: "ok", "invalid", "corrupt", "unsupported", "too_large",
 * "poor_quality", "not_found", "io_error", "out_of_memory", "unavailable", "timed_out" or
 * "canceled". */
const char *ag_status_code(ag_status status);

#endif
