#include "broker/heartbeat.h"

#include "base/json.h"

#include <stdio.h>

ag_status ag_heartbeat_write(ag_buffer *out, const ag_server_status *status, ag_err *err)
{
    json_t *object = json_object();
    const struct {
        const char *key;
        json_t *value; /* moves into object */
    } fields[] = {
        {"id", ag_json_text(status->id)},
        {"answered", json_integer((json_int_t)status->answered)},
        {"rate_per_s", json_real(status->rate_per_s)},
        {"encoder", ag_json_text(status->encoder)},
        {"collection", ag_json_text(status->collection)},
    };
    bool is_complete = true;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (json_object_set_new(object, fields[i].key, fields[i].value) != 0)
            is_complete = false;
    }
    ag_status result = is_complete ? ag_json_write(out, object, err)
                                   : ag_err_set(err, AG_ENOMEM, "no memory for a heartbeat");
    json_decref(object);
    return result;
}

ag_status ag_heartbeat_read(ag_server_status *out, const void *json, size_t length, ag_err *err)
{
    json_t *object = NULL;
    ag_status status = ag_json_parse_object(&object, json, length, err);
    if (status != AG_OK)
        return status;
    *out = (ag_server_status){0};
    const json_int_t answered = json_integer_value(json_object_get(object, "answered"));
    out->answered = answered > 0 ? (uint64_t)answered : 0;
    out->rate_per_s = ag_json_number(object, "rate_per_s", 0);
    snprintf(out->id, sizeof out->id, "%s", ag_json_string(object, "id", ""));
    snprintf(out->encoder, sizeof out->encoder, "%s", ag_json_string(object, "encoder", ""));
    snprintf(out->collection, sizeof out->collection, "%s",
             ag_json_string(object, "collection", ""));
    json_decref(object);
    return AG_OK;
}
