// The products of a layer whose weights stand as outputs × inputs, each output's weights contiguous.
// Products prepare nothing: vectors run along the inputs, which are many in a layer that takes time.
// Rows may be padded: rows a multiple of 4 KiB apart would share the same few sets of the first cache.

enum {
  // The number of rows and outputs multiplied at a time, one sum in each vector register.
  OF_TYPE(dot_rows) = 4,
#if VECTOR_BYTES == 64 || defined(__aarch64__)
  OF_TYPE(dot_outputs) = 6,
#else
  OF_TYPE(dot_outputs) = 3,
#endif
  // The number of products added up before their sum joins the others: the weights of as many
  // outputs stay in the first cache.
  OF_TYPE(dot_block) = 4096 / sizeof(REAL),
  // The number of many rows that are multiplied at a time: a block of them stays in the
  // second-level cache beside the next one, which is fetched from memory meanwhile.
  OF_TYPE(dot_piece) = 64,
  // The number of rows and vectors of a combination computed at a time.
#if VECTOR_BYTES == 64 || defined(__aarch64__)
  OF_TYPE(combined_rows) = 8,
  OF_TYPE(combined_vectors) = 3,
#else
  OF_TYPE(combined_rows) = 6,
  OF_TYPE(combined_vectors) = 2,
#endif
  // The number of rows combined before their sum joins the others.
  OF_TYPE(combined_block) = 256,
};

// A matrix of rows, `stride` apart, to be read or to be written.
typedef struct {
  const REAL *base;
  ptrdiff_t stride;
} OF_TYPE(source);
typedef struct {
  REAL *base;
  ptrdiff_t stride;
} OF_TYPE(target);

// MARK: Parts of vectors

// The first `count` elements at x, fewer than a vector has, and zeros.
INLINE OF_TYPE(vector) OF_TYPE(loaded_part)(const REAL *x, ptrdiff_t count) {
  OF_TYPE(vector) vector = {0};
  REAL *target = (REAL *)&vector;
  UNROLLED for (ptrdiff_t size = OF_TYPE(width) / 2; size > 0; size /= 2) {
    if (count & size) {
      memcpy(target, x, (size_t)size * sizeof(REAL));
      target += size;
      x += size;
    }
  }
  return vector;
}

INLINE void OF_TYPE(store_part)(OF_TYPE(vector) vector, REAL *x, ptrdiff_t count) {
  const REAL *source = (const REAL *)&vector;
  UNROLLED for (ptrdiff_t size = OF_TYPE(width) / 2; size > 0; size /= 2) {
    if (count & size) {
      memcpy(x, source, (size_t)size * sizeof(REAL));
      source += size;
      x += size;
    }
  }
}

typedef BITS OF_TYPE(mask) __attribute__((vector_size(VECTOR_BYTES)));

// From element i on, a mask of a vector's last i lanes.
static const BITS OF_TYPE(last_lanes)[2 * OF_TYPE(width)] = {
    [OF_TYPE(width)... 2 * OF_TYPE(width) - 1] = -1};

// The last `count` elements before `end`, fewer than a vector has, the others as zeros whatever stands
// there. A row shorter than a vector has nothing before it that could be read.
INLINE OF_TYPE(vector) OF_TYPE(loaded_end)(const REAL *end, ptrdiff_t count, bool is_short) {
  if (is_short) return OF_TYPE(loaded_part)(end - count, count);
  OF_TYPE(mask) numbers, lanes;
  memcpy(&numbers, end - OF_TYPE(width), sizeof numbers);
  memcpy(&lanes, OF_TYPE(last_lanes) + count, sizeof lanes);
  return (OF_TYPE(vector))(numbers & lanes);
}

typedef REAL OF_TYPE(lane) __attribute__((vector_size(16)));

// The sums of the elements of four vectors, each added up in the same order.
INLINE void OF_TYPE(fold)(
    OF_TYPE(vector) a, OF_TYPE(vector) b, OF_TYPE(vector) c, OF_TYPE(vector) d, REAL *sums) {
  OF_TYPE(vector) ab = LANES_FROM(a, b, FIRST_LOW) + LANES_FROM(a, b, FIRST_HIGH);
  OF_TYPE(vector) cd = LANES_FROM(c, d, FIRST_LOW) + LANES_FROM(c, d, FIRST_HIGH);
#ifdef SECOND_LOW
  OF_TYPE(vector) pairs[] = {LANES_FROM(ab, cd, SECOND_LOW) + LANES_FROM(ab, cd, SECOND_HIGH)};
#else
  OF_TYPE(vector) pairs[] = {ab, cd};
#endif
  UNROLLED for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    OF_TYPE(lane) lanes[VECTOR_BYTES / 16];
    memcpy(lanes, &pairs[i], sizeof lanes);
    UNROLLED for (int count = VECTOR_BYTES / 32; count > 0; count /= 2) {
      UNROLLED for (int lane = 0; lane < count; lane++) lanes[lane] += lanes[lane + count];
    }
    memcpy(sums + i * 16 / sizeof(REAL), lanes, 16);
  }
}

// MARK: Rows times outputs

// A part of the sums of a layer's outputs: `count` products each. They join the bias, or what stands
// in the target where that is null.
typedef struct {
  ptrdiff_t count;
  bool is_short;
  const REAL *bias;
} OF_TYPE(dot_part);

// Some rows' part of the sums for some outputs, while as many elements are fetched from `next` on.
INLINE void OF_TYPE(dot_tile)(
    const int rows, const int outputs, const bool fetches, OF_TYPE(dot_part) part,
    OF_TYPE(source) x, const REAL *next, OF_TYPE(source) weights, OF_TYPE(target) y) {
  OF_TYPE(vector) sums[OF_TYPE(dot_rows)][OF_TYPE(dot_outputs)] = {0};
  OF_TYPE(vector) factors[OF_TYPE(dot_outputs)];
  ptrdiff_t k = 0;
  for (; k + OF_TYPE(width) <= part.count; k += OF_TYPE(width)) {
    if (fetches) __builtin_prefetch(next + k, 0, 2);
    UNROLLED for (int j = 0; j < outputs; j++) {
      factors[j] = OF_TYPE(loaded)(weights.base + j * weights.stride + k);
    }
    UNROLLED for (int i = 0; i < rows; i++) {
      OF_TYPE(vector) elements = OF_TYPE(loaded)(x.base + i * x.stride + k);
      UNROLLED for (int j = 0; j < outputs; j++) sums[i][j] += elements * factors[j];
    }
  }
  if (k < part.count) {
    ptrdiff_t rest = part.count - k;
    UNROLLED for (int j = 0; j < outputs; j++) {
      const REAL *end = weights.base + j * weights.stride + part.count;
      factors[j] = OF_TYPE(loaded_end)(end, rest, part.is_short);
    }
    UNROLLED for (int i = 0; i < rows; i++) {
      const REAL *end = x.base + i * x.stride + part.count;
      OF_TYPE(vector) elements = OF_TYPE(loaded_end)(end, rest, part.is_short);
      UNROLLED for (int j = 0; j < outputs; j++) sums[i][j] += elements * factors[j];
    }
  }
  const int all = rows * outputs;
  const OF_TYPE(vector) none = {0};
  REAL totals[OF_TYPE(dot_rows) * OF_TYPE(dot_outputs) + 3];
  UNROLLED for (int n = 0; n < all; n += 4) {
#define SUM(m) ((m) < all ? sums[(m) / outputs][(m) % outputs] : none)
    OF_TYPE(fold)(SUM(n), SUM(n + 1), SUM(n + 2), SUM(n + 3), totals + n);
#undef SUM
  }
  UNROLLED for (int i = 0; i < rows; i++) {
    REAL *row = y.base + i * y.stride;
    UNROLLED for (int j = 0; j < outputs; j++) {
      row[j] = (part.bias ? part.bias[j] : row[j]) + totals[i * outputs + j];
    }
  }
}

// What is fetched with each of the first tiles, `count` rows of a matrix one after the other.
typedef struct {
  OF_TYPE(source) rows;
  ptrdiff_t count;
} OF_TYPE(fetch);

// All rows' part of the sums for some outputs.
INLINE void OF_TYPE(dot_outputs_of_rows)(
    const int outputs, ptrdiff_t rows, OF_TYPE(dot_part) part, OF_TYPE(source) x,
    OF_TYPE(fetch) fetch, OF_TYPE(source) weights, OF_TYPE(target) y) {
  for (; rows >= OF_TYPE(dot_rows); rows -= OF_TYPE(dot_rows)) {
    if (fetch.count > 0) {
      OF_TYPE(dot_tile)(OF_TYPE(dot_rows), outputs, true, part, x, fetch.rows.base, weights, y);
      fetch.rows.base += fetch.rows.stride;
      fetch.count--;
    } else {
      OF_TYPE(dot_tile)(OF_TYPE(dot_rows), outputs, false, part, x, NULL, weights, y);
    }
    x.base += OF_TYPE(dot_rows) * x.stride;
    y.base += OF_TYPE(dot_rows) * y.stride;
  }
  for (; rows > 0; rows--, x.base += x.stride, y.base += y.stride) {
    OF_TYPE(dot_tile)(1, outputs, false, part, x, NULL, weights, y);
  }
}

// Some rows of y = x·weightsᵀ + bias, block by block of the sums. With `fetches` the rows come from
// memory: their next block is fetched meanwhile, one row of each tile with each of the first outputs, and
// behind the last block the first one of as many rows that follow. Without it the rows are in a cache,
// and the weights of the next outputs are fetched.
static void OF_TYPE(dense_piece)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, ptrdiff_t x_stride,
    const REAL *weights, ptrdiff_t stride, const REAL *bias, bool fetches, bool is_last, REAL *y) {
  const ptrdiff_t block = OF_TYPE(dot_block);
  ptrdiff_t first = 0;
  do {
    ptrdiff_t count = inputs - first < block ? inputs - first : block, j = 0, row = 0;
    bool has_next = first + block < inputs, has_rows = has_next || !is_last;
    ptrdiff_t next = has_next ? block : rows * x_stride - first;
#define OUTPUTS(number)                                                                 \
  OF_TYPE(fetch) fetch = {{weights + (j + number) * stride + first, stride}, 0};        \
  if (fetches && has_rows && row < OF_TYPE(dot_rows)) {                                 \
    fetch.rows = (OF_TYPE(source)){                                                     \
        x + first + next + row * x_stride, OF_TYPE(dot_rows) * x_stride};               \
    fetch.count = rows;                                                                 \
  } else if (!fetches) {                                                                \
    ptrdiff_t left = outputs - j - number;                                              \
    fetch.count = left < OF_TYPE(dot_outputs) ? left : OF_TYPE(dot_outputs);            \
  }                                                                                     \
  OF_TYPE(dot_outputs_of_rows)(                                                         \
      number, rows,                                                                     \
      (OF_TYPE(dot_part)){count, inputs < OF_TYPE(width), first == 0 ? bias + j : NULL}, \
      (OF_TYPE(source)){x + first, x_stride}, fetch,                                    \
      (OF_TYPE(source)){weights + j * stride + first, stride},                          \
      (OF_TYPE(target)){y + j, outputs});                                               \
  j += number;                                                                          \
  row++;
    while (j + OF_TYPE(dot_outputs) <= outputs) { OUTPUTS(OF_TYPE(dot_outputs)) }
#if VECTOR_BYTES == 64 || defined(__aarch64__)
    if (j + 5 == outputs) { OUTPUTS(5) }
    if (j + 4 == outputs) { OUTPUTS(4) }
    if (j + 3 == outputs) { OUTPUTS(3) }
#endif
    if (j + 2 == outputs) { OUTPUTS(2) }
    if (j < outputs) { OUTPUTS(1) }
#undef OUTPUTS
    first += block;
  } while (first < inputs);
}

static void OF_TYPE(dense)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, ptrdiff_t x_stride,
    const REAL *weights, ptrdiff_t stride, const REAL *bias, REAL *y) {
  const ptrdiff_t piece = OF_TYPE(dot_piece);
  // As many rows as in a batch are in a cache already.
  if (rows <= 2 * piece) {
    OF_TYPE(dense_piece)(
        rows, inputs, outputs, x, x_stride, weights, stride, bias, false, true, y);
    return;
  }
  for (; rows > 0; rows -= piece, x += piece * x_stride, y += piece * outputs) {
    OF_TYPE(dense_piece)(
        rows < piece ? rows : piece, inputs, outputs, x, x_stride, weights, stride, bias, true,
        rows < 2 * piece, y);
  }
}

// MARK: One row times weights that stand as inputs × outputs

// The sums of the elements of as many vectors as a vector has elements, taken across them: each in the
// order in which `fold` adds up a vector's.
INLINE OF_TYPE(vector) OF_TYPE(fold_across)(OF_TYPE(vector) *lanes) {
  const int size = 16 / sizeof(REAL);
  OF_TYPE(vector) quads[VECTOR_BYTES / 16];
  UNROLLED for (int i = 0; i < VECTOR_BYTES / 16; i++) {
    OF_TYPE(vector) *lane = lanes + i * size;
    quads[i] = size == 4 ? (lane[0] + lane[2]) + (lane[1] + lane[size - 1]) : lane[0] + lane[1];
  }
  UNROLLED for (int count = VECTOR_BYTES / 32; count > 0; count /= 2) {
    UNROLLED for (int i = 0; i < count; i++) quads[i] += quads[i + count];
  }
  return quads[0];
}

// The outputs of a row in one vector, of which `rest` are there where that is not 0.
INLINE void OF_TYPE(dot_columns)(
    ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, const REAL *weights, const REAL *bias,
    ptrdiff_t rest, REAL *y) {
  const ptrdiff_t width = OF_TYPE(width), block = OF_TYPE(dot_block);
  OF_TYPE(vector) total = rest ? OF_TYPE(loaded_part)(bias, rest) : OF_TYPE(loaded)(bias);
  ptrdiff_t first = 0;
  do {
    ptrdiff_t count = inputs - first < block ? inputs - first : block, k = 0;
    OF_TYPE(vector) lanes[OF_TYPE(width)] = {0};
#define ADD(lane, k)                                                                    \
  const REAL *row = weights + (first + (k)) * outputs;                                  \
  OF_TYPE(vector) factors = rest ? OF_TYPE(loaded_part)(row, rest) : OF_TYPE(loaded)(row); \
  lanes[lane] += x[first + (k)] * factors;
    for (; k + width <= count; k += width) {
      UNROLLED for (int lane = 0; lane < OF_TYPE(width); lane++) { ADD(lane, k + lane) }
    }
    // In the lanes where `loaded_end` has them.
    ptrdiff_t shift = inputs < width ? 0 : width - (count - k);
    for (ptrdiff_t lane = 0; k + lane < count; lane++) { ADD(shift + lane, k + lane) }
#undef ADD
    total += OF_TYPE(fold_across)(lanes);
    first += block;
  } while (first < inputs);
  if (rest) {
    OF_TYPE(store_part)(total, y, rest);
  } else {
    memcpy(y, &total, sizeof total);
  }
}

static void OF_TYPE(dense_rows)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, const REAL *weights,
    const REAL *bias, REAL *y) {
  const ptrdiff_t width = OF_TYPE(width);
  for (ptrdiff_t row = 0; row < rows; row++, x += inputs, y += outputs) {
    ptrdiff_t j = 0;
    for (; j + width <= outputs; j += width) {
      OF_TYPE(dot_columns)(inputs, outputs, x, weights + j, bias + j, 0, y + j);
    }
    if (j < outputs) {
      OF_TYPE(dot_columns)(inputs, outputs, x, weights + j, bias + j, outputs - j, y + j);
    }
  }
}

// MARK: Combinations of rows

// The factors that rows of a matrix are combined with: (row, k) is at base[row·row_step + k·step].
typedef struct {
  const REAL *base;
  ptrdiff_t row_step, step;
} OF_TYPE(factors);

// What becomes of sums: alpha·sum, plus beta times what stands in the target unless that is 0.
typedef struct {
  REAL alpha, beta;
} OF_TYPE(scaling);

// Some rows of combinations in some vectors, whose last has `rest` columns where that is not 0.
INLINE void OF_TYPE(combine_tile)(
    const int rows, const int vectors, ptrdiff_t count, OF_TYPE(factors) factors,
    OF_TYPE(source) matrix, OF_TYPE(scaling) scaling, ptrdiff_t rest, OF_TYPE(target) target) {
  const ptrdiff_t width = OF_TYPE(width);
  OF_TYPE(vector) sums[OF_TYPE(combined_rows)][OF_TYPE(combined_vectors)] = {0};
  if (scaling.beta != 0) {
    UNROLLED for (int i = 0; i < rows; i++) {
      UNROLLED for (int v = 0; v < vectors; v++) {
        __builtin_prefetch(target.base + i * target.stride + v * width, 1);
      }
    }
  }
  for (ptrdiff_t k = 0; k < count; k++) {
    OF_TYPE(vector) elements[OF_TYPE(combined_vectors)];
    UNROLLED for (int v = 0; v < vectors; v++) {
      elements[v] = OF_TYPE(loaded)(matrix.base + v * width);
    }
    UNROLLED for (int i = 0; i < rows; i++) {
      UNROLLED for (int v = 0; v < vectors; v++) {
        sums[i][v] += factors.base[i * factors.row_step] * elements[v];
      }
    }
    matrix.base += matrix.stride;
    factors.base += factors.step;
  }
  UNROLLED for (int i = 0; i < rows; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      REAL *element = target.base + i * target.stride + v * width;
      bool is_part = v + 1 == vectors && rest > 0;
      OF_TYPE(vector) old = {0}, sum;
      if (scaling.beta != 0) {
        old = is_part ? OF_TYPE(loaded_part)(element, rest) : OF_TYPE(loaded)(element);
        sum = scaling.alpha * sums[i][v] + scaling.beta * old;
      } else {
        sum = scaling.alpha * sums[i][v];
      }
      if (is_part) {
        OF_TYPE(store_part)(sum, element, rest);
      } else {
        memcpy(element, &sum, sizeof sum);
      }
    }
  }
}

// All rows of combinations in some vectors.
INLINE void OF_TYPE(combine_vectors)(
    const int vectors, ptrdiff_t rows, ptrdiff_t count, OF_TYPE(factors) factors,
    OF_TYPE(source) matrix, OF_TYPE(scaling) scaling, ptrdiff_t rest, OF_TYPE(target) target) {
#define ROWS(number)                                                                    \
  OF_TYPE(combine_tile)(number, vectors, count, factors, matrix, scaling, rest, target); \
  factors.base += (number) * factors.row_step;                                          \
  target.base += (number) * target.stride;                                              \
  rows -= number;
  while (rows >= OF_TYPE(combined_rows)) { ROWS(OF_TYPE(combined_rows)) }
  if (rows >= 4) { ROWS(4) }
  if (rows >= 2) { ROWS(2) }
  if (rows >= 1) { ROWS(1) }
#undef ROWS
}

// target ← alpha·factors·matrix + beta·target, rows × columns; a matrix of `inner` rows.
INLINE void OF_TYPE(combine)(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, OF_TYPE(factors) factors,
    OF_TYPE(source) matrix, OF_TYPE(scaling) scaling, OF_TYPE(target) target) {
  const ptrdiff_t width = OF_TYPE(width), block = OF_TYPE(combined_block);
  ptrdiff_t first = 0;
  do {
    ptrdiff_t count = inner - first < block ? inner - first : block, column = 0;
    OF_TYPE(scaling) own = {scaling.alpha, first == 0 ? scaling.beta : 1};
    OF_TYPE(factors) part = {factors.base + first * factors.step, factors.row_step, factors.step};
    OF_TYPE(source) from = {matrix.base + first * matrix.stride, matrix.stride};
#define VECTORS(number, source, rest)                                                   \
  OF_TYPE(combine_vectors)(                                                             \
      number, rows, count, part, source, own, rest,                                     \
      (OF_TYPE(target)){target.base + column, target.stride});                          \
  column += (number) * width;
#define FROM_COLUMN ((OF_TYPE(source)){from.base + column, from.stride})
    while (column + OF_TYPE(combined_vectors) * width <= columns) {
      VECTORS(OF_TYPE(combined_vectors), FROM_COLUMN, 0)
    }
    if (OF_TYPE(combined_vectors) > 2 && column + 2 * width <= columns) {
      VECTORS(2, FROM_COLUMN, 0)
    }
    if (column + width <= columns) { VECTORS(1, FROM_COLUMN, 0) }
    if (column < columns) {
      // The last columns, fewer than a vector, filled up with zeros.
      REAL last[OF_TYPE(combined_block) * OF_TYPE(width)];
      ptrdiff_t rest = columns - column;
      for (ptrdiff_t k = 0; k < count; k++) {
        OF_TYPE(vector) elements = OF_TYPE(loaded_part)(from.base + k * from.stride + column, rest);
        memcpy(last + k * width, &elements, sizeof elements);
      }
      VECTORS(1, ((OF_TYPE(source)){last, width}), rest)
    }
#undef FROM_COLUMN
#undef VECTORS
    first += block;
  } while (first < inner);
}

static void OF_TYPE(dense_input_gradient)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *upstream,
    const REAL *weights, ptrdiff_t stride, REAL *gradient) {
  OF_TYPE(combine)(
      rows, outputs, inputs, (OF_TYPE(factors)){upstream, outputs, 1},
      (OF_TYPE(source)){weights, stride}, (OF_TYPE(scaling)){1, 0},
      (OF_TYPE(target)){gradient, inputs});
}

static void OF_TYPE(dense_weight_gradient)(
    ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t outputs, const REAL *x, ptrdiff_t x_stride,
    const REAL *upstream, ptrdiff_t upstream_stride, REAL alpha, REAL beta, REAL *gradient,
    ptrdiff_t stride) {
  OF_TYPE(combine)(
      outputs, rows, inputs, (OF_TYPE(factors)){upstream, 1, upstream_stride},
      (OF_TYPE(source)){x, x_stride}, (OF_TYPE(scaling)){alpha, beta},
      (OF_TYPE(target)){gradient, stride});
}
