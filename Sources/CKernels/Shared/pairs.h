// Operations on pairs of elements. Either operand has an element for each pair, where its step is 1, or
// one for all, where it is 0.

// Writes `value`, an expression of x and y, for each pair.
#define PAIRS(value)                                                                           \
  if (a_step && b_step) {                                                                      \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      const REAL x = a[i], y = b[i];                                                           \
      result[i] = (value);                                                                     \
    }                                                                                          \
  } else if (a_step) {                                                                         \
    const REAL y = b[0];                                                                       \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      const REAL x = a[i];                                                                     \
      result[i] = (value);                                                                     \
    }                                                                                          \
  } else if (b_step) {                                                                         \
    const REAL x = a[0];                                                                       \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {                                         \
      const REAL y = b[i];                                                                     \
      result[i] = (value);                                                                     \
    }                                                                                          \
  } else {                                                                                     \
    const REAL x = a[0], y = b[0];                                                             \
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) result[i] = (value);                      \
  }

static void OF_TYPE(powers)(
    ptrdiff_t count, const REAL *a, ptrdiff_t a_step, const REAL *b, ptrdiff_t b_step,
    REAL *result) {
  PAIRS(OF_TYPE(power)(x, y))
}

static void OF_TYPE(any_powers)(
    ptrdiff_t count, const REAL *a, ptrdiff_t a_step, const REAL *b, ptrdiff_t b_step,
    REAL *result) {
  PAIRS(OF_TYPE(any_power)(x, y))
}

// The powers of all numbers by an exponent for which they are much less work, and correctly rounded; false
// for another one.
static bool OF_TYPE(simple_powers)(
    ptrdiff_t count, const REAL *x, REAL exponent, REAL *result) {
  const REAL infinity = (REAL)INFINITY;
  if (exponent == 2) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) result[i] = x[i] * x[i];
  } else if (exponent == -1) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) result[i] = 1 / x[i];
  } else if (exponent == (REAL)0.5) {
    // Unlike the root, +0 at −0, and ∞ at −∞.
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      REAL root = __builtin_elementwise_sqrt(x[i] + 0);
      result[i] = x[i] == -infinity ? infinity : root;
    }
  } else {
    return false;
  }
  return true;
}

static void OF_TYPE(all_powers)(
    ptrdiff_t count, const REAL *a, ptrdiff_t a_step, const REAL *b, ptrdiff_t b_step,
    REAL *result) {
  if (a_step && !b_step && OF_TYPE(simple_powers)(count, a, *b, result)) return;
  while (count > 0) {
    ptrdiff_t part = count < OF_TYPE(special_block) ? count : OF_TYPE(special_block);
    bool is_special = OF_TYPE(has_special_base)(a_step ? part : 1, a)
        || OF_TYPE(has_special_exponent)(b_step ? part : 1, b);
    if (is_special) {
      OF_TYPE(any_powers)(part, a, a_step, b, b_step, result);
    } else {
      OF_TYPE(powers)(part, a, a_step, b, b_step, result);
    }
    a += part * a_step;
    b += part * b_step;
    result += part;
    count -= part;
  }
}

static void OF_TYPE(combine_pairs)(
    ptrdiff_t count, ckernels_operation operation, const REAL *a, ptrdiff_t a_step, const REAL *b,
    ptrdiff_t b_step, REAL *result) {
  if (count == 0) return;
  switch (operation) {
    case ckernels_add: PAIRS(x + y) break;
    case ckernels_subtract: PAIRS(x - y) break;
    case ckernels_multiply: PAIRS(x * y) break;
    case ckernels_divide: PAIRS(x / y) break;
    case ckernels_minimum: PAIRS(((x < y) | (x != x)) ? x : y) break;
    case ckernels_maximum: PAIRS(((x > y) | (x != x)) ? x : y) break;
    case ckernels_pow: OF_TYPE(all_powers)(count, a, a_step, b, b_step, result); break;
    case ckernels_hypot: PAIRS(OF_TYPE(hypotenuse)(x, y)) break;
    case ckernels_atan2: PAIRS(OF_TYPE(arc_tangent)(x, y)) break;
  }
}

static void OF_TYPE(compare)(
    ptrdiff_t count, ckernels_relation relation, const REAL *a, ptrdiff_t a_step, const REAL *b,
    ptrdiff_t b_step, bool *result) {
  if (count == 0) return;
  switch (relation) {
    case ckernels_less: PAIRS(x < y) break;
    case ckernels_less_or_equal: PAIRS(x <= y) break;
    case ckernels_equal: PAIRS(x == y) break;
    case ckernels_not_equal: PAIRS(x != y) break;
  }
}
#undef PAIRS

static void OF_TYPE(replace)(
    ptrdiff_t count, const bool *mask, const REAL *x, ptrdiff_t x_step, REAL *y) {
  if (count == 0) return;
  if (x_step) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      // Read whether needed or not: conditional reads are not vectorised.
      const REAL new = x[i], old = y[i];
      y[i] = mask[i] ? new : old;
    }
  } else {
    const REAL new = x[0];
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
      const REAL old = y[i];
      y[i] = mask[i] ? new : old;
    }
  }
}
