/* The exact scan for any CPU: 128-bit vectors, which x86-64 and arm64 always have. */
#define AG_FLAT_LANES 4
#include "collection/flat_tile.h"

AG_FLAT_KERNEL(many, 4, 2)
AG_FLAT_KERNEL(single, 4, 1)
AG_FLAT_KERNEL(one_row, 1, 1)

const ag_flat_kernels AG_FLAT_KERNELS_PORTABLE = {4, 2, many, single, one_row};
