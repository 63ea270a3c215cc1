// The kernels of engine_kernels.inc, compiled for any x86-64 (cmake/edges.cmake).

#include <omp.h>

#include <utility>

#include "nn/engine_kernels.h"

#define LOBULE_BLOCK 8
#define LOBULE_KERNELS kernels_any
#define LOBULE_KERNELS_NAME "any"
#include "nn/engine_kernels.inc"
