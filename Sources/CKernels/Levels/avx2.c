// The kernels with AVX2 and fused multiplication and addition.
#ifdef __x86_64__
#define TABLE ckernels_avx2_table
#define VECTOR_BYTES 32
#define TARGET "arch=x86-64-v3"
#include "../Shared/kernels.h"
#endif
