// Functions of each element, and of pairs of elements, for tensors.

#define EACH(name, value)                                                                      \
  static void OF_TYPE(each_##name)(ptrdiff_t count, const REAL *source, REAL *y) {             \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      REAL x = source[i];                                                                      \
      y[i] = value;                                                                            \
    }                                                                                          \
  }

EACH(exp, OF_TYPE(exp)(x))
EACH(expm1, OF_TYPE(exp_minus_one)(x))
EACH(log, OF_TYPE(log)(x))
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
#undef EACH_ANGLE

// The result of pairs, of each element and one number, or of one number and each element.
#define PAIRS(name, value)                                                                     \
  static void OF_TYPE(name)(                                                                   \
      ptrdiff_t count, const REAL *left, ptrdiff_t left_step, const REAL *right,               \
      ptrdiff_t right_step, REAL *y) {                                                         \
    if (count == 0) return;                                                                    \
    if (left_step && right_step) {                                                             \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = value(left[i], right[i]);        \
    } else if (left_step) {                                                                    \
      REAL b = *right;                                                                         \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = value(left[i], b);               \
    } else if (right_step) {                                                                   \
      REAL a = *left;                                                                          \
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = value(a, right[i]);              \
    } else {                                                                                   \
      REAL result = value(*left, *right);                                                      \
      for (ptrdiff_t i = 0; i < count; i++) y[i] = result;                                     \
    }                                                                                          \
  }

#define SMALLER(a, b) ((((a) < (b)) | ((a) != (a))) ? (a) : (b))
#define LARGER(a, b) ((((a) > (b)) | ((a) != (a))) ? (a) : (b))
PAIRS(minimum, SMALLER)
PAIRS(maximum, LARGER)
PAIRS(powers, OF_TYPE(power))
PAIRS(any_powers, OF_TYPE(any_power))
#undef SMALLER
#undef LARGER
#undef PAIRS

static void OF_TYPE(pow)(
    ptrdiff_t count, const REAL *x, ptrdiff_t x_step, const REAL *exponents,
    ptrdiff_t exponent_step, REAL *y) {
  if (count > 0 && x_step && !exponent_step) {
    // Much less work, and correctly rounded.
    const REAL exponent = *exponents, infinity = (REAL)INFINITY;
    if (exponent == 2) {
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * x[i];
      return;
    }
    if (exponent == -1) {
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = 1 / x[i];
      return;
    }
    if (exponent == (REAL)0.5) {
      // Unlike the root, +0 at −0, and ∞ at −∞.
      VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
        REAL root = __builtin_elementwise_sqrt(x[i] + 0);
        y[i] = x[i] == -infinity ? infinity : root;
      }
      return;
    }
  }
  while (count > 0) {
    ptrdiff_t part = count < OF_TYPE(special_block) ? count : OF_TYPE(special_block);
    bool is_special = OF_TYPE(has_special_base)(x_step ? part : 1, x)
        || OF_TYPE(has_special_exponent)(exponent_step ? part : 1, exponents);
    if (is_special) {
      OF_TYPE(any_powers)(part, x, x_step, exponents, exponent_step, y);
    } else {
      OF_TYPE(powers)(part, x, x_step, exponents, exponent_step, y);
    }
    x += part * x_step;
    exponents += part * exponent_step;
    y += part;
    count -= part;
  }
}

static void OF_TYPE(clip)(ptrdiff_t count, REAL low, REAL high, const REAL *x, REAL *y) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL value = x[i] < low ? low : x[i];
    y[i] = value > high ? high : value;
  }
}
