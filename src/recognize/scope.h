/* What hangs where: the rows that an exhibition and a room have. Immutable once created; any
 * thread. */
#ifndef AG_RECOGNIZE_SCOPE_H
#define AG_RECOGNIZE_SCOPE_H

#include "base/status.h"
#include "collection/collection.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ag_scope ag_scope;

/* An index of the collection's exhibitions and rooms. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_scope_create(ag_scope **out, const ag_collection *collection, ag_err *err);
void ag_scope_destroy(ag_scope *scope);

/* Clear the flags of rows that hang elsewhere; flags: one for each row. Capitals, accents and
 * separators do not count; a name that is NULL or "" is no matter. Returns how many flags are left.
 */
size_t ag_scope_restrict(const ag_scope *scope, bool *flags, const char *exhibition,
                         const char *room);

#endif
