// The kernels for every processor that the compiler was asked for.
#define TABLE ckernels_baseline_table
#define VECTOR_BYTES 16
#include "../Shared/kernels.h"
