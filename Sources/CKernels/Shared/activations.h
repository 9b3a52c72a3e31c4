// Activations and their gradients. Operands are read whether needed or not, and results stored
// whether new or not: conditional reads and stores are not vectorised.

static void OF_TYPE(relu)(ptrdiff_t count, const REAL *x, REAL *y) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = RECTIFIED(x[i]);
}

static void OF_TYPE(relu_gradient)(
    ptrdiff_t count, const REAL *output, const REAL *upstream, REAL *gradient) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL flowing = upstream[i];
    gradient[i] = output[i] > 0 ? flowing : 0;
  }
}

static void OF_TYPE(leaky_relu)(ptrdiff_t count, REAL slope, const REAL *x, REAL *y) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * (x[i] > 0 ? 1 : slope);
}

static void OF_TYPE(leaky_relu_gradient)(
    ptrdiff_t count, REAL slope, const REAL *output, const REAL *upstream, REAL *gradient) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    gradient[i] = upstream[i] * (output[i] > 0 ? 1 : slope);
  }
}

static void OF_TYPE(tanh)(ptrdiff_t count, const REAL *x, REAL *y) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = OF_TYPE(hyperbolic_tangent)(x[i]);
}

static void OF_TYPE(tanh_gradient)(
    ptrdiff_t count, const REAL *output, const REAL *upstream, REAL *gradient) {
  // Not 1 − y², which loses what is left of it near ±1.
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    gradient[i] = upstream[i] * ((1 - output[i]) * (1 + output[i]));
  }
}

static void OF_TYPE(sigmoid)(ptrdiff_t count, const REAL *x, REAL *y) {
  // Far below 0 the exponential is infinite and the result 0, as it should be.
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = 1 / (1 + OF_TYPE(exp)(-x[i]));
}

static void OF_TYPE(sigmoid_gradient)(
    ptrdiff_t count, const REAL *output, const REAL *upstream, REAL *gradient) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    gradient[i] = upstream[i] * (output[i] * (1 - output[i]));
  }
}

static void OF_TYPE(gelu)(ptrdiff_t count, const REAL *x, REAL *y) {
  NORMAL_LOOP for (ptrdiff_t i = 0; i < count; i++) {
    y[i] = x[i] * OF_TYPE(normal_distribution)(x[i]).share;
  }
}

static void OF_TYPE(gelu_gradient)(
    ptrdiff_t count, const REAL *input, const REAL *upstream, REAL *gradient) {
  const REAL height = (REAL)0.3989422804014326779;  // 1 / √(2π)
  NORMAL_LOOP for (ptrdiff_t i = 0; i < count; i++) {
    OF_TYPE(normal) at = OF_TYPE(normal_distribution)(input[i]);
    gradient[i] = upstream[i] * (at.share + input[i] * (height * at.power));
  }
}
