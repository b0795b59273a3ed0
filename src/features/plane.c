#include "features/plane.h"

extern const ag_plane_kernels ag_plane_kernels_portable;
#if defined(__x86_64__)
extern const ag_plane_kernels ag_plane_kernels_avx2;
extern const ag_plane_kernels ag_plane_kernels_avx512;
#endif

const int8_t AG_PLANE_CIRCLE[16][2] = {{0, -3}, {1, -3},  {2, -2},  {3, -1}, {3, 0},  {3, 1},
                                       {2, 2},  {1, 3},   {0, 3},   {-1, 3}, {-2, 2}, {-3, 1},
                                       {-3, 0}, {-3, -1}, {-2, -2}, {-1, -3}};

size_t ag_plane_usable(const ag_plane_kernels *out[AG_PLANE_VARIANTS])
{
    size_t count = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4"))
        out[count++] = &ag_plane_kernels_avx512;
    if (__builtin_cpu_supports("x86-64-v3"))
        out[count++] = &ag_plane_kernels_avx2;
#endif
    out[count++] = &ag_plane_kernels_portable;
    return count;
}
