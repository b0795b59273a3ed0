#include "clip/kernels.h"

extern const ag_kernels ag_kernels_portable;
#if defined(__x86_64__)
extern const ag_kernels ag_kernels_avx2;
extern const ag_kernels ag_kernels_avx512;
#endif

size_t ag_kernels_usable(const ag_kernels *out[AG_KERNELS_VARIANTS])
{
    size_t count = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4"))
        out[count++] = &ag_kernels_avx512;
    if (__builtin_cpu_supports("x86-64-v3"))
        out[count++] = &ag_kernels_avx2;
#endif
    out[count++] = &ag_kernels_portable;
    return count;
}

/* Each dimension rounded up to 32, which is more than any variant's own paddings (kernels.c,
 * carve_head). */
size_t ag_attention_scratch_floats(size_t T, size_t head_dim)
{
    size_t T_padded = (T + 31) / 32 * 32, D_padded = (head_dim + 31) / 32 * 32;
    return T_padded * D_padded * 3 + 4 * (T_padded + D_padded);
}
