/* An answer as the JSON that goes back through the broker (docs/architecture.md). Any thread. */
#ifndef AG_AI_ANSWER_JSON_H
#define AG_AI_ANSWER_JSON_H

#include "base/buffer.h"
#include "base/status.h"
#include "recognize/recognize.h"

#include <jansson.h>

/* Append the answer to request_id, a success or an error. encoder: what made it. AG_ENOMEM. */
AG_MUST_USE ag_status ag_answer_json_write(ag_buffer *out, const char *request_id,
                                           const ag_answer *answer, const char *encoder,
                                           ag_err *err);

/* Append an error answer alone. AG_ENOMEM. */
AG_MUST_USE ag_status ag_answer_json_write_error(ag_buffer *out, const char *request_id,
                                                 const ag_err *reason, ag_err *err);

/* The answer's works as a JSON array, best first, each {artwork_id, artist, title, …, similarity};
 * from candidate `first` on. Owned by the caller; NULL when memory is out. */
json_t *ag_answer_json_candidates(const ag_answer *answer, size_t first);

#endif
