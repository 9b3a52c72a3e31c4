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
#define INLINE static inline __attribute__((always_inline))

#include "functions.h"

#define REAL float
#define OF_TYPE(name) name##_float
#define NORMAL_LOOP VECTORIZED
#include "typed.h"
#undef REAL
#undef OF_TYPE
#undef NORMAL_LOOP

#define REAL double
#define OF_TYPE(name) name##_double
// A loop that calls the C library.
#define NORMAL_LOOP
#include "typed.h"
#undef REAL
#undef OF_TYPE
#undef NORMAL_LOOP

#ifdef TARGET
#pragma clang attribute pop
#endif

const ckernels_table TABLE = {
#define KERNEL(name, parameters, arguments) .name##_float = name##_float,
#include "kernels.def"
#undef KERNEL
#define KERNEL(name, parameters, arguments) .name##_double = name##_double,
#include "kernels.def"
#undef KERNEL
};
