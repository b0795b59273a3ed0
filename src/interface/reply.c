#include "interface/reply.h"

#include "base/digest.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RETRY_AFTER_S 2

typedef struct code_row {
    const char *code;
    unsigned status;
} code_row;

/* docs/architecture.md, HTTP: 400 bad image, 413 too big, 415 format, 422 quality. */
static const code_row CODES[] = {
    {"image_empty", 400},
    {"image_corrupt", 400},
    {"image_trailing_data", 400},
    {"image_too_small", 400},
    {"image_too_many_scans", 400},
    {"image_too_many_bytes", 413},
    {"image_too_large", 413},
    {"image_format", 415},
    {"image_animated", 415},
    {"image_too_dark", 422},
    {"image_too_bright", 422},
    {"image_no_detail", 422},
    {"image_too_blurred", 422},
    {"no_image", 400},
    {"duplicate_field", 400},
    {"bad_field", 400},
    {"bad_form", 400},
    {"place_unknown", 404},
    {"content_type", 415},
    {"too_large", 413},
    {"timed_out", 504},
    {"unavailable", 503},
    {"overloaded", 503},
    {"canceled", 503},
    {"shutting_down", 503},
    {"out_of_memory", 503},
    {"no_model", 503},
};

unsigned ag_reply_status_of(const char *code, unsigned fallback)
{
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        if (strcmp(CODES[i].code, code) == 0)
            return CODES[i].status;
    }
    return fallback;
}

void ag_reply_make_etag(char out[AG_REPLY_ETAG_BYTES], const void *bytes, size_t length)
{
    char hex[AG_SHA256_HEX_BYTES];
    const ag_bytes whole = {bytes, length};
    ag_sha256_hex(hex, &whole, 1);
    snprintf(out, AG_REPLY_ETAG_BYTES, "\"%.16s\"", hex);
}

void ag_reply_fini(ag_reply *reply)
{
    ag_buffer_fini(&reply->body);
    *reply = (ag_reply){0};
}

void ag_reply_json(ag_reply *reply, unsigned status, json_t *value)
{
    ag_reply_fini(reply);
    reply->status = status;
    reply->content_type = "application/json";
    snprintf(reply->code, sizeof reply->code, "%s", "success");
    if (value == NULL || ag_json_write(&reply->body, value, NULL) != AG_OK) {
        static const char OUT_OF_MEMORY[] =
            "{\"status\":\"error\",\"code\":\"out_of_memory\",\"message\":\"Out of memory.\"}";
        reply->status = 503;
        reply->retry_after_s = RETRY_AFTER_S;
        snprintf(reply->code, sizeof reply->code, "%s", "out_of_memory");
        reply->fixed = OUT_OF_MEMORY;
        reply->fixed_length = sizeof OUT_OF_MEMORY - 1;
    }
    json_decref(value);
}

void ag_reply_error(ag_reply *reply, unsigned status, const char *code, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);

    ag_reply_json(reply, status,
                  json_pack("{s:s, s:o, s:o}", "status", "error", "code", ag_json_text(code),
                            "message", ag_json_text(message)));
    snprintf(reply->code, sizeof reply->code, "%s", code);
    ag_utf8_trim_partial(reply->code);
    if (status == 503)
        reply->retry_after_s = RETRY_AFTER_S;
}

void ag_reply_from_err(ag_reply *reply, const ag_err *err)
{
    ag_reply_error(reply, ag_reply_status_of(err->code, 500), err->code, "%s", err->message);
}
