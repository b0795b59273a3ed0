#include "base/status.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *ag_status_code(ag_status status)
{
    switch (status) {
    case AG_OK:
        return "ok";
    case AG_EINVAL:
        return "invalid";
    case AG_EFORMAT:
        return "corrupt";
    case AG_EUNSUPPORTED:
        return "unsupported";
    case AG_ELIMIT:
        return "too_large";
    case AG_EQUALITY:
        return "poor_quality";
    case AG_ENOTFOUND:
        return "not_found";
    case AG_EIO:
        return "io_error";
    case AG_ENOMEM:
        return "out_of_memory";
    case AG_EUNAVAILABLE:
        return "unavailable";
    case AG_ETIMEOUT:
        return "timed_out";
    case AG_ECANCELED:
        return "canceled";
    }
    return "unknown";
}

static ag_status set(ag_err *err, ag_status status, const char *code, const char *format,
                     va_list args) AG_PRINTF(4, 0);
static ag_status set(ag_err *err, ag_status status, const char *code, const char *format,
                     va_list args)
{
    if (err == NULL)
        return status;
    /* Through a copy: an argument may be the old message itself. */
    char message[AG_ERR_MESSAGE_BYTES];
    if (vsnprintf(message, sizeof message, format, args) >= (int)sizeof message)
        ag_utf8_trim_partial(message);
    err->status = status;
    err->code = code;
    memcpy(err->message, message, sizeof message);
    return status;
}

ag_status ag_err_set(ag_err *err, ag_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, status, ag_status_code(status), format, args);
    va_end(args);
    return status;
}

ag_status ag_err_set_code(ag_err *err, ag_status status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, status, code, format, args);
    va_end(args);
    return status;
}

ag_status ag_err_set_errno(ag_err *err, int errno_value, const char *format, ...)
{
    ag_status status = errno_value == ENOENT   ? AG_ENOTFOUND
                       : errno_value == ENOMEM ? AG_ENOMEM
                                               : AG_EIO;
    if (err == NULL)
        return status;
    va_list args;
    va_start(args, format);
    set(err, status, ag_status_code(status), format, args);
    va_end(args);
    char reason[128];
    size_t used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, ": %s",
             strerror_r(errno_value, reason, sizeof reason));
    return status;
}

void ag_err_prefix(ag_err *err, const char *format, ...)
{
    if (err == NULL)
        return;
    char prefix[AG_ERR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    ag_err_set_code(err, err->status, err->code, "%s: %s", prefix, err->message);
}
