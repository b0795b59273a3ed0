#include "evaluate/evaluate.h"

#include "base/memory.h"

#include <stdlib.h>

static void answered(void *context, const ag_trial *trial, const ag_answer *answer, bool was_asked)
{
    ag_evaluation *evaluation = context;
    ag_tally_add(&evaluation->tally, trial, answer);
    if (was_asked)
        ag_tally_add_timings(&evaluation->tally, &answer->timings);
    else
        evaluation->refused++;
}

static void failed(void *context, const char *photo, const char *reason)
{
    ag_evaluation *evaluation = context;
    const size_t count = evaluation->failed;
    if ((count & (count - 1)) == 0) { /* room doubles whenever a power of two is full */
        char **grown =
            ag_try_realloc(evaluation->failures, count > 0 ? 2 * count : 1, sizeof *grown);
        if (grown == NULL)
            ag_memory_abort();
        evaluation->failures = grown;
    }
    evaluation->failures[evaluation->failed++] = ag_xasprintf("%s: %s", photo, reason);
}

ag_status ag_evaluate(ag_evaluation *out, const ag_engine *engine, const ag_photo_source *source,
                      const ag_ask_options *options, ag_err *err)
{
    ag_evaluation evaluation = {.photos = source->count};
    const ag_ask_listener listener = {&evaluation, answered, failed};
    ag_status status = ag_ask(engine, source, options, &listener, err);
    if (status == AG_OK)
        *out = evaluation;
    else
        ag_evaluation_fini(&evaluation);
    return status;
}

void ag_evaluation_fini(ag_evaluation *evaluation)
{
    ag_tally_fini(&evaluation->tally);
    for (size_t i = 0; i < evaluation->failed; i++)
        free(evaluation->failures[i]);
    free(evaluation->failures);
    *evaluation = (ag_evaluation){0};
}
