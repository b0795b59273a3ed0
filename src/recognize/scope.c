#include "recognize/scope.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"
#include "collection/fold.h"

#include <stdint.h>
#include <stdlib.h>

/* Names are compared by their digests: two of a house's exhibitions sharing 64 bits is not worth
 * keeping the names. 0 is no name. */
typedef struct place {
    uint64_t exhibition, room;
} place;

struct ag_scope {
    place *places; /* one for each row */
    size_t count;
};

/* Of the folded name, or where folding leaves nothing ("???"), of the name as it is: it must not
 * pass for none. */
static uint64_t digest_of(const char *name)
{
    ag_buffer folded = {0};
    ag_fold_slug(&folded, name);
    if (folded.length == 0)
        ag_buffer_printf(&folded, "%s", name);
    const uint64_t digest = folded.length > 0 ? ag_fnv1a(folded.data, folded.length) : 0;
    ag_buffer_fini(&folded);
    return digest;
}

ag_status ag_scope_create(ag_scope **out, const ag_collection *collection, ag_err *err)
{
    ag_scope *scope = ag_xcalloc(1, sizeof *scope);
    scope->count = ag_collection_info_of(collection)->count;
    scope->places = ag_try_malloc(scope->count, sizeof *scope->places);
    if (!scope->places) {
        ag_scope_destroy(scope);
        return ag_err_set(err, AG_ENOMEM, "not enough memory for %zu works' rooms", scope->count);
    }
    for (size_t row = 0; row < scope->count; row++) {
        const ag_artwork *artwork = ag_collection_artwork(collection, row);
        scope->places[row] = (place){digest_of(artwork->exhibition), digest_of(artwork->room)};
    }
    *out = scope;
    return AG_OK;
}

void ag_scope_destroy(ag_scope *scope)
{
    if (!scope)
        return;
    free(scope->places);
    free(scope);
}

size_t ag_scope_restrict(const ag_scope *scope, bool *flags, const char *exhibition,
                         const char *room)
{
    const place wanted = {exhibition ? digest_of(exhibition) : 0, room ? digest_of(room) : 0};
    size_t left = 0;
    for (size_t row = 0; row < scope->count; row++) {
        const place *here = &scope->places[row];
        if ((wanted.exhibition && here->exhibition != wanted.exhibition) ||
            (wanted.room && here->room != wanted.room))
            flags[row] = false;
        left += flags[row];
    }
    return left;
}
