/* A broker for tests: says what it is told to say. One thread. */
#ifndef AG_TESTS_FAKE_BROKER_H
#define AG_TESTS_FAKE_BROKER_H

#include "broker/broker.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct fake_broker {
    ag_broker_stats stats; /* what it answers */
    size_t away_first;     /* so many questions find it away */
    size_t away_after;     /* away again after so many questions; 0: never */
    size_t asked;          /* questions so far */
    size_t purged;         /* purges so far */
    atomic_bool *stop;     /* set at question stop_after; may be NULL */
    size_t stop_after;
} fake_broker;

/* Two AI servers, the second with a hostile name; on the heap. */
fake_broker *fake_broker_create(void);

/* What was written to a file made by tmpfile(); owned by the caller, NUL-terminated. */
char *fake_broker_read_back(FILE *file);

#endif
