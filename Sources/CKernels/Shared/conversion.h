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

CONVERSION(convert_bytes, uint8_t, REAL)
CONVERSION(convert_floats, float, REAL)
CONVERSION(convert_doubles, double, double)
#undef CONVERSION
