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

static void OF_TYPE(arithmetic)(
    ptrdiff_t count, ckernels_operation operation, const REAL *a, ptrdiff_t a_step, const REAL *b,
    ptrdiff_t b_step, REAL *result) {
  if (count == 0) return;
  switch (operation) {
    case ckernels_add: PAIRS(x + y) break;
    case ckernels_subtract: PAIRS(x - y) break;
    case ckernels_multiply: PAIRS(x * y) break;
    case ckernels_divide: PAIRS(x / y) break;
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
