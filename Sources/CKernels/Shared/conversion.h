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

static void OF_TYPE(convert_bytes)(
    ptrdiff_t count, const uint8_t *source, REAL divisor, const REAL *mean, REAL *target) {
  const REAL reciprocal = 1 / divisor;
  // Only where nothing of it is subnormal or infinite.
  const bool is_usual = divisor > (REAL)0x1p-60 && divisor < (REAL)0x1p60;
  if (divisor == 1) {
    if (mean) {
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = (REAL)source[i] - mean[i];
    } else {
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = (REAL)source[i];
    }
  } else if (!is_usual) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      REAL quotient = (REAL)source[i] / divisor;
      target[i] = mean ? quotient - mean[i] : quotient;
    }
  } else if (mean) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      REAL x = (REAL)source[i], quotient = OF_TYPE(QUOTIENT)(x, divisor, reciprocal);
      target[i] = quotient - mean[i];
    }
  } else {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      REAL x = (REAL)source[i];
      target[i] = OF_TYPE(QUOTIENT)(x, divisor, reciprocal);
    }
  }
}

// Numbers of other types, divided and centred. NUMBER is what is computed with; what would change
// nothing is left out.
#define CONVERSION(name, SOURCE, NUMBER)                                                       \
  static void OF_TYPE(name)(                                                                   \
      ptrdiff_t count, const SOURCE *source, NUMBER divisor, const NUMBER *mean, REAL *target) { \
    if (mean && divisor != 1) {                                                                \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                       \
        target[i] = (REAL)((NUMBER)source[i] / divisor - mean[i]);                             \
      }                                                                                        \
    } else if (mean) {                                                                         \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                       \
        target[i] = (REAL)((NUMBER)source[i] - mean[i]);                                       \
      }                                                                                        \
    } else if (divisor != 1) {                                                                 \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                       \
        target[i] = (REAL)((NUMBER)source[i] / divisor);                                       \
      }                                                                                        \
    } else {                                                                                   \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = (REAL)(NUMBER)source[i];    \
    }                                                                                          \
  }

CONVERSION(convert_floats, float, REAL)
CONVERSION(convert_doubles, double, double)
#undef CONVERSION
#undef QUOTIENT_float
#undef QUOTIENT_double
