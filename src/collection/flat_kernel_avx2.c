/* The exact scan for x86-64 with AVX2 and FMA: 8 sums in 16 registers. */
#pragma GCC target("avx2,fma")
#define AG_FLAT_LANES 8
#include "collection/flat_tile.h"

AG_FLAT_KERNEL(many, 4, 2)
AG_FLAT_KERNEL(single, 4, 1)
AG_FLAT_KERNEL(one_row, 1, 1)

const ag_flat_kernels AG_FLAT_KERNELS_AVX2 = {4, 2, many, single, one_row};
