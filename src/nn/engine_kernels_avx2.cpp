// The kernels of engine_kernels.inc, compiled for avx2 (cmake/edges.cmake).

#include <omp.h>

#include <utility>

#include "nn/engine_kernels.h"

#define LOBULE_BLOCK 8
#define LOBULE_KERNELS kernels_avx2
#define LOBULE_KERNELS_NAME "avx2"
#include "nn/engine_kernels.inc"
