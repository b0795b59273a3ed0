#include "base/json.h"

#include "base/utf8.h"

#include <string.h>

ag_status ag_json_parse_object(json_t **out, const void *bytes, size_t length, ag_err *err)
{
    json_error_t error;
    json_t *value = json_loadb(bytes != NULL ? bytes : "", length, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL)
        return ag_err_set(err, AG_EFORMAT, "not valid JSON: %s (line %d, column %d)", error.text,
                          error.line, error.column);
    if (!json_is_object(value)) {
        json_decref(value);
        return ag_err_set(err, AG_EFORMAT, "not a JSON object");
    }
    *out = value;
    return AG_OK;
}

const char *ag_json_string(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : fallback;
}

double ag_json_number(const json_t *object, const char *key, double fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : fallback;
}

bool ag_json_bool(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

static int append(const char *text, size_t length, void *buffer)
{
    return ag_buffer_append(buffer, text, length, NULL) == AG_OK ? 0 : -1;
}

ag_status ag_json_write(ag_buffer *out, const json_t *value, ag_err *err)
{
    size_t before = out->length;
    if (json_dump_callback(value, append, out,
                           JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) == 0)
        return AG_OK;
    out->length = before;
    if (out->data != NULL)
        out->data[before] = '\0';
    return ag_err_set(err, AG_ENOMEM, "no memory to write JSON");
}

/* text with U+FFFD for every byte that is not UTF-8, in out. */
static ag_status replace_malformed(ag_buffer *out, const char *text)
{
    size_t left = strlen(text);
    ag_status status = AG_OK;
    while (left > 0 && status == AG_OK) {
        size_t length = ag_utf8_sequence_length(text, left);
        status = length > 0 ? ag_buffer_append(out, text, length, NULL)
                            : ag_buffer_append(out, "\xef\xbf\xbd", 3, NULL);
        text += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
    return status;
}

json_t *ag_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    ag_buffer repaired = {0};
    if (replace_malformed(&repaired, text) == AG_OK)
        value = json_stringn_nocheck((const char *)repaired.data, repaired.length);
    ag_buffer_fini(&repaired);
    return value;
}
