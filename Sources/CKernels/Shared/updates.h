// The steps of optimizers: each one pass over a parameter, its gradient and the optimizer state.

static void OF_TYPE(gradient_step)(
    ptrdiff_t count, REAL rate, REAL decay, const REAL *gradient, REAL *parameter) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL kept = parameter[i] - decay * parameter[i];
    parameter[i] = kept - rate * gradient[i];
  }
}

static void OF_TYPE(momentum_step)(
    ptrdiff_t count, REAL rate, REAL decay, REAL factor, bool looks_ahead, const REAL *gradient,
    REAL *velocity, REAL *parameter) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL next = OF_TYPE(flushed)(factor * velocity[i]) + gradient[i];
    REAL kept = parameter[i] - decay * parameter[i];
    REAL direction = looks_ahead ? gradient[i] + factor * next : next;
    velocity[i] = next;
    parameter[i] = kept - rate * direction;
  }
}

static void OF_TYPE(adagrad_step)(
    ptrdiff_t count, REAL rate, REAL decay, REAL epsilon, const REAL *gradient, REAL *squares,
    REAL *parameter) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL slope = gradient[i];
    REAL sum = squares[i] + slope * slope;
    REAL kept = parameter[i] - decay * parameter[i];
    squares[i] = sum;
    parameter[i] = kept - rate * slope / (OF_TYPE(root)(sum) + epsilon);
  }
}

static void OF_TYPE(rms_prop_step)(
    ptrdiff_t count, REAL rate, REAL decay, REAL old, REAL fresh, REAL epsilon,
    const REAL *gradient, REAL *squares, REAL *parameter) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL slope = gradient[i];
    REAL mean = OF_TYPE(flushed)(old * squares[i]) + fresh * (slope * slope);
    REAL kept = parameter[i] - decay * parameter[i];
    squares[i] = mean;
    parameter[i] = kept - rate * slope / (OF_TYPE(root)(mean) + epsilon);
  }
}

static void OF_TYPE(adam_step)(
    ptrdiff_t count, REAL rate, REAL decay, REAL old_first, REAL fresh_first, REAL old_second,
    REAL fresh_second, REAL root_scale, REAL epsilon, const REAL *gradient, REAL *first,
    REAL *second, REAL *parameter) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    REAL slope = gradient[i];
    REAL mean = OF_TYPE(flushed)(old_first * first[i]) + fresh_first * slope;
    REAL square = OF_TYPE(flushed)(old_second * second[i]) + fresh_second * (slope * slope);
    REAL kept = parameter[i] - decay * parameter[i];
    first[i] = mean;
    second[i] = square;
    parameter[i] = kept - rate * mean / (OF_TYPE(root)(square) * root_scale + epsilon);
  }
}
