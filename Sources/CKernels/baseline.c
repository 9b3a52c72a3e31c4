// The kernels for every processor that the compiler was asked for.
#define TABLE ckernels_baseline_table
#include "Shared/kernels.h"
