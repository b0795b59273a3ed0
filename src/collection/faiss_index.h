/* Vector indexes of every kind that FAISS knows (Douze et al., arXiv:2401.08281).
 *
 * FAISS trusts the files it reads. Here single sizes are held to what the file can contain, and the
 * graphs, lists and codes of the common kinds (HNSW, IVF, PQ, SQ, with or without a transform) are
 * checked before they are searched. What FAISS does while it reads is its own: it may ask for much
 * memory, lose some when it then refuses the file, and divide by a product quantiser's zero. An
 * index of unknown origin is best rebuilt. No exception leaves this module. */
#ifndef AG_COLLECTION_FAISS_INDEX_H
#define AG_COLLECTION_FAISS_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* The headers of the C areas too are C to the one file of C++. */
#ifdef __cplusplus
extern "C" {
#endif

#include "base/status.h"
#include "collection/hit.h"
#include "collection/index_file.h"

typedef struct ag_faiss_index ag_faiss_index;

/* What is in an index. */
typedef struct ag_faiss_info {
    size_t count;       /* vectors */
    uint32_t dimension; /* floats in a vector */
    char kind[64];      /* for people: "faiss HNSW32, efSearch 128" */
} ag_faiss_info;

/* Make an index of `kind` (FAISS's index_factory: "HNSW32", "IVF64,Flat", …) with the vectors, and
 * write it to path, in place. AG_EINVAL when FAISS refuses the kind or has too few vectors to train
 * it. */
AG_MUST_USE ag_status ag_faiss_index_write(const char *path, const char *kind,
                                           const ag_index_file *vectors, ag_err *err);

/* Would ag_faiss_index_write know the kind, and are there vectors enough for its lists? Looks at
 * all but the rows. AG_EINVAL. */
AG_MUST_USE ag_status ag_faiss_index_check(const char *kind, const ag_index_file *vectors,
                                           ag_err *err);

/* Load an index from the bytes of a file. AG_EFORMAT (damaged, or measuring neither L2 nor inner
 * product), AG_ENOMEM. *out is owned: ag_faiss_index_close. */
AG_MUST_USE ag_status ag_faiss_index_open(ag_faiss_index **out, const void *bytes, size_t length,
                                          ag_err *err);
void ag_faiss_index_close(ag_faiss_index *index);

/* Borrowed until ag_faiss_index_close. */
const ag_faiss_info *ag_faiss_index_info(const ag_faiss_index *index);

/* As ag_flat_search, as exact as the index is. Any thread. AG_ENOMEM, AG_EUNSUPPORTED. */
AG_MUST_USE ag_status ag_faiss_index_search(const ag_faiss_index *index, ag_hit *hits,
                                            const float *queries, size_t B, size_t k, ag_err *err);

#ifdef __cplusplus
}
#endif

#endif
