// OpenBLAS's CBLAS interface and LAPACKE's C interface to LAPACK, for the LinearAlgebra module
// alone. No stable API is promised here: import LinearAlgebra instead.
#ifndef PERCEPTRON_COPENBLAS_SHIM_H
#define PERCEPTRON_COPENBLAS_SHIM_H

#include <cblas.h>
#include <lapacke.h>

#endif
