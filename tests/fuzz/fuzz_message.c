/* Requests as other programs may write them. */
#include "broker/message.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_text(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* What was read must be written and read again as the same. Times are left out: a year 10000 can be
 * reached by a time zone, and not be written. */
static void check_round_trip(ag_request *request)
{
    request->timestamp_us = request->deadline_us = 0;
    ag_buffer json = {0};
    ag_request again;
    ag_arena *arena = ag_arena_create(0);
    if (ag_request_write(&json, request, NULL) != AG_OK ||
        ag_request_read(&again, arena, json.data, json.length, NULL) != AG_OK ||
        strcmp(again.request_id, request->request_id) != 0 ||
        again.image_length != request->image_length ||
        memcmp(again.image, request->image, again.image_length) != 0 ||
        !is_same_text(again.exhibition, request->exhibition) ||
        !is_same_text(again.room, request->room) || again.is_limited != request->is_limited)
        abort();
    ag_arena_destroy(arena);
    ag_buffer_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ag_arena *arena = ag_arena_create(0);
    ag_request request;
    ag_status status = ag_request_read(&request, arena, data, size, NULL);
    if (status == AG_OK)
        check_round_trip(&request);
    else if (request.request_id != NULL &&
             !ag_request_id_is_valid(request.request_id, strlen(request.request_id)))
        abort();
    ag_arena_destroy(arena);
    return 0;
}
