#include "ai/answer_json.h"

#include "base/json.h"

#include <math.h>

/* Three decimals say all that a timing or a similarity knows. */
static json_t *rounded(double value)
{
    return json_real(round(value * 1000.0) / 1000.0);
}

static json_t *timings_json(const ag_timings *timings)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "decode", rounded(timings->decode_ms), "embed",
                     rounded(timings->embed_ms), "search", rounded(timings->search_ms), "describe",
                     rounded(timings->describe_ms));
}

static json_t *candidate_json(const ag_candidate *candidate)
{
    const ag_artwork *artwork = candidate->artwork;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "artwork_id", ag_json_text(artwork->id),
                     "artist", ag_json_text(artwork->artist), "title", ag_json_text(artwork->title),
                     "period", ag_json_text(artwork->period), "years", ag_json_text(artwork->years),
                     "similarity", rounded(candidate->similarity));
}

json_t *ag_answer_json_candidates(const ag_answer *answer, size_t first)
{
    json_t *array = json_array();
    for (size_t i = first; i < answer->candidate_count; i++)
        json_array_append_new(array, candidate_json(&answer->candidates[i]));
    return array;
}

static json_t *success_json(const char *request_id, const ag_answer *answer, const char *encoder)
{
    static const ag_artwork NO_ARTWORK = {0}; /* its fields are JSON's null */
    const ag_artwork *artwork =
        answer->candidate_count > 0 ? answer->candidates[0].artwork : &NO_ARTWORK;
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:s}", "request_id",
        ag_json_text(request_id), "status", "success", "artist", ag_json_text(artwork->artist),
        "title", ag_json_text(artwork->title), "period", ag_json_text(artwork->period),
        "confidence", rounded(answer->confidence), "match", ag_match_name(answer->match),
        "artwork_id", ag_json_text(artwork->id), "similar", ag_answer_json_candidates(answer, 1),
        "timings", timings_json(&answer->timings), "encoder", encoder);
    json_object_set_new(object, "description",
                        ag_json_text(answer->description != NULL ? answer->description : ""));
    json_object_set_new(object, "years", ag_json_text(artwork->years));
    if (answer->match == AG_MATCH_UNKNOWN)
        json_object_set_new(object, "message",
                            json_string(answer->candidate_count > 0
                                            ? "Nothing in this collection is close to this photo; "
                                              "the nearest work is named."
                                            : "Nothing in this collection is close to this "
                                              "photo."));
    return object;
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
