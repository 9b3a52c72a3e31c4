// Every kernel, compiled for one level of instructions: included once for each, with the name of its
// table as TABLE, how wide its vectors are as VECTOR_BYTES, and its instructions as TARGET where they
// are more than the compiler's own.
#include "level.h"

#include <math.h>
#include <string.h>

// Builds for sanitizers vectorise nothing; that is no fault of theirs.
#pragma clang diagnostic ignored "-Wpass-failed"

#ifdef TARGET
#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)
#endif

// For a loop whose iterations do not depend on each other although two of its buffers may be one.
#define VECTORIZED _Pragma("clang loop vectorize(assume_safety)")
// For a loop of a few iterations whose number is known once it is inlined.
#define UNROLLED _Pragma("clang loop unroll(full)")
// Without debug information: with it, the kernels take a fifth longer to compile.
#define INLINE static inline __attribute__((always_inline, nodebug))

// The elements of two vectors that a list names for each of their lanes of 16 bytes.
#if VECTOR_BYTES == 64
#define LANES_FROM(a, b, list) __builtin_shufflevector(a, b, list(0), list(1), list(2), list(3))
#elif VECTOR_BYTES == 32
#define LANES_FROM(a, b, list) __builtin_shufflevector(a, b, list(0), list(1))
#else
#define LANES_FROM(a, b, list) __builtin_shufflevector(a, b, list(0))
#endif

#include "functions.h"
#include "logarithms.h"
#include "waves.h"
#include "points.h"

#define RECORD uint32_t
#define OF_RECORD(name) name##_uint32
#include "radix.h"
#define RECORD uint64_t
#define OF_RECORD(name) name##_uint64
#include "radix.h"
#define RECORD unsigned __int128
#define OF_RECORD(name) name##_uint128
#include "radix.h"

#define REAL float
#define BITS int32_t
#define OF_TYPE(name) name##_float
// What sorts: the bits of a number, and those with a place beside them.
#define KEY uint32_t
#define KEY_BITS 32
#define PAIR uint64_t
#define OF_KEY(name) name##_uint32
#define OF_PAIR(name) name##_uint64
#define NORMAL_LOOP VECTORIZED
// What the sums of four vectors' elements are folded by: element after element of two vectors, and
// pair after pair.
#define FIRST_LOW(l) 4 * l, width_float + 4 * l, 4 * l + 1, width_float + 4 * l + 1
#define FIRST_HIGH(l) 4 * l + 2, width_float + 4 * l + 2, 4 * l + 3, width_float + 4 * l + 3
#define SECOND_LOW(l) 4 * l, 4 * l + 1, width_float + 4 * l, width_float + 4 * l + 1
#define SECOND_HIGH(l) 4 * l + 2, 4 * l + 3, width_float + 4 * l + 2, width_float + 4 * l + 3
#include "typed.h"

#define REAL double
#define BITS int64_t
#define OF_TYPE(name) name##_double
#define KEY uint64_t
#define KEY_BITS 64
#define PAIR unsigned __int128
#define OF_KEY(name) name##_uint64
#define OF_PAIR(name) name##_uint128
// A loop that calls the C library.
#define NORMAL_LOOP
#define FIRST_LOW(l) 2 * l, width_double + 2 * l
#define FIRST_HIGH(l) 2 * l + 1, width_double + 2 * l + 1
#include "typed.h"

#ifdef TARGET
#pragma clang attribute pop
#endif

const ckernels_table TABLE = {
#define KERNEL(name, parameters, arguments) .name##_float = name##_float,
#include "kernels.def"
#define KERNEL(name, parameters, arguments) .name##_double = name##_double,
#include "kernels.def"
};
