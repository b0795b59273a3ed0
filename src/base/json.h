/* JSON from outside, read with limits, on top of Jansson. Any thread; a value: one at a time.
 *
 * Values are Jansson's json_t: json_decref what a function says is owned. */
#ifndef AG_BASE_JSON_H
#define AG_BASE_JSON_H

#include "base/buffer.h"
#include "base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Parse one JSON object (UTF-8, nothing behind it, no duplicate keys, Jansson's nesting limit).
 * *out is owned by the caller. AG_EFORMAT, with the line and column in the message. */
AG_MUST_USE ag_status ag_json_parse_object(json_t **out, const void *bytes, size_t length,
                                           ag_err *err);

/* Field of an object, or the fallback where it is missing or of another type. Strings are borrowed
 * from the object. */
const char *ag_json_string(const json_t *object, const char *key, const char *fallback);
double ag_json_number(const json_t *object, const char *key, double fallback);
bool ag_json_bool(const json_t *object, const char *key, bool fallback);

/* Append the value's compact text to the buffer. AG_ENOMEM. */
AG_MUST_USE ag_status ag_json_write(ag_buffer *out, const json_t *value, ag_err *err);

/* A JSON string of text; bytes that are not UTF-8 become U+FFFD. NULL gives JSON null. Owned. */
json_t *ag_json_text(const char *text);

#endif
