// The quotients of bytes: with fused operations the product with the reciprocal, corrected by what is
// left, which takes a fifth of a division's time. It is the rounded quotient for every byte and every
// divisor of single precision: all 2²³ significands were tested. Double precision divides.
#if defined(TARGET) || defined(__aarch64__)
#define QUOTIENT_float(x, divisor, reciprocal)                                                 \
  __builtin_fmaf(                                                                              \
      __builtin_fmaf(-((x) * (reciprocal)), divisor, x), reciprocal, (x) * (reciprocal))
#else
#define QUOTIENT_float(x, divisor, reciprocal) ((void)(reciprocal), (x) / (divisor))
#endif
#define QUOTIENT_double(x, divisor, reciprocal) ((void)(reciprocal), (x) / (divisor))

// Writes the numbers, less the mean if there is one, with a loop for either.
#define CENTERED(number)                                                                       \
  if (mean) {                                                                                  \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = (REAL)((number) - mean[i]);   \
  } else {                                                                                     \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = (REAL)(number);               \
  }

static void OF_TYPE(convert_bytes)(
    ptrdiff_t count, const uint8_t *source, REAL divisor, const REAL *mean, REAL *target) {
  const REAL reciprocal = 1 / divisor;
  if (divisor == 1) {
    CENTERED((REAL)source[i])
  } else if (divisor > (REAL)0x1p-60 && divisor < (REAL)0x1p60) {
    CENTERED(OF_TYPE(QUOTIENT)((REAL)source[i], divisor, reciprocal))
  } else {
    // Some of the quotient's parts may be subnormal or infinite.
    CENTERED((REAL)source[i] / divisor)
  }
}

// Numbers of other types; NUMBER is what is computed with.
#define CONVERSION(name, SOURCE, NUMBER)                                                       \
  static void OF_TYPE(name)(                                                                   \
      ptrdiff_t count, const SOURCE *source, NUMBER divisor, const NUMBER *mean, REAL *target) { \
    if (divisor == 1) {                                                                        \
      CENTERED((NUMBER)source[i])                                                              \
    } else {                                                                                   \
      CENTERED((NUMBER)source[i] / divisor)                                                    \
    }                                                                                          \
  }

CONVERSION(convert_floats, float, REAL)
CONVERSION(convert_doubles, double, double)
#undef CONVERSION
#undef CENTERED
#undef QUOTIENT_float
#undef QUOTIENT_double
