/* The requests whose answers an interface waits for: a set of request ids. Any thread. */
#ifndef AG_BROKER_WAITING_H
#define AG_BROKER_WAITING_H

#include "broker/message.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ag_waiting ag_waiting;

/* A request id, NUL-terminated. */
typedef struct ag_waiting_id {
    char text[AG_REQUEST_ID_MAX + 1]; /* at most AG_REQUEST_ID_MAX characters */
} ag_waiting_id;

ag_waiting *ag_waiting_create(void);
void ag_waiting_destroy(ag_waiting *waiting);

/* Wait for id (1…AG_REQUEST_ID_MAX characters); nothing changes when it is waited for already. */
void ag_waiting_add(ag_waiting *waiting, const char *id);

/* Wait no more. Was it waited for? So that of several answers one is delivered. */
bool ag_waiting_remove(ag_waiting *waiting, const char *id);

/* All ids at this moment, in no order: *count of them, owned by the caller (free). NULL for none.
 */
ag_waiting_id *ag_waiting_list(ag_waiting *waiting, size_t *count);

#endif
