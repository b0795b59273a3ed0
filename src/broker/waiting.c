#include "broker/waiting.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Chains stay short for the thousands of requests that an interface lets in. */
#define BUCKETS 1024

typedef struct entry {
    struct entry *next; /* in the same bucket */
    ag_waiting_id id;
} entry;

struct ag_waiting {
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        entry *buckets[BUCKETS];
        size_t count; /* entries in all buckets */
    } shared;
};

ag_waiting *ag_waiting_create(void)
{
    ag_waiting *waiting = ag_xcalloc(1, sizeof *waiting);
    pthread_mutex_init(&waiting->shared.mutex, NULL);
    return waiting;
}

void ag_waiting_destroy(ag_waiting *waiting)
{
    if (waiting == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (entry *next, *at = waiting->shared.buckets[i]; at != NULL; at = next) {
            next = at->next;
            free(at);
        }
    }
    pthread_mutex_destroy(&waiting->shared.mutex);
    free(waiting);
}

/* The link that points to id's entry, or to the NULL where it would be added. Mutex held. */
static entry **find(ag_waiting *waiting, const char *id)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = id; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    entry **link = &waiting->shared.buckets[hash % BUCKETS];
    while (*link != NULL && strcmp((*link)->id.text, id) != 0)
        link = &(*link)->next;
    return link;
}

void ag_waiting_add(ag_waiting *waiting, const char *id)
{
    pthread_mutex_lock(&waiting->shared.mutex);
    entry **link = find(waiting, id);
    if (*link == NULL) {
        *link = ag_xcalloc(1, sizeof **link);
        strncpy((*link)->id.text, id, AG_REQUEST_ID_MAX);
        waiting->shared.count++;
    }
    pthread_mutex_unlock(&waiting->shared.mutex);
}

bool ag_waiting_remove(ag_waiting *waiting, const char *id)
{
    pthread_mutex_lock(&waiting->shared.mutex);
    entry **link = find(waiting, id);
    entry *found = *link;
    if (found != NULL) {
        *link = found->next;
        waiting->shared.count--;
    }
    pthread_mutex_unlock(&waiting->shared.mutex);
    free(found);
    return found != NULL;
}

ag_waiting_id *ag_waiting_list(ag_waiting *waiting, size_t *count)
{
    ag_waiting_id *ids = NULL;
    pthread_mutex_lock(&waiting->shared.mutex);
    *count = 0;
    if (waiting->shared.count > 0)
        ids = ag_xcalloc(waiting->shared.count, sizeof *ids);
    for (size_t i = 0; i < BUCKETS && ids != NULL; i++) {
        for (const entry *at = waiting->shared.buckets[i]; at != NULL; at = at->next)
            ids[(*count)++] = at->id;
    }
    pthread_mutex_unlock(&waiting->shared.mutex);
    return ids;
}
