// A loop of multiplications and additions that wait for no memory and for few of each other, fused
// where the level has that: the most that a processor can do, for benchmarks to show shares of.

enum {
  // The number of vectors computed at a time: enough to keep all units busy through an operation's
  // latency, and no more than there are registers for.
#ifdef __aarch64__
  OF_TYPE(independent_vectors) = 24,
#else
  OF_TYPE(independent_vectors) = 12,
#endif
};

static void OF_TYPE(multiply_adds)(ptrdiff_t count, REAL factor, REAL summand, REAL *x) {
  const int vectors = OF_TYPE(independent_vectors);
  const REAL *end = x + ckernels_multiply_add_elements;
  for (; x < end; x += vectors * OF_TYPE(width)) {
    OF_TYPE(vector) values[OF_TYPE(independent_vectors)];
    memcpy(values, x, sizeof values);
    for (ptrdiff_t n = 0; n < count; n++) {
      UNROLLED for (int i = 0; i < vectors; i++) values[i] = values[i] * factor + summand;
    }
    memcpy(x, values, sizeof values);
  }
}
