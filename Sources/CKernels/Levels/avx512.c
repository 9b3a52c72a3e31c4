// The kernels with AVX-512.
#ifdef __x86_64__
#define TABLE ckernels_avx512_table
#define VECTOR_BYTES 64
#define TARGET "arch=x86-64-v4,no-prefer-256-bit"
#include "../Shared/kernels.h"
#endif
