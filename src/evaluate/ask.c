#include "evaluate/ask.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/progress.h"
#include "evaluate/twins.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One photo of a batch and what became of it. */
typedef struct item {
    ag_known_photo photo;
    ag_status status;
    ag_err err;
} item;

typedef struct asking {
    const ag_engine *engine;
    const ag_photo_source *source;
    const ag_ask_options *options;
    const ag_ask_listener *listener;
    size_t first; /* photo that the batch starts with */
    item *items;  /* options->batch of them, as queries and answers */
    ag_query *queries;
    ag_answer *answers;
    bool **masks; /* options->batch of them: a flag for each work, all true between batches */
    ag_twin_finder *twins;
    ag_arena *arena;
    ag_progress *progress;
} asking;

/* A job: have photo i of the batch, and check it as the door does. */
static void take_photo(void *context, size_t i)
{
    asking *a = context;
    item *it = &a->items[i];
    ag_image_info info;

    it->status = ag_photo_source_take(a->source, &it->photo, a->first + i, &it->err);
    if (it->status == AG_OK)
        it->status = ag_image_check(&info, it->photo.bytes.data, it->photo.bytes.length,
                                    &a->options->limits, &it->err);
}

/* Is this photo asked again? Multiples of the golden ratio fall evenly everywhere, and beat with no
 * number of levels or photos of a work. */
static bool is_held_out(const asking *a, size_t photo)
{
    double whole;
    return modf((double)(photo + 1) * 0.61803398874989485, &whole) < a->options->hold_out;
}

/* Let a photo's own work and its twins be found, or not. */
static void allow(bool *mask, const ag_trial *trial, bool is_allowed)
{
    mask[trial->work] = is_allowed;
    for (size_t i = 0; i < trial->twin_count; i++)
        mask[trial->twins[i]] = is_allowed;
}

/* Answer the batch's photos whose place is in places. */
static void recognise(asking *a, const size_t *places, size_t count, bool is_without_own)
{
    for (size_t q = 0; q < count; q++) {
        const ag_known_photo *photo = &a->items[places[q]].photo;
        a->queries[q] = (ag_query){
            .image = photo->bytes.data,
            .image_length = photo->bytes.length,
            .allowed = is_without_own ? a->masks[q] : NULL,
        };
        if (is_without_own)
            allow(a->masks[q], &photo->about, false);
    }
    ag_recognize(a->engine->recognizer, a->answers, a->queries, count, a->arena);
    for (size_t q = 0; q < count && is_without_own; q++)
        allow(a->masks[q], &a->items[places[q]].photo.about, true);
}

static void tell(const asking *a, item *it, const ag_answer *answer, bool is_without_own)
{
    ag_trial trial = it->photo.about;
    trial.is_held_out = is_without_own;
    it->status = answer->status; /* what failed is not asked again */
    if (answer->status != AG_OK)
        a->listener->failed(a->listener->context, trial.photo, answer->err.message);
    else
        a->listener->answered(a->listener->context, &trial, answer, true);
}

/* Ask about the photos of the batch that are to be asked, with their works or without. */
static void ask_batch(asking *a, size_t *places, size_t count, bool is_without_own)
{
    size_t asked = 0;
    for (size_t i = 0; i < count; i++) {
        const item *it = &a->items[i];
        if (it->status == AG_OK &&
            (!is_without_own || (it->photo.about.work != SIZE_MAX && is_held_out(a, a->first + i))))
            places[asked++] = i;
    }
    if (asked > 0)
        recognise(a, places, asked, is_without_own);
    for (size_t q = 0; q < asked; q++)
        tell(a, &a->items[places[q]], &a->answers[q], is_without_own);
    ag_arena_clear(a->arena);
}

/* Tell of what did not come as far as being asked. */
static void tell_refused(const asking *a, size_t count)
{
    static const ag_answer NOTHING = {.match = AG_MATCH_UNKNOWN};
    const ag_ask_listener *listener = a->listener;
    for (size_t i = 0; i < count; i++) {
        const item *it = &a->items[i];
        if (it->status == AG_EQUALITY)
            listener->answered(listener->context, &it->photo.about, &NOTHING, false);
        else if (it->status != AG_OK)
            listener->failed(listener->context, it->photo.name, it->err.message);
    }
}

static ag_status find_twins(asking *a, size_t count, ag_err *err)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < count && status == AG_OK; i++)
        if (a->items[i].status == AG_OK)
            status = ag_twin_finder_run(a->twins, &a->items[i].photo.about, err);
    return status;
}

static ag_status save_batch(const asking *a, size_t count, ag_err *err)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < count && status == AG_OK && a->options->saver != NULL; i++)
        if (a->items[i].photo.bytes.length > 0)
            status = ag_photo_saver_add(a->options->saver, &a->items[i].photo, err);
    return status;
}

static ag_status run_batch(asking *a, size_t *places, size_t count, ag_err *err)
{
    ag_workers_for_each(a->engine->workers, take_photo, a, count);
    ag_status status = save_batch(a, count, err);
    if (status == AG_OK)
        status = find_twins(a, count, err);
    if (status == AG_OK) {
        tell_refused(a, count);
        ask_batch(a, places, count, false);
        ask_batch(a, places, count, true);
    }
    for (size_t i = 0; i < count; i++)
        ag_known_photo_fini(&a->items[i].photo);
    ag_progress_add(a->progress, count);
    return status;
}

static ag_status prepare(asking *a, ag_err *err)
{
    const ag_gallery *gallery = ag_collection_gallery(a->engine->collection);
    const size_t works = ag_collection_info_of(a->engine->collection)->count;
    a->masks = ag_xcalloc(a->options->batch, sizeof *a->masks);
    for (size_t q = 0; q < a->options->batch; q++) {
        a->masks[q] = ag_try_malloc(works, sizeof(bool));
        if (a->masks[q] == NULL)
            return ag_err_set(err, AG_ENOMEM, "no memory to leave out works of %zu", works);
        memset(a->masks[q], true, works);
    }
    a->twins = ag_twin_finder_create(gallery);
    return AG_OK;
}

static void asking_fini(asking *a)
{
    for (size_t q = 0; q < a->options->batch && a->masks != NULL; q++)
        free(a->masks[q]);
    free(a->masks);
    ag_twin_finder_destroy(a->twins);
    free(a->items);
    free(a->queries);
    free(a->answers);
    ag_arena_destroy(a->arena);
    ag_progress_destroy(a->progress);
}

ag_status ag_ask(const ag_engine *engine, const ag_photo_source *source,
                 const ag_ask_options *options, const ag_ask_listener *listener, ag_err *err)
{
    const size_t batch = options->batch;
    asking a = {
        .engine = engine,
        .source = source,
        .options = options,
        .listener = listener,
        .items = ag_xcalloc(batch, sizeof *a.items),
        .queries = ag_xcalloc(batch, sizeof *a.queries),
        .answers = ag_xcalloc(batch, sizeof *a.answers),
        .arena = ag_arena_create(0),
        .progress =
            ag_progress_create(options->progress_stream, options->label, "photos", source->count),
    };
    size_t *places = ag_xcalloc(batch, sizeof *places);
    ag_status status = prepare(&a, err);
    while (a.first < source->count && status == AG_OK) {
        const size_t left = source->count - a.first;
        const size_t count = left < batch ? left : batch;
        status = run_batch(&a, places, count, err);
        a.first += count;
    }
    free(places);
    asking_fini(&a);
    return status;
}
