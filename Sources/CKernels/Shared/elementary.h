// Functions of each element, for tensors.

#define EACH(name, value)                                                                      \
  static void OF_TYPE(each_##name)(ptrdiff_t count, const REAL *source, REAL *y) {             \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      REAL x = source[i];                                                                      \
      y[i] = value;                                                                            \
    }                                                                                          \
  }

EACH(exp, OF_TYPE(exp)(x))
EACH(exp2, OF_TYPE(exp2)(x))
EACH(expm1, OF_TYPE(exp_minus_one)(x))
EACH(log, OF_TYPE(log)(x))
EACH(log2, OF_TYPE(log2)(x))
EACH(log10, OF_TYPE(log10)(x))
EACH(log1p, OF_TYPE(log_of_one_plus)(x))
EACH(sqrt, __builtin_elementwise_sqrt(x))
EACH(erf, OF_TYPE(error_function)(x))
EACH(abs, __builtin_elementwise_abs(x))
EACH(sign, x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x)
EACH(floor, __builtin_elementwise_floor(x))
EACH(ceil, __builtin_elementwise_ceil(x))
EACH(trunc, __builtin_elementwise_trunc(x))
EACH(round, __builtin_elementwise_rint(x))
#undef EACH

// The number of elements among which special ones are looked for at a time: most blocks have none, and
// run without what only those need.
enum { OF_TYPE(special_block) = 512 };

#define HAS_SPECIAL(name, is_special)                                                          \
  static bool OF_TYPE(has_##name)(ptrdiff_t count, const REAL *source) {                       \
    BITS found = 0;                                                                            \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      REAL x = source[i];                                                                      \
      found |= (is_special) ? 1 : 0;                                                           \
    }                                                                                          \
    return found != 0;                                                                         \
  }

HAS_SPECIAL(large_angle, __builtin_elementwise_abs(x) > OF_TYPE(largest_angle))
// Of powers.
HAS_SPECIAL(special_base, !((x > 0) & (x < (REAL)INFINITY)))
HAS_SPECIAL(special_exponent, !(__builtin_elementwise_abs(x) < (REAL)INFINITY))
#undef HAS_SPECIAL

#define EACH_ANGLE(name, value, any_value)                                                     \
  static void OF_TYPE(each_##name)(ptrdiff_t count, const REAL *x, REAL *y) {                  \
    while (count > 0) {                                                                        \
      ptrdiff_t part = count < OF_TYPE(special_block) ? count : OF_TYPE(special_block);        \
      REAL kept[OF_TYPE(special_block)];                                                       \
      bool is_special = OF_TYPE(has_large_angle)(part, x);                                     \
      if (is_special) memcpy(kept, x, (size_t)part * sizeof(REAL));                            \
      VECTORIZED for (ptrdiff_t i = 0; i < part; i++) y[i] = value(x[i]);                      \
      for (ptrdiff_t i = 0; is_special && i < part; i++) {                                     \
        if (__builtin_elementwise_abs(kept[i]) > OF_TYPE(largest_angle)) {                     \
          y[i] = any_value(kept[i]);                                                           \
        }                                                                                      \
      }                                                                                        \
      x += part;                                                                               \
      y += part;                                                                               \
      count -= part;                                                                           \
    }                                                                                          \
  }

EACH_ANGLE(sin, OF_TYPE(sine), OF_TYPE(any_sine))
EACH_ANGLE(cos, OF_TYPE(cosine), OF_TYPE(any_cosine))
EACH_ANGLE(tan, OF_TYPE(tangent), OF_TYPE(any_tangent))
#undef EACH_ANGLE

static void OF_TYPE(clip)(ptrdiff_t count, REAL low, REAL high, const REAL *x, REAL *y) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL value = x[i] < low ? low : x[i];
    y[i] = value > high ? high : value;
  }
}
