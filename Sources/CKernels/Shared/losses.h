// The softmax and its cross-entropy. Exponentials are computed over many short rows at once, in blocks
// that stay in the first cache.

enum {
  // The number of sums and maxima of a long row that stand side by side, on every level.
  OF_TYPE(lane_count) = 16,
  // The number of elements of a block that stay in the first cache.
  OF_TYPE(block_size) = 2048,
  // The number of rows of a block that have their numbers on the stack.
  OF_TYPE(most_rows) = 256,
};

typedef REAL OF_TYPE(lanes) __attribute__((ext_vector_type(16)));

// The number of rows of `columns` elements in a block.
INLINE ptrdiff_t OF_TYPE(rows_of_block)(ptrdiff_t columns) {
  ptrdiff_t rows = OF_TYPE(block_size) / columns;
  return rows < 1 ? 1 : rows > OF_TYPE(most_rows) ? OF_TYPE(most_rows) : rows;
}

// The largest element that is not NaN, or −∞.
INLINE REAL OF_TYPE(largest)(ptrdiff_t count, const REAL *x) {
  REAL largest = -(REAL)INFINITY;
  ptrdiff_t i = 0;
  if (count >= OF_TYPE(lane_count)) {
    OF_TYPE(lanes) best = largest, next;
    for (; i + OF_TYPE(lane_count) <= count; i += OF_TYPE(lane_count)) {
      memcpy(&next, x + i, sizeof next);
      best = next > best ? next : best;
    }
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) {
      largest = best[lane] > largest ? best[lane] : largest;
    }
  }
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

// Σ x.
INLINE REAL OF_TYPE(total)(ptrdiff_t count, const REAL *x) {
  REAL total = 0;
  ptrdiff_t i = 0;
  if (count >= OF_TYPE(lane_count)) {
    OF_TYPE(lanes) sums = 0, next;
    for (; i + OF_TYPE(lane_count) <= count; i += OF_TYPE(lane_count)) {
      memcpy(&next, x + i, sizeof next);
      sums += next;
    }
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) total += sums[lane];
  }
  for (; i < count; i++) total += x[i];
  return total;
}

// e^(x − largest x) / Σ in each row; exponents are never above 0, so nothing overflows. A NaN is
// not the largest, but makes the sum NaN and so the whole row.
static void OF_TYPE(softmax_block)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, const ptrdiff_t *labels, REAL *p,
    REAL *sums, REAL *below) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    const REAL *scores = x + row * columns;
    REAL *shifted = p + row * columns;
    REAL largest = OF_TYPE(largest)(columns, scores);
    if (labels) below[row] = scores[labels[row]] - largest;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) shifted[i] = scores[i] - largest;
  }
  VECTORIZED for (ptrdiff_t i = 0; i < rows * columns; i++) p[i] = OF_TYPE(exp)(p[i]);
  for (ptrdiff_t row = 0; row < rows; row++) {
    REAL *powers = p + row * columns;
    REAL sum = OF_TYPE(total)(columns, powers);
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) powers[i] /= sum;
    if (sums) sums[row] = sum;
  }
}

static void OF_TYPE(softmax)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *scores, REAL *probabilities, REAL *sums) {
  if (columns == 0) return;
  ptrdiff_t block = OF_TYPE(rows_of_block)(columns);
  for (ptrdiff_t row = 0; row < rows; row += block) {
    ptrdiff_t count = rows - row < block ? rows - row : block, start = row * columns;
    OF_TYPE(softmax_block)(
        count, columns, scores + start, NULL, probabilities + start, sums ? sums + row : NULL,
        NULL);
  }
}

static void OF_TYPE(softmax_cross_entropy)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *scores, const ptrdiff_t *labels,
    REAL *probabilities, REAL *losses) {
  if (columns == 0) return;
  ptrdiff_t block = OF_TYPE(rows_of_block)(columns);
  REAL sums[OF_TYPE(most_rows)];
  for (ptrdiff_t row = 0; row < rows; row += block) {
    ptrdiff_t count = rows - row < block ? rows - row : block, start = row * columns;
    REAL *below = losses + row;
    OF_TYPE(softmax_block)(
        count, columns, scores + start, labels + row, probabilities + start, sums, below);
    // Not (largest + ln Σ) − labeled: beside a score of 1e30 the logarithm would be lost.
    for (ptrdiff_t i = 0; i < count; i++) below[i] = OF_TYPE(logarithm)(sums[i]) - below[i];
  }
}

static void OF_TYPE(softmax_cross_entropy_gradient)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *probabilities, const ptrdiff_t *labels,
    REAL normalizer, REAL *gradient) {
  if (columns == 0) return;
  ptrdiff_t block = OF_TYPE(rows_of_block)(columns);
  REAL labeled[OF_TYPE(most_rows)];
  for (ptrdiff_t row = 0; row < rows; row += block) {
    ptrdiff_t count = rows - row < block ? rows - row : block;
    const REAL *p = probabilities + row * columns;
    REAL *target = gradient + row * columns;
    for (ptrdiff_t i = 0; i < count; i++) labeled[i] = p[i * columns + labels[row + i]];
    VECTORIZED for (ptrdiff_t i = 0; i < count * columns; i++) target[i] = p[i] / normalizer;
    for (ptrdiff_t i = 0; i < count; i++) {
      target[i * columns + labels[row + i]] = (labeled[i] - 1) / normalizer;
    }
  }
}
