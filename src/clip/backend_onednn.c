/* oneDNN 2.6 as the matrix library; the only file that sees it.
 *
 * Its matmul with weights in a layout of its own choosing and a fixed number of rows was the
 * fastest of what it offers, on ViT-B/32's four shapes with two Zen 5 cores (GFLOP/s, rows 50 /
 * 800):
 *
 *                                    f32         bf16
 *     matmul, fixed rows          423 / 491   877 / 994
 *     inner product               431 / 469   876 / 965
 *     matmul, rows at run time    430 / 483   628 / 963
 *
 * Hence kernels per batch size. A compiled kernel costs 0.2 to 0.8 ms; they are shared by all
 * layers of one shape, and batches are powers of two (vision.c splits others), which is no slower:
 * from four images on, the time per image stays the same. */
#include "clip/backend.h"

#include "base/memory.h"

#include <assert.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

struct ag_backend {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_data_type_t type; /* of x and W */
    unsigned threads;
    size_t levels;
    size_t scratch_bytes; /* the most that a kernel needs */
    void *scratch;        /* as much, shared by all kernels: one runs at a time */
};

/* A product for one batch size. The memory objects are handles whose address is set at each run. */
struct kernel {
    dnnl_primitive_t primitive;
    dnnl_memory_t x, y, scratch;
};

struct ag_product {
    ag_backend *backend;
    ag_product_spec spec;
    dnnl_memory_desc_t weights; /* the layout the kernels chose, the same for all levels */
    struct kernel kernels[AG_BACKEND_MAX_LEVELS];
};

struct ag_matrix {
    const ag_product *product;
    dnnl_memory_t weights, bias;
};

static ag_status check(dnnl_status_t status, const char *what, ag_err *err)
{
    if (status == dnnl_success)
        return AG_OK;
    if (status == dnnl_out_of_memory)
        return ag_err_set(err, AG_ENOMEM, "no memory to %s", what);
    return ag_err_set(err, AG_EIO, "oneDNN could not %s (status %d)", what, (int)status);
}

bool ag_backend_has_bf16(void)
{
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) ==
           dnnl_cpu_isa_avx512_core_bf16;
}

unsigned ag_backend_threads(const ag_backend *backend)
{
    return backend->threads;
}

int ag_backend_enter(const ag_backend *backend)
{
    int previous = omp_get_max_threads();
    omp_set_num_threads((int)backend->threads);
    return previous;
}

void ag_backend_leave(int previous)
{
    omp_set_num_threads(previous);
}

ag_status ag_backend_create(ag_backend **out, ag_precision precision, unsigned threads,
                            size_t levels, ag_err *err)
{
    assert(levels >= 1 && levels <= AG_BACKEND_MAX_LEVELS);
    if (precision == AG_PRECISION_BF16 && !ag_backend_has_bf16())
        return ag_err_set(err, AG_EUNSUPPORTED,
                          "this CPU has no bfloat16 arithmetic (AVX512-BF16 or AMX); use f32");
    ag_backend *backend = ag_xcalloc(1, sizeof *backend);
    backend->type = precision == AG_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32;
    backend->threads = threads == 0 ? (unsigned)omp_get_num_procs() : threads;
    if (backend->threads > AG_BACKEND_MAX_THREADS)
        backend->threads = AG_BACKEND_MAX_THREADS;
    backend->levels = levels;
    dnnl_status_t status = dnnl_engine_create(&backend->engine, dnnl_cpu, 0);
    if (status == dnnl_success)
        status = dnnl_stream_create(&backend->stream, backend->engine, dnnl_stream_default_flags);
    if (status != dnnl_success) {
        ag_backend_destroy(backend);
        return check(status, "start", err);
    }
    *out = backend;
    return AG_OK;
}

void ag_backend_destroy(ag_backend *backend)
{
    if (backend == NULL)
        return;
    dnnl_stream_destroy(backend->stream);
    dnnl_engine_destroy(backend->engine);
    free(backend->scratch);
    free(backend);
}

/* A dense rows × columns matrix in the given layout (dnnl_format_tag_any: the kernel's choice). */
static dnnl_memory_desc_t describe(size_t rows, size_t columns, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc;
    const dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&desc, 2, dims, type, tag);
    assert(status == dnnl_success);
    (void)status;
    return desc;
}

static dnnl_data_type_t output_type(const ag_product *product)
{
    const ag_product_spec *spec = &product->spec;
    return spec->is_f32 || spec->has_residual ? dnnl_f32 : product->backend->type;
}

/* What is done to the sums before they are stored. */
static dnnl_status_t make_attributes(dnnl_primitive_attr_t *out, const ag_product_spec *spec)
{
    dnnl_post_ops_t steps = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(out);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user);
    if (status == dnnl_success)
        status = dnnl_post_ops_create(&steps);
    if (status == dnnl_success && spec->activation == AG_ACTIVATION_QUICK_GELU)
        status = dnnl_post_ops_append_eltwise(steps, 1, dnnl_eltwise_swish, 1.702f, 0);
    if (status == dnnl_success && spec->activation == AG_ACTIVATION_GELU)
        status = dnnl_post_ops_append_eltwise(steps, 1, dnnl_eltwise_gelu_erf, 0, 0);
    if (status == dnnl_success && spec->has_residual)
        status = dnnl_post_ops_append_sum(steps, 1);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(*out, steps);
    dnnl_post_ops_destroy(steps);
    return status;
}

/* The matmul of one level. Its weights' layout is the product's, or any while that has none yet. */
static dnnl_status_t choose_kernel(dnnl_primitive_desc_t *out, const ag_product *product,
                                   size_t rows)
{
    const ag_product_spec *spec = &product->spec;
    const ag_backend *backend = product->backend;
    dnnl_memory_desc_t x = describe(rows, spec->K, backend->type, dnnl_ab);
    dnnl_memory_desc_t y = describe(rows, spec->N, output_type(product), dnnl_ab);
    dnnl_memory_desc_t bias = describe(1, spec->N, dnnl_f32, dnnl_ab);
    dnnl_matmul_desc_t desc;
    dnnl_status_t status =
        dnnl_matmul_desc_init(&desc, &x, &product->weights, spec->has_bias ? &bias : NULL, &y);
    if (status != dnnl_success)
        return status;
    dnnl_primitive_attr_t attributes = NULL;
    status = make_attributes(&attributes, spec);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(out, &desc, attributes, backend->engine, NULL);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

/* Room for a kernel's working memory. */
static dnnl_status_t reserve_scratch(ag_backend *backend, size_t bytes)
{
    if (bytes <= backend->scratch_bytes)
        return dnnl_success;
    free(backend->scratch);
    backend->scratch = ag_try_aligned(bytes, 1);
    backend->scratch_bytes = backend->scratch == NULL ? 0 : bytes;
    return backend->scratch == NULL ? dnnl_out_of_memory : dnnl_success;
}

static dnnl_status_t compile_kernel(struct kernel *kernel, ag_product *product, size_t rows)
{
    dnnl_primitive_desc_t chosen = NULL;
    dnnl_status_t status = choose_kernel(&chosen, product, rows);
    if (status != dnnl_success)
        return status;
    const dnnl_memory_desc_t *scratch =
        dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0);
    dnnl_engine_t engine = product->backend->engine;
    dnnl_memory_desc_t x = describe(rows, product->spec.K, product->backend->type, dnnl_ab);
    dnnl_memory_desc_t y = describe(rows, product->spec.N, output_type(product), dnnl_ab);
    product->weights = *dnnl_primitive_desc_query_md(chosen, dnnl_query_weights_md, 0);
    status = reserve_scratch(product->backend, dnnl_memory_desc_get_size(scratch));
    if (status == dnnl_success)
        status = dnnl_primitive_create(&kernel->primitive, chosen);
    if (status == dnnl_success)
        status = dnnl_memory_create(&kernel->x, &x, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&kernel->y, &y, engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&kernel->scratch, scratch, engine, DNNL_MEMORY_NONE);
    dnnl_primitive_desc_destroy(chosen);
    return status;
}

ag_status ag_product_create(ag_product **out, ag_backend *backend, const ag_product_spec *spec,
                            ag_err *err)
{
    ag_product *product = ag_xcalloc(1, sizeof *product);
    product->backend = backend;
    product->spec = *spec;
    product->weights = describe(spec->K, spec->N, backend->type, dnnl_format_tag_any);
    int previous = ag_backend_enter(backend);
    dnnl_status_t status = dnnl_success;
    /* The largest batch, where a good layout matters most, chooses it for all. */
    for (size_t level = backend->levels; level-- > 0 && status == dnnl_success;)
        status = compile_kernel(&product->kernels[level], product, spec->rows << level);
    ag_backend_leave(previous);
    if (status != dnnl_success) {
        ag_product_destroy(product);
        return check(status, "prepare a matrix product", err);
    }
    *out = product;
    return AG_OK;
}

void ag_product_destroy(ag_product *product)
{
    if (product == NULL)
        return;
    for (size_t level = 0; level < product->backend->levels; level++) {
        struct kernel *kernel = &product->kernels[level];
        dnnl_primitive_destroy(kernel->primitive);
        dnnl_memory_destroy(kernel->x);
        dnnl_memory_destroy(kernel->y);
        dnnl_memory_destroy(kernel->scratch);
    }
    free(product);
}

const ag_product_spec *ag_product_spec_of(const ag_product *product)
{
    return &product->spec;
}

size_t ag_product_weight_bytes(const ag_product *product)
{
    return dnnl_memory_desc_get_size(&product->weights);
}

/* Copy N × K f32 weights into the matrix's layout and type. */
static dnnl_status_t reorder(const ag_matrix *matrix, const float *weights)
{
    const ag_product *product = matrix->product;
    dnnl_engine_t engine = product->backend->engine;
    dnnl_memory_desc_t plain = describe(product->spec.K, product->spec.N, dnnl_f32, dnnl_ba);
    dnnl_memory_t source = NULL;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t primitive = NULL;
    /* oneDNN has one kind of handle for what it reads and what it writes. */
    dnnl_status_t status = dnnl_memory_create(&source, &plain, engine, (void *)(uintptr_t)weights);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&desc, &plain, engine, &product->weights,
                                                    engine, NULL);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&primitive, desc);
    if (status == dnnl_success) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, matrix->weights}};
        status = dnnl_primitive_execute(primitive, product->backend->stream, 2, args);
    }
    if (status == dnnl_success)
        status = dnnl_stream_wait(product->backend->stream);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(desc);
    dnnl_memory_destroy(source);
    return status;
}

ag_status ag_matrix_create(ag_matrix **out, const ag_product *product, void *storage,
                           const ag_matrix_numbers *numbers, ag_err *err)
{
    assert(product->spec.has_bias == (numbers->bias != NULL));
    ag_matrix *matrix = ag_xcalloc(1, sizeof *matrix);
    matrix->product = product;
    dnnl_engine_t engine = product->backend->engine;
    int previous = ag_backend_enter(product->backend);
    dnnl_status_t status = dnnl_memory_create(&matrix->weights, &product->weights, engine, storage);
    if (status == dnnl_success && numbers->bias != NULL) {
        dnnl_memory_desc_t desc = describe(1, product->spec.N, dnnl_f32, dnnl_ab);
        status = dnnl_memory_create(&matrix->bias, &desc, engine, (void *)(uintptr_t)numbers->bias);
    }
    if (status == dnnl_success)
        status = reorder(matrix, numbers->weights);
    ag_backend_leave(previous);
    if (status != dnnl_success) {
        ag_matrix_destroy(matrix);
        return check(status, "reorder weights", err);
    }
    *out = matrix;
    return AG_OK;
}

void ag_matrix_destroy(ag_matrix *matrix)
{
    if (matrix == NULL)
        return;
    dnnl_memory_destroy(matrix->weights);
    dnnl_memory_destroy(matrix->bias);
    free(matrix);
}

ag_status ag_matrix_multiply(const ag_matrix *matrix, void *y, const void *x, size_t level,
                             ag_err *err)
{
    const ag_backend *backend = matrix->product->backend;
    assert(level < backend->levels);
    const struct kernel *kernel = &matrix->product->kernels[level];
    dnnl_status_t status = dnnl_memory_set_data_handle(kernel->x, (void *)(uintptr_t)x);
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(kernel->y, y);
    if (status == dnnl_success)
        status = dnnl_memory_set_data_handle(kernel->scratch, backend->scratch);
    if (status == dnnl_success) {
        const dnnl_exec_arg_t args[] = {
            {DNNL_ARG_SRC, kernel->x},           {DNNL_ARG_DST, kernel->y},
            {DNNL_ARG_WEIGHTS, matrix->weights}, {DNNL_ARG_SCRATCHPAD, kernel->scratch},
            {DNNL_ARG_BIAS, matrix->bias},
        };
        status = dnnl_primitive_execute(kernel->primitive, backend->stream,
                                        matrix->bias != NULL ? 5 : 4, args);
    }
    if (status == dnnl_success)
        status = dnnl_stream_wait(backend->stream);
    return check(status, "multiply", err);
}
