#include "collection/index_file.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "FAISS writes its files in the machine's byte order; every file in use is little-endian"
#endif

/* What FAISS writes where older versions had fields; it ignores them when reading. */
#define UNUSED_FIELD (INT64_C(1) << 20)

/* The header as it stands in the file, where nothing is aligned. */
typedef struct __attribute__((packed)) flat_header {
    char fourcc[4];     /* "IxFI": inner product, "IxF2": L2 */
    int32_t dimension;  /* floats in a vector */
    int64_t count;      /* vectors */
    int64_t unused[2];  /* UNUSED_FIELD */
    uint8_t is_trained; /* 1 */
    int32_t metric;     /* FAISS's MetricType: 0 inner product, 1 L2 */
    uint64_t floats;    /* count × dimension; the floats follow */
} flat_header;

static ag_status check_header(const flat_header *header, ag_err *err)
{
    const bool is_l2 = memcmp(header->fourcc, "IxF2", 4) == 0;
    const int32_t metric = header->metric;

    if (metric != (is_l2 ? 1 : 0))
        return ag_err_set(err, AG_EFORMAT, "the index names metric %d, which is not its kind's",
                          metric);
    if (header->is_trained != 1)
        return ag_err_set(err, AG_EFORMAT, "the index says that it is not trained");
    if (header->dimension < 1 || header->dimension > AG_INDEX_FILE_MAX_DIMENSION)
        return ag_err_set(err, AG_EFORMAT, "the index claims vectors of %d numbers",
                          (int)header->dimension);
    if (header->count < 0)
        return ag_err_set(err, AG_EFORMAT, "the index claims %lld vectors",
                          (long long)header->count);
    return AG_OK;
}

ag_status ag_index_file_parse(ag_index_file *out, const void *bytes, size_t length, ag_err *err)
{
    flat_header header;
    size_t row_bytes, all_bytes;

    if (length < sizeof header.fourcc)
        return ag_err_set(err, AG_EFORMAT, "the index has only %zu bytes", length);
    if (memcmp(bytes, "IxF2", 4) != 0 && memcmp(bytes, "IxFI", 4) != 0)
        return ag_err_set(err, AG_EUNSUPPORTED, "not a flat index of L2 or inner product");
    if (length < sizeof header)
        return ag_err_set(err, AG_EFORMAT, "the index ends inside its header");
    memcpy(&header, bytes, sizeof header);
    ag_status status = check_header(&header, err);
    if (status)
        return status;

    if (!ag_size_mul(&row_bytes, (size_t)header.dimension, sizeof(float)) ||
        !ag_size_mul(&all_bytes, (size_t)header.count, row_bytes) ||
        all_bytes != length - sizeof header || header.floats != all_bytes / sizeof(float))
        return ag_err_set(
            err, AG_EFORMAT,
            "the index claims %lld vectors of %d numbers, which its %zu bytes do not hold",
            (long long)header.count, (int)header.dimension, length);
    *out = (ag_index_file){
        .rows = (const uint8_t *)bytes + sizeof header,
        .count = (size_t)header.count,
        .dimension = (uint32_t)header.dimension,
        .metric = header.metric == 1 ? AG_METRIC_L2 : AG_METRIC_INNER_PRODUCT,
    };
    return AG_OK;
}

ag_status ag_index_file_write(const char *path, const ag_index_file *index, ag_err *err)
{
    const bool is_l2 = index->metric == AG_METRIC_L2;
    const size_t floats = index->count * index->dimension;
    flat_header header = {
        .dimension = (int32_t)index->dimension,
        .count = (int64_t)index->count,
        .unused = {UNUSED_FIELD, UNUSED_FIELD},
        .is_trained = 1,
        .metric = is_l2 ? 1 : 0,
        .floats = floats,
    };
    memcpy(header.fourcc, is_l2 ? "IxF2" : "IxFI", sizeof header.fourcc);

    FILE *file = fopen(path, "wbe");
    if (!file)
        return ag_err_set_errno(err, errno, "cannot write %s", path);
    bool written = fwrite(&header, sizeof header, 1, file) == 1 &&
                   fwrite(index->rows, sizeof(float), floats, file) == floats;
    int problem = written ? 0 : errno;
    if (fclose(file) != 0 && written)
        problem = errno;
    return problem ? ag_err_set_errno(err, problem, "cannot write %s", path) : AG_OK;
}
