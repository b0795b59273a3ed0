/* The exact scan for x86-64 with AVX-512F: 16 sums in 32 registers. */
#pragma GCC target("avx512f")
#define AG_FLAT_LANES 16
#include "collection/flat_tile.h"

AG_FLAT_KERNEL(many, 4, 4)
AG_FLAT_KERNEL(single, 4, 1)
AG_FLAT_KERNEL(one_row, 1, 1)

const ag_flat_kernels AG_FLAT_KERNELS_AVX512 = {4, 4, many, single, one_row};
