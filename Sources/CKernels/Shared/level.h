// The kernels of one level, as pointers.
#pragma once
#include "CPerceptronKernels.h"

typedef struct {
#define KERNEL(name, parameters, arguments) void(*name##_float) parameters;
#define REAL float
#define SCALAR float
#include "kernels.def"
#define KERNEL(name, parameters, arguments) void(*name##_double) parameters;
#define REAL double
#define SCALAR double
#include "kernels.def"
} ckernels_table;

extern const ckernels_table ckernels_baseline_table;
#ifdef __x86_64__
extern const ckernels_table ckernels_avx2_table;
extern const ckernels_table ckernels_avx512_table;
#endif
