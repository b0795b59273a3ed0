#include "ai/answer_json.h"

#include "base/json.h"

#include <math.h>

static json_t *real(double value, double steps)
{
    return isfinite(value) ? json_real(round(value * steps) / steps) : json_null();
}

/* Three decimals say all that a timing or a similarity knows; null: it is not known. */
static json_t *rounded(double value)
{
    return real(value, 1e3);
}

static json_t *timings_json(const ag_timings *timings)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "decode", rounded(timings->decode_ms),
                     "features", rounded(timings->features_ms), "embed", rounded(timings->embed_ms),
                     "search", rounded(timings->search_ms), "verify", rounded(timings->verify_ms),
                     "describe", rounded(timings->describe_ms));
}

/* What is said of every work, the best and the similar; null for NULL. */
static json_t *work_json(const ag_candidate *candidate)
{
    const ag_artwork *artwork = candidate->artwork;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "artwork_id",
                     ag_json_text(artwork->id), "artist", ag_json_text(artwork->artist), "title",
                     ag_json_text(artwork->title), "period", ag_json_text(artwork->period), "years",
                     ag_json_text(artwork->years), "exhibition", ag_json_text(artwork->exhibition),
                     "room", ag_json_text(artwork->room), "similarity",
                     rounded(candidate->similarity));
}

/* The outline of the work in the photo, to a ten-thousandth of its sides; null without one. */
static json_t *corners_json(const ag_answer *answer)
{
    if (!answer->has_corners)
        return json_null();
    json_t *corners = json_array();
    for (size_t i = 0; i < 4; i++)
        json_array_append_new(corners, json_pack("[o, o]", real(answer->corners[i][0], 1e4),
                                                 real(answer->corners[i][1], 1e4)));
    return corners;
}

json_t *ag_answer_json_candidates(const ag_answer *answer, size_t first)
{
    json_t *array = json_array();
    for (size_t i = first; i < answer->candidate_count; i++)
        json_array_append_new(array, work_json(&answer->candidates[i]));
    return array;
}

/* Said to visitors whose photo shows none of the works. */
static const char *unknown_message(const ag_answer *answer)
{
    return answer->candidate_count > 0
               ? "Nothing in this collection matches this photo. The works named are suggestions: "
                 "they look most like it."
               : "Nothing in this collection matches this photo.";
}

static json_t *success_json(const char *request_id, const ag_answer *answer, const char *encoder)
{
    static const ag_artwork NO_ARTWORK = {0}; /* its fields are JSON's null */
    static const ag_candidate NOTHING = {.artwork = &NO_ARTWORK, .similarity = NAN};
    json_t *object = work_json(answer->candidate_count > 0 ? &answer->candidates[0] : &NOTHING);
    const struct {
        const char *key;
        json_t *value; /* moves into object */
    } fields[] = {
        {"request_id", ag_json_text(request_id)},
        {"status", json_string("success")},
        {"confidence", rounded(answer->confidence)},
        {"match", json_string(ag_match_name(answer->match))},
        {"corners", corners_json(answer)},
        {"similar", ag_answer_json_candidates(answer, 1)},
        {"timings", timings_json(&answer->timings)},
        {"encoder", ag_json_text(encoder)},
        {"description", ag_json_text(answer->description != NULL ? answer->description : "")},
    };
    bool is_complete =
        answer->match != AG_MATCH_UNKNOWN ||
        json_object_set_new(object, "message", json_string(unknown_message(answer))) == 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (json_object_set_new(object, fields[i].key, fields[i].value) != 0)
            is_complete = false;
    }
    if (is_complete)
        return object;
    json_decref(object);
    return NULL;
}

static ag_status write_and_release(ag_buffer *out, json_t *object, ag_err *err)
{
    if (object == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for an answer");
    ag_status status = ag_json_write(out, object, err);
    json_decref(object);
    return status;
}

ag_status ag_answer_json_write_error(ag_buffer *out, const char *request_id, const ag_err *reason,
                                     ag_err *err)
{
    json_t *object =
        json_pack("{s:o, s:s, s:s, s:o}", "request_id", ag_json_text(request_id), "status", "error",
                  "code", reason->code, "message", ag_json_text(reason->message));
    return write_and_release(out, object, err);
}

ag_status ag_answer_json_write(ag_buffer *out, const char *request_id, const ag_answer *answer,
                               const char *encoder, ag_err *err)
{
    if (answer->status != AG_OK)
        return ag_answer_json_write_error(out, request_id, &answer->err, err);
    return write_and_release(out, success_json(request_id, answer, encoder), err);
}
