/* One result of a vector search. */
#ifndef AG_COLLECTION_HIT_H
#define AG_COLLECTION_HIT_H

#include <stddef.h>

typedef struct ag_hit {
    size_t row;  /* artwork; SIZE_MAX: there are not that many */
    float score; /* cosine similarity, higher is better, whatever the index's own metric (the index
                    holds unit vectors: cosine = 1 - L2² / 2 = inner product) */
} ag_hit;

/* Where row is SIZE_MAX. */
#define AG_HIT_NO_SCORE -1.0f

#endif
