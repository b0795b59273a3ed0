#include "collection/faiss_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/VectorTransform.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

struct ag_faiss_index {
    std::unique_ptr<faiss::Index> index;
    ag_faiss_info info;
};

namespace
{

/* Candidates kept while walking an HNSW graph: finds the true neighbours of CLIP's vectors nearly
 * always, in a fraction of a millisecond. */
constexpr int EF_SEARCH = 128;
/* Lists of an IVF index that are scanned: a quarter, and at least this many. */
constexpr size_t MIN_PROBES = 8;

/* A number in a file up to this is never taken for a hostile size (FAISS writes it where fields
 * were). */
constexpr uint64_t HARMLESS_SIZE = uint64_t(1) << 20;

/* FAISS allocates what a vector's length field says before it reads the vector. Lengths come as
 * single 8-byte items; one that the rest of the file cannot hold is refused here, before it is
 * believed. */
class GuardedReader : public faiss::IOReader
{
  public:
    GuardedReader(const void *bytes, size_t length)
        : next_(static_cast<const uint8_t *>(bytes)), left_(length)
    {
        name = "index";
    }

    size_t operator()(void *out, size_t size, size_t count) override
    {
        if (size == 0 || count == 0)
            return 0;
        const size_t items = std::min(count, left_ / size);
        std::memcpy(out, next_, items * size);
        next_ += items * size;
        left_ -= items * size;
        if (size == sizeof(uint64_t) && count == 1 && items == 1)
            check_size(out);
        return items;
    }

  private:
    void check_size(const void *item) const
    {
        uint64_t value;
        std::memcpy(&value, item, sizeof value);
        if (value > HARMLESS_SIZE && value > left_)
            throw std::runtime_error("a size in the index is larger than the file");
    }

    const uint8_t *next_;
    size_t left_;
};

void require(bool condition, const char *message)
{
    if (!condition)
        throw std::runtime_error(message);
}

/* An enum or bool as the number that stands there: a file may have put any. */
template <typename Field> int number_in(const Field &field)
{
    int number = 0;
    static_assert(sizeof field <= sizeof number, "FAISS's enums are ints");
    std::memcpy(&number, &field, sizeof field);
    return number;
}

/* Every link of the graph leads to a vector that exists and has links at that level. */
void check_hnsw_links(const faiss::HNSW &hnsw, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int level = 0; level < hnsw.levels[i]; level++) {
            const size_t begin = hnsw.offsets[i] + size_t(hnsw.cum_nneighbor_per_level[level]);
            const size_t end = hnsw.offsets[i] + size_t(hnsw.cum_nneighbor_per_level[level + 1]);
            for (size_t link = begin; link < end; link++) {
                const auto to = hnsw.neighbors[link];
                require(to >= -1 && (to < 0 || size_t(to) < count), "a link leads nowhere");
                require(to < 0 || hnsw.levels[to] > level, "a link leads to a missing level");
            }
        }
    }
}

void check_hnsw(const faiss::IndexHNSW &index)
{
    const faiss::HNSW &hnsw = index.hnsw;
    const size_t count = size_t(index.ntotal);
    const auto &cumulated = hnsw.cum_nneighbor_per_level;

    require(index.storage && index.storage->ntotal == index.ntotal && index.storage->d == index.d,
            "the graph's vectors are missing");
    require(hnsw.levels.size() == count && hnsw.offsets.size() == count + 1 &&
                hnsw.offsets[0] == 0 && hnsw.offsets[count] == hnsw.neighbors.size() &&
                !cumulated.empty() && cumulated[0] == 0 &&
                std::is_sorted(cumulated.begin(), cumulated.end()),
            "the graph's tables do not fit together");
    for (size_t i = 0; i < count; i++) {
        require(hnsw.levels[i] >= 1 && size_t(hnsw.levels[i]) < cumulated.size(),
                "a vector has an impossible level");
        require(hnsw.offsets[i] <= hnsw.offsets[i + 1] &&
                    hnsw.offsets[i + 1] - hnsw.offsets[i] == size_t(cumulated[hnsw.levels[i]]),
                "the graph's tables do not fit together");
    }
    check_hnsw_links(hnsw, count);
    require(count == 0 || (hnsw.entry_point >= 0 && size_t(hnsw.entry_point) < count &&
                           hnsw.max_level >= 0 && hnsw.max_level < hnsw.levels[hnsw.entry_point]),
            "the graph has no entrance");
}

void check_sq(const faiss::ScalarQuantizer &sq, int d, size_t code_size)
{
    using Sq = faiss::ScalarQuantizer;
    const int type = number_in(sq.qtype);
    const bool is_uniform = type == Sq::QT_8bit_uniform || type == Sq::QT_4bit_uniform;
    const bool has_ranges = type == Sq::QT_8bit || type == Sq::QT_4bit || type == Sq::QT_6bit;
    const size_t trained = is_uniform ? 2 : has_ranges ? 2 * size_t(d) : 0;

    require(type >= Sq::QT_8bit && type <= Sq::QT_6bit, "an unknown kind of codes");
    require(sq.d == size_t(d) && sq.code_size == code_size && sq.trained.size() == trained &&
                sq.code_size >= (sq.d * sq.bits + 7) / 8,
            "the codes do not fit together");
}

void check_pq(const faiss::ProductQuantizer &pq, int d, size_t code_size)
{
    require(pq.d == size_t(d) && pq.M > 0 && pq.M * pq.dsub == pq.d && pq.nbits > 0 &&
                pq.nbits <= 16 && pq.ksub == size_t(1) << pq.nbits && pq.code_size == code_size &&
                pq.code_size == (pq.nbits * pq.M + 7) / 8 && pq.centroids.size() == pq.d * pq.ksub,
            "the codes do not fit together");
}

void check_codes(const faiss::IndexFlatCodes &index)
{
    require(index.code_size > 0 && index.codes.size() / index.code_size == size_t(index.ntotal) &&
                index.codes.size() % index.code_size == 0,
            "the vectors are not all there");
    if (const auto *sq = dynamic_cast<const faiss::IndexScalarQuantizer *>(&index))
        check_sq(sq->sq, index.d, index.code_size);
    else if (const auto *pq = dynamic_cast<const faiss::IndexPQ *>(&index))
        check_pq(pq->pq, index.d, index.code_size);
    else if (dynamic_cast<const faiss::IndexFlat *>(&index))
        require(index.code_size == size_t(index.d) * sizeof(float), "the vectors are cut short");
}

void check_ivf(const faiss::IndexIVF &index)
{
    require(index.quantizer && size_t(index.quantizer->ntotal) == index.nlist &&
                index.quantizer->d == index.d && index.nlist > 0,
            "the lists have no centres");
    require(index.invlists && index.invlists->nlist == index.nlist &&
                index.invlists->code_size == index.code_size,
            "the lists do not fit together");
    if (dynamic_cast<const faiss::IndexIVFFlat *>(&index))
        require(index.code_size == size_t(index.d) * sizeof(float), "the vectors are cut short");
    else if (const auto *pq = dynamic_cast<const faiss::IndexIVFPQ *>(&index))
        check_pq(pq->pq, index.d, index.code_size);
    else if (const auto *sq = dynamic_cast<const faiss::IndexIVFScalarQuantizer *>(&index))
        check_sq(sq->sq, index.d, index.code_size);
}

/* Each transform takes what the one before it gives. */
void check_transforms(const faiss::IndexPreTransform &index)
{
    int d = index.d;

    for (const faiss::VectorTransform *step : index.chain) {
        require(step->d_in == d && step->d_out > 0 && step->d_out <= AG_INDEX_FILE_MAX_DIMENSION,
                "the transforms do not fit together");
        d = step->d_out;
        if (const auto *linear = dynamic_cast<const faiss::LinearTransform *>(step))
            require(
                linear->A.size() == size_t(linear->d_in) * size_t(linear->d_out) &&
                    (!number_in(linear->have_bias) || linear->b.size() == size_t(linear->d_out)),
                "a transform is cut short");
    }
    require(index.index && index.index->d == d && index.index->ntotal == index.ntotal,
            "the transformed vectors are missing");
}

/* What every index has. */
void check_header(const faiss::Index &index)
{
    const int metric = number_in(index.metric_type);

    require(index.d > 0 && index.d <= AG_INDEX_FILE_MAX_DIMENSION && index.ntotal >= 0 &&
                number_in(index.is_trained) == 1,
            "the index's header is not possible");
    require(metric == faiss::METRIC_L2 || metric == faiss::METRIC_INNER_PRODUCT,
            "the index measures neither L2 nor inner product");
}

/* Check what will be walked, choose how far, and say so for people. */
void prepare(faiss::Index &index, ag_faiss_info *info)
{
    check_header(index);
    std::snprintf(info->kind, sizeof info->kind, "faiss");
    if (auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(&index)) {
        check_hnsw(*hnsw);
        prepare(*hnsw->storage, info);
        hnsw->hnsw.efSearch = EF_SEARCH;
        std::snprintf(info->kind, sizeof info->kind, "faiss HNSW%d, efSearch %d",
                      hnsw->hnsw.nb_neighbors(1), EF_SEARCH);
    } else if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(&index)) {
        check_ivf(*ivf);
        prepare(*ivf->quantizer, info);
        ivf->nprobe = std::min(ivf->nlist, std::max(MIN_PROBES, ivf->nlist / 4));
        std::snprintf(info->kind, sizeof info->kind, "faiss IVF%zu, nprobe %zu", ivf->nlist,
                      ivf->nprobe);
    } else if (auto *transform = dynamic_cast<faiss::IndexPreTransform *>(&index)) {
        check_transforms(*transform);
        prepare(*transform->index, info);
    } else if (const auto *codes = dynamic_cast<const faiss::IndexFlatCodes *>(&index)) {
        check_codes(*codes);
    }
    info->count = size_t(index.ntotal);
    info->dimension = uint32_t(index.d);
}

/* FAISS puts "Error in <signature> at <file>:<line>: " before what a person wants to know. */
const char *plain_message(const char *message)
{
    const char *tail = std::strstr(message, "' failed: ");
    if (tail)
        return tail + std::strlen("' failed: ");
    tail = std::strstr(message, ".cpp:");
    tail = tail ? std::strstr(tail, ": ") : nullptr;
    return tail ? tail + 2 : message;
}

/* Run work and turn any exception into a status. */
template <typename Work> ag_status guarded(ag_status otherwise, ag_err *err, Work work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return ag_err_set(err, AG_ENOMEM, "not enough memory for the index");
    } catch (const std::length_error &) {
        return ag_err_set(err, AG_EFORMAT, "the index claims an impossible size");
    } catch (const std::exception &problem) {
        return ag_err_set(err, otherwise, "%s", plain_message(problem.what()));
    } catch (...) {
        return ag_err_set(err, otherwise, "FAISS failed without saying why");
    }
}

/* An untrained index of a kind for `count` vectors. */
std::unique_ptr<faiss::Index> make_index(const char *kind, const ag_index_file &vectors)
{
    const auto metric =
        vectors.metric == AG_METRIC_L2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
    std::unique_ptr<faiss::Index> index(faiss::index_factory(int(vectors.dimension), kind, metric));

    if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(index.get())) {
        if (ivf->nlist > vectors.count)
            throw std::runtime_error("its " + std::to_string(ivf->nlist) +
                                     " lists need at least as many vectors");
        /* FAISS prints a warning below 39 vectors a list; small museums have small lists. */
        ivf->cp.min_points_per_centroid = 1;
    }
    return index;
}

} // namespace

ag_status ag_faiss_index_check(const char *kind, const ag_index_file *vectors, ag_err *err)
{
    ag_status status = guarded(AG_EINVAL, err, [&] {
        make_index(kind, *vectors);
        return AG_OK;
    });
    if (status)
        ag_err_prefix(err, "index kind %s with %zu vectors", kind, vectors->count);
    return status;
}

ag_status ag_faiss_index_write(const char *path, const char *kind, const ag_index_file *vectors,
                               ag_err *err)
{
    const auto *rows = static_cast<const float *>(vectors->rows);
    const auto count = faiss::Index::idx_t(vectors->count);
    std::unique_ptr<faiss::Index> index;

    ag_status status = guarded(AG_EINVAL, err, [&] {
        index = make_index(kind, *vectors);
        index->train(count, rows);
        index->add(count, rows);
        return AG_OK;
    });
    if (status) {
        ag_err_prefix(err, "index kind %s with %zu vectors", kind, vectors->count);
        return status;
    }
    return guarded(AG_EIO, err, [&] {
        /* A file of our own: FAISS only prints that closing its own failed, as on a full disk. */
        FILE *file = std::fopen(path, "wbe");
        if (!file)
            return ag_err_set_errno(err, errno, "cannot write %s", path);
        std::unique_ptr<FILE, int (*)(FILE *)> closer(file, std::fclose);
        faiss::write_index(index.get(), file);
        if (std::fflush(file) != 0)
            return ag_err_set_errno(err, errno, "cannot write %s", path);
        return AG_OK;
    });
}

ag_status ag_faiss_index_open(ag_faiss_index **out, const void *bytes, size_t length, ag_err *err)
{
    return guarded(AG_EFORMAT, err, [&] {
        auto opened = std::make_unique<ag_faiss_index>();
        GuardedReader reader(bytes, length);
        opened->index.reset(faiss::read_index(&reader));

        prepare(*opened->index, &opened->info);
        *out = opened.release();
        return AG_OK;
    });
}

void ag_faiss_index_close(ag_faiss_index *index)
{
    delete index;
}

const ag_faiss_info *ag_faiss_index_info(const ag_faiss_index *index)
{
    return &index->info;
}

ag_status ag_faiss_index_search(const ag_faiss_index *index, ag_hit *hits, const float *queries,
                                size_t B, size_t k, ag_err *err)
{
    if (B == 0 || k == 0)
        return AG_OK;
    return guarded(AG_EUNSUPPORTED, err, [&] {
        std::vector<float> distances(B * k);
        std::vector<faiss::Index::idx_t> rows(B * k);
        const bool is_l2 = index->index->metric_type == faiss::METRIC_L2;

        index->index->search(faiss::Index::idx_t(B), queries, faiss::Index::idx_t(k),
                             distances.data(), rows.data());
        for (size_t b = 0; b < B; b++) {
            ag_hit *next = hits + b * k, *end = next + k;
            for (size_t i = b * k; i < (b + 1) * k; i++) {
                const float score = is_l2 ? 1.0f - distances[i] / 2.0f : distances[i];
                if (rows[i] >= 0 && size_t(rows[i]) < index->info.count && !std::isnan(score))
                    *next++ = ag_hit{size_t(rows[i]), score};
            }
            std::fill(next, end, ag_hit{SIZE_MAX, AG_HIT_NO_SCORE});
        }
        return AG_OK;
    });
}
