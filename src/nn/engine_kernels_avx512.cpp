// The kernels of engine_kernels.inc, compiled for avx512 (cmake/edges.cmake).

#include <omp.h>

#include <utility>

#include "nn/engine_kernels.h"

#define LOBULE_BLOCK 16
#define LOBULE_KERNELS kernels_avx512
#define LOBULE_KERNELS_NAME "avx512"
#include "nn/engine_kernels.inc"
