// The products of small layers. A panel is as many columns of a matrix as a vector of the level is wide,
// the last one filled up. Its vectors are read and written whole where the buffer has room beside them.

enum {
  OF_TYPE(width) = VECTOR_BYTES / sizeof(REAL),
  // The largest size of one side of a layer, whose weights are on the stack.
  OF_TYPE(most_units) = 64,
  // The number of rows added up one after another; the sums of such blocks are added in turn.
  OF_TYPE(summed_rows) = 256,
};

typedef REAL OF_TYPE(vector) __attribute__((vector_size(VECTOR_BYTES)));

INLINE OF_TYPE(vector) OF_TYPE(loaded)(const REAL *x) {
  OF_TYPE(vector) vector;
  memcpy(&vector, x, sizeof vector);
  return vector;
}

INLINE ptrdiff_t OF_TYPE(panel_count)(ptrdiff_t columns) {
  return (columns + OF_TYPE(width) - 1) / OF_TYPE(width);
}

// The number of the rows, `stride` apart, that have room for whole panels within the buffer that
// ends with the last row's columns.
INLINE ptrdiff_t OF_TYPE(roomy_rows)(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride) {
  ptrdiff_t excess = OF_TYPE(panel_count)(columns) * OF_TYPE(width) - columns;
  if (excess == 0) return rows;
  ptrdiff_t short_rows = (excess + stride - 1) / stride;
  return rows < short_rows ? 0 : rows - short_rows;
}

// MARK: Rows times a matrix

// The panels of a matrix one after another: element (i, j) is at matrix[i·row_step + j·column_step].
INLINE void OF_TYPE(pack)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *matrix, ptrdiff_t row_step,
    ptrdiff_t column_step, REAL *panels) {
  const ptrdiff_t width = OF_TYPE(width);
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t count = columns - start < width ? columns - start : width;
    for (ptrdiff_t i = 0; i < rows; i++, panels += width) {
      const REAL *source = matrix + i * row_step + start * column_step;
      if (count == width && column_step == 1) {
        memcpy(panels, source, sizeof(OF_TYPE(vector)));
        continue;
      }
      for (ptrdiff_t j = 0; j < count; j++) panels[j] = source[j * column_step];
      for (ptrdiff_t j = count; j < width; j++) panels[j] = 0;
    }
  }
}

// Some rows of y = x·panels + bias in a few panels, the last one first: what is written beside a row is
// the next one's beginning, which is written later.
INLINE void OF_TYPE(multiply_tile)(
    const int count, const int panels_of_tile, ptrdiff_t inner, ptrdiff_t columns, const REAL *x,
    const REAL *panels, const REAL *bias, REAL *y) {
  const ptrdiff_t width = OF_TYPE(width);
  OF_TYPE(vector) sums[8][2];
  UNROLLED for (int panel = 0; panel < panels_of_tile; panel++) {
    OF_TYPE(vector) start = OF_TYPE(loaded)(bias + panel * width);
    UNROLLED for (int row = 0; row < count; row++) sums[row][panel] = start;
  }
  for (ptrdiff_t i = 0; i < inner; i++) {
    OF_TYPE(vector) factors[2];
    UNROLLED for (int panel = 0; panel < panels_of_tile; panel++) {
      factors[panel] = OF_TYPE(loaded)(panels + (panel * inner + i) * width);
    }
    UNROLLED for (int row = 0; row < count; row++) {
      UNROLLED for (int panel = 0; panel < panels_of_tile; panel++) {
        sums[row][panel] += x[row * inner + i] * factors[panel];
      }
    }
  }
  UNROLLED for (int panel = panels_of_tile - 1; panel >= 0; panel--) {
    UNROLLED for (int row = 0; row < count; row++) {
      memcpy(y + row * columns + panel * width, &sums[row][panel], sizeof sums[row][panel]);
    }
  }
}

// Some rows of y = x·panels + bias.
INLINE void OF_TYPE(multiply_rows)(
    const int count, ptrdiff_t inner, ptrdiff_t columns, const REAL *x, const REAL *panels,
    const REAL *bias, REAL *y) {
  const ptrdiff_t width = OF_TYPE(width);
  ptrdiff_t panel = OF_TYPE(panel_count)(columns);
  for (; panel >= 2 && VECTOR_BYTES == 64; panel -= 2) {
    ptrdiff_t start = (panel - 2) * width;
    OF_TYPE(multiply_tile)(
        count, 2, inner, columns, x, panels + start * inner, bias + start, y + start);
  }
  for (; panel >= 1; panel--) {
    ptrdiff_t start = (panel - 1) * width;
    OF_TYPE(multiply_tile)(
        count, 1, inner, columns, x, panels + start * inner, bias + start, y + start);
  }
}

INLINE void OF_TYPE(multiply_panels)(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const REAL *x, const REAL *panels,
    const REAL *bias, REAL *y) {
  ptrdiff_t row = 0;
#define ROWS(count)                                                                     \
  OF_TYPE(multiply_rows)(                                                               \
      count, inner, columns, x + row * inner, panels, bias, y + row * columns);         \
  row += count;
  while (row + 8 <= rows) { ROWS(8) }
  if (row + 4 <= rows) { ROWS(4) }
  if (row + 2 <= rows) { ROWS(2) }
  if (row < rows) { ROWS(1) }
#undef ROWS
}

// y = x·panels + bias, where bias has room for whole panels.
static void OF_TYPE(multiply)(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const REAL *x, const REAL *panels,
    const REAL *bias, REAL *y) {
  ptrdiff_t roomy = OF_TYPE(roomy_rows)(rows, columns, columns);
  OF_TYPE(multiply_panels)(roomy, inner, columns, x, panels, bias, y);
  if (roomy == rows) return;
  // Fewer than a vector's width of elements are beside the last row's, so the others have fewer.
  REAL last[OF_TYPE(most_units) + 3 * OF_TYPE(width)];
  OF_TYPE(multiply_panels)(rows - roomy, inner, columns, x + roomy * inner, panels, bias, last);
  memcpy(y + roomy * columns, last, (size_t)((rows - roomy) * columns) * sizeof(REAL));
}

static void OF_TYPE(affine)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, const REAL *weights,
    const REAL *bias, REAL *y) {
  REAL panels[OF_TYPE(most_units) * OF_TYPE(most_units)];
  REAL start[OF_TYPE(most_units)];
  OF_TYPE(pack)(inputs, outputs, weights, outputs, 1, panels);
  OF_TYPE(pack)(1, outputs, bias, outputs, 1, start);
  OF_TYPE(multiply)(rows, inputs, outputs, x, panels, start, y);
}

static void OF_TYPE(affine_input_gradient)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *upstream,
    const REAL *weights, REAL *gradient) {
  REAL panels[OF_TYPE(most_units) * OF_TYPE(most_units)];
  REAL start[OF_TYPE(most_units)] = {0};
  OF_TYPE(pack)(outputs, inputs, weights, 1, outputs, panels);
  OF_TYPE(multiply)(rows, outputs, inputs, upstream, panels, start, gradient);
}

// MARK: A matrix transposed times another

// A matrix of rows, `stride` apart.
typedef struct {
  const REAL *base;
  ptrdiff_t columns, stride;
} OF_TYPE(rows);

// Adds Σ left[row, j]·right's panel for `count` columns of the left, `phases` rows at a time, each
// with sums of its own, because one sum can only be added to after the other.
INLINE void OF_TYPE(add_products)(
    const int count, const int phases, ptrdiff_t rows, const REAL *left, ptrdiff_t left_stride,
    const REAL *right, ptrdiff_t right_stride, REAL *totals) {
  OF_TYPE(vector) sums[8] = {0};
  ptrdiff_t row = 0;
  for (; row + phases <= rows; row += phases) {
    UNROLLED for (int phase = 0; phase < phases; phase++) {
      OF_TYPE(vector) factors = OF_TYPE(loaded)(right + phase * right_stride);
      UNROLLED for (int j = 0; j < count; j++) {
        sums[phase * count + j] += left[phase * left_stride + j] * factors;
      }
    }
    left += phases * left_stride;
    right += phases * right_stride;
  }
  for (; row < rows; row++, left += left_stride, right += right_stride) {
    OF_TYPE(vector) factors = OF_TYPE(loaded)(right);
    UNROLLED for (int j = 0; j < count; j++) sums[j] += left[j] * factors;
  }
  UNROLLED for (int j = 0; j < count; j++) {
    OF_TYPE(vector) total = OF_TYPE(loaded)(totals + j * OF_TYPE(width)), sum = sums[j];
    UNROLLED for (int phase = 1; phase < phases; phase++) sum += sums[phase * count + j];
    total += sum;
    memcpy(totals + j * OF_TYPE(width), &total, sizeof total);
  }
}

// Adds leftᵀ·right of some rows to `totals`, panel by panel of the right.
INLINE void OF_TYPE(add_block)(
    ptrdiff_t rows, OF_TYPE(rows) left, OF_TYPE(rows) right, REAL *totals) {
  for (ptrdiff_t start = 0; start < right.columns; start += OF_TYPE(width)) {
    ptrdiff_t j = 0;
#define COLUMNS(count)                                                                  \
  OF_TYPE(add_products)(                                                                \
      count, 8 / count, rows, left.base + j, left.stride, right.base + start,           \
      right.stride, totals);                                                            \
  totals += count * OF_TYPE(width);                                                     \
  j += count;
    while (j + 8 <= left.columns) { COLUMNS(8) }
    if (j + 4 <= left.columns) { COLUMNS(4) }
    if (j + 2 <= left.columns) { COLUMNS(2) }
    if (j < left.columns) { COLUMNS(1) }
#undef COLUMNS
  }
}

// Writes leftᵀ·right to `totals`, panel by panel of the right.
static void OF_TYPE(sum_products)(
    ptrdiff_t rows, OF_TYPE(rows) left, OF_TYPE(rows) right, REAL *totals) {
  const ptrdiff_t padded = OF_TYPE(panel_count)(right.columns) * OF_TYPE(width);
  const ptrdiff_t roomy = OF_TYPE(roomy_rows)(rows, right.columns, right.stride);
  memset(totals, 0, (size_t)(left.columns * padded) * sizeof(REAL));
  for (ptrdiff_t row = 0; row < roomy; row += OF_TYPE(summed_rows)) {
    ptrdiff_t rest = roomy - row;
    OF_TYPE(add_block)(
        rest < OF_TYPE(summed_rows) ? rest : OF_TYPE(summed_rows),
        (OF_TYPE(rows)){left.base + row * left.stride, left.columns, left.stride},
        (OF_TYPE(rows)){right.base + row * right.stride, right.columns, right.stride}, totals);
  }
  if (roomy == rows) return;
  // A panel of one column leaves all but one row of a vector's width without room; where there are
  // several panels it is one row.
  REAL last[OF_TYPE(width) * OF_TYPE(width) + OF_TYPE(most_units)];
  for (ptrdiff_t row = roomy; row < rows; row++) {
    REAL *copy = last + (row - roomy) * padded;
    for (ptrdiff_t j = 0; j < right.columns; j++) copy[j] = right.base[row * right.stride + j];
    for (ptrdiff_t j = right.columns; j < padded; j++) copy[j] = 0;
  }
  OF_TYPE(add_block)(
      rows - roomy, (OF_TYPE(rows)){left.base + roomy * left.stride, left.columns, left.stride},
      (OF_TYPE(rows)){last, right.columns, padded}, totals);
}

static void OF_TYPE(affine_weight_gradient)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, ptrdiff_t stride,
    const REAL *upstream, REAL alpha, REAL beta, REAL *gradient) {
  const ptrdiff_t width = OF_TYPE(width);
  REAL totals[OF_TYPE(most_units) * OF_TYPE(most_units)];
  OF_TYPE(rows) left = {x, inputs, stride}, right = {upstream, outputs, outputs};
  // Whichever way there are fewer vectors.
  bool is_swapped =
      outputs * OF_TYPE(panel_count)(inputs) < inputs * OF_TYPE(panel_count)(outputs);
  OF_TYPE(sum_products)(rows, is_swapped ? right : left, is_swapped ? left : right, totals);
  ptrdiff_t vectors = is_swapped ? outputs : inputs, columns = is_swapped ? inputs : outputs;
  ptrdiff_t vector_step = is_swapped ? 1 : outputs, column_step = is_swapped ? outputs : 1;
  const REAL *total = totals;
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t count = columns - start < width ? columns - start : width;
    for (ptrdiff_t i = 0; i < vectors; i++, total += width) {
      REAL *target = gradient + i * vector_step + start * column_step;
      for (ptrdiff_t j = 0; j < count; j++) {
        REAL *element = target + j * column_step;
        *element = beta == 0 ? alpha * total[j] : alpha * total[j] + beta * *element;
      }
    }
  }
}
