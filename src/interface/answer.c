#include "interface/answer.h"

#include "base/utf8.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_text_or_number(const json_t *value)
{
    return json_is_string(value) || json_is_number(value);
}

static bool is_number(const json_t *value)
{
    return json_is_number(value);
}

static bool is_array(const json_t *value)
{
    return json_is_array(value);
}

/* The corners of a work in the photo: four points. */
static bool is_outline(const json_t *value)
{
    size_t i;
    const json_t *point;
    json_array_foreach(value, i, point)
    {
        if (json_array_size(point) != 2 || !json_is_number(json_array_get(point, 0)) ||
            !json_is_number(json_array_get(point, 1)))
            return false;
    }
    return json_array_size(value) == 4;
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

typedef struct field_row {
    const char *name;
    bool (*is_valid)(const json_t *value); /* null is always valid: "not known" */
    bool is_promised;                      /* clients find it in every success, null at worst */
} field_row;

static const field_row FIELDS[] = {
    {"artist", is_text, true},
    {"title", is_text, true},
    {"period", is_text, true},
    {"confidence", is_number, true},
    {"description", is_text, true},
    {"match", is_text, false},
    {"artwork_id", is_text_or_number, false},
    {"similarity", is_number, false},
    {"corners", is_outline, false},
    {"exhibition", is_text, false},
    {"room", is_text, false},
    {"similar", is_array, false},
    {"timings", is_object, false},
    {"encoder", is_text, false},
};

static void bad_answer(ag_reply *reply, const char *detail)
{
    ag_reply_error(reply, 502, "bad_answer", "The AI server's answer cannot be used: %s.", detail);
}

/* The name of the first field of a wrong type; NULL when all are well. */
static const char *find_bad_field(const json_t *object)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const json_t *value = json_object_get(object, FIELDS[i].name);
        if (value != NULL && !json_is_null(value) && !FIELDS[i].is_valid(value))
            return FIELDS[i].name;
    }
    return NULL;
}

/* Confidence is a similarity to some programs, which may be a rounding error outside 0…1. */
static double clamp_confidence(json_t *object)
{
    double confidence = ag_json_number(object, "confidence", NAN);
    if (isnan(confidence))
        return NAN;
    double clamped = fmin(fmax(confidence, 0), 1);
    if (clamped != confidence)
        json_object_set_new(object, "confidence", json_real(clamped));
    return clamped;
}

static void add_promised(json_t *object)
{
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (FIELDS[i].is_promised && json_object_get(object, FIELDS[i].name) == NULL)
            json_object_set_new(object, FIELDS[i].name, json_null());
    }
}

static void reply_success(ag_reply *reply, ag_answer_facts *facts, json_t *object,
                          const ag_answer *answer)
{
    facts->confidence = clamp_confidence(object);
    snprintf(facts->artist, sizeof facts->artist, "%s", ag_json_string(object, "artist", ""));
    ag_utf8_trim_partial(facts->artist);
    snprintf(facts->match, sizeof facts->match, "%s", ag_json_string(object, "match", ""));
    add_promised(object);
    json_object_set_new(object, "request_id", ag_json_text(answer->request_id));
    json_object_set_new(object, "response_time",
                        json_real(round(answer->response_time_s * 1e6) / 1e6));
    ag_reply_json(reply, 200, json_incref(object));
}

static void reply_error(ag_reply *reply, const json_t *object)
{
    const char *code = ag_json_string(object, "code", "recognition_failed");
    ag_reply_error(reply, ag_reply_status_of(code, 502), code, "%s",
                   ag_json_string(object, "message", "The AI server could not recognise this."));
}

void ag_answer_reply(ag_reply *reply, ag_answer_facts *facts, const ag_answer *answer)
{
    json_t *object;
    ag_err err;
    *facts = (ag_answer_facts){.confidence = NAN};
    if (answer->length > AG_ANSWER_MAX_BYTES) {
        bad_answer(reply, "it is too long");
        return;
    }
    if (ag_json_parse_object(&object, answer->json, answer->length, &err) != AG_OK) {
        bad_answer(reply, err.message);
        return;
    }
    const char *status = ag_json_string(object, "status", "");
    const char *bad_field = find_bad_field(object);
    if (strcmp(status, "error") == 0) {
        reply_error(reply, object);
    } else if (strcmp(status, "success") != 0) {
        bad_answer(reply, "it is neither a success nor an error");
    } else if (bad_field != NULL) {
        char detail[64];
        snprintf(detail, sizeof detail, "its field \"%s\" is of a wrong type", bad_field);
        bad_answer(reply, detail);
    } else {
        reply_success(reply, facts, object, answer);
    }
    json_decref(object);
}
