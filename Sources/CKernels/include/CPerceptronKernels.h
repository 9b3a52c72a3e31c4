// Loops over whole buffers that BLAS does not have and that Swift compiles for the oldest processors
// only. Each is written once, in Shared/, and compiled for several levels of instructions; the best
// one that the machine has is chosen at run time. For the LinearAlgebra module alone: no stable API
// is promised here.
//
// A result does not depend on where a buffer begins or ends, nor on an element's place in it. Levels
// may differ in last bits: those with fused multiplication and addition round once less. Only
// kernels whose every operation is exact or rounded alike give the same bits everywhere; their
// descriptions in kernels.def say so.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The type of a kernel's numbers.
typedef enum { ckernels_float, ckernels_double } ckernels_type;

// A function of two numbers. Arithmetic, the smaller and the larger one give the same bits everywhere.
typedef enum {
  ckernels_add,
  ckernels_subtract,
  ckernels_multiply,
  ckernels_divide,
  // The smaller or larger one; NaN where one of them is.
  ckernels_minimum,
  ckernels_maximum,
  // The others by the C library's names, and with its special values.
  ckernels_pow,
  ckernels_hypot,
  ckernels_atan2,
} ckernels_operation;

// Relations of two numbers.
typedef enum {
  ckernels_less,
  ckernels_less_or_equal,
  ckernels_equal,
  ckernels_not_equal,
} ckernels_relation;

// ckernels_relu and so on: see kernels.def. Buffers have elements of the given type; single numbers are
// rounded to it.
#define CKERNELS_LIST(...) __VA_ARGS__
#define KERNEL(name, parameters, arguments) \
  void ckernels_##name(ckernels_type type, CKERNELS_LIST parameters);
#define REAL void
#define SCALAR double
#include "kernels.def"

// The number of elements that ckernels_multiply_adds computes: whole vectors, a multiple of as many
// as are computed at a time, on every level.
enum { ckernels_multiply_add_elements = 192 };

// Instructions that kernels are compiled for, from the least to the most. On other processors than
// x86-64 there is the first alone, whose vectors are as wide as every such processor's.
typedef enum {
  ckernels_baseline,
  // x86-64-v3: AVX2 and fused multiplication and addition.
  ckernels_avx2,
  // x86-64-v4: AVX-512.
  ckernels_avx512,
} ckernels_level;

// The best level that this machine has.
ckernels_level ckernels_best_level(void);

// Makes the calling thread use a level, for tests. False, and nothing changes, where the machine
// lacks it.
bool ckernels_use_level(ckernels_level level);
