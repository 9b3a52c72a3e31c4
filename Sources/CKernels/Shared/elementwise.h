// Interpolation, dropout's factors, repeated rows and sums of columns.

static void OF_TYPE(interpolate)(ptrdiff_t count, REAL share, const REAL *x, REAL *y) {
  // Unlike (1 − share)·y + share·x, this leaves y where it is once it equals x.
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] += share * (x[i] - y[i]);
}

static void OF_TYPE(dropout_factors)(
    ptrdiff_t count, REAL factor, uint64_t threshold, uint64_t start, REAL *factors) {
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) {
    // Multiples of SplitMix64's step.
    uint64_t drawn = mixed(start + 0x9e3779b97f4a7c15 * (uint64_t)i);
    factors[i] = drawn < threshold ? 0 : factor;
  }
}

static void OF_TYPE(fill_rows)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *row, REAL *y) {
  for (ptrdiff_t i = 0; i < rows; i++, y += columns) {
    VECTORIZED for (ptrdiff_t j = 0; j < columns; j++) y[j] = row[j];
  }
}

// The number of columns summed at a time: their partial sums fit on the stack, and a row's part is long
// enough to be read ahead.
enum { OF_TYPE(strip_width) = 512 };
// The number of rows added up one after another; the sums of such blocks are added as a balanced
// tree, so that the rounding error grows with the logarithm of the rows (Higham 1993).
enum { OF_TYPE(row_block) = 32 };

// The sum of each of a strip's columns, whose rows are `stride` elements apart.
static void OF_TYPE(add_strip)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, REAL *sums) {
  if (rows > OF_TYPE(row_block)) {
    ptrdiff_t half = rows / 2;
    REAL part[OF_TYPE(strip_width)];
    OF_TYPE(add_strip)(half, columns, stride, x, sums);
    OF_TYPE(add_strip)(rows - half, columns, stride, x + half * stride, part);
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) sums[i] += part[i];
    return;
  }
  VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) sums[i] = 0;
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const REAL *a = x + row * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      sums[i] = (((sums[i] + a[i]) + b[i]) + c[i]) + d[i];
    }
  }
  for (; row < rows; row++) {
    const REAL *a = x + row * stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) sums[i] += a[i];
  }
}

static void OF_TYPE(add_rows)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *sums) {
  const ptrdiff_t width = OF_TYPE(strip_width);
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t rest = columns - start;
    OF_TYPE(add_strip)(rows, rest < width ? rest : width, columns, x + start, sums + start);
  }
}
