// Products with a matrix that is packed in panels, which many rows are multiplied by: a panel is a
// few vectors of neighbouring columns, row by row, the last ones' missing columns filled up with zeros.

enum {
  // How many vectors a panel has at most, and how many rows are multiplied by one at a time: as
  // many sums as there are registers for.
  OF_TYPE(panel_vectors) = 3,
#if VECTOR_BYTES == 64 || defined(__aarch64__)
  OF_TYPE(tile_rows) = 8,
#else
  OF_TYPE(tile_rows) = 4,
#endif
  // How many products are added up one after another; the sums of such blocks are added in turn.
  OF_TYPE(inner_block) = 2048 / sizeof(REAL),
  // How many bytes of panels all rows are multiplied by before the next ones: half of a
  // second-level cache.
  OF_TYPE(group_bytes) = 1 << 19,
};

// How many vectors the panel has that begins where `rest` vectors are left: no panel of one vector
// beside another, since one leaves the sums waiting for each other.
INLINE ptrdiff_t OF_TYPE(vectors_of_panel)(ptrdiff_t rest) {
  if (rest == OF_TYPE(panel_vectors) + 1) return 2;
  return rest < OF_TYPE(panel_vectors) ? rest : OF_TYPE(panel_vectors);
}

// MARK: Packing

// Rows [first, end) of the panels of a matrix.
static void OF_TYPE(pack_panels)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, ptrdiff_t end, const REAL *matrix,
    REAL *panels) {
  const ptrdiff_t width = OF_TYPE(width), total = OF_TYPE(panel_count)(columns);
  ptrdiff_t vectors;
  for (ptrdiff_t start = 0; start < total; start += vectors) {
    vectors = OF_TYPE(vectors_of_panel)(total - start);
    ptrdiff_t rest = columns - start * width, room = vectors * width;
    ptrdiff_t count = rest < room ? rest : room;
    for (ptrdiff_t i = first; i < end; i++) {
      const REAL *source = matrix + i * columns + start * width;
      REAL *target = panels + start * width * rows + i * room;
      if (count == OF_TYPE(panel_vectors) * width) {
        memcpy(target, source, OF_TYPE(panel_vectors) * sizeof(OF_TYPE(vector)));
        continue;
      }
      for (ptrdiff_t j = 0; j < count; j++) target[j] = source[j];
      for (ptrdiff_t j = count; j < room; j++) target[j] = 0;
    }
  }
}

typedef REAL OF_TYPE(quad) __attribute__((vector_size(4 * sizeof(REAL))));

// Writes the transpose of four rows of four numbers.
INLINE void OF_TYPE(transpose_quads)(
    const REAL *source, ptrdiff_t stride, REAL *target, ptrdiff_t target_stride) {
  OF_TYPE(quad) in[4], low, high, other_low, other_high, out[4];
  UNROLLED for (int i = 0; i < 4; i++) memcpy(&in[i], source + i * stride, sizeof in[i]);
  low = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5);
  high = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
  other_low = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5);
  other_high = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
  out[0] = __builtin_shufflevector(low, other_low, 0, 1, 4, 5);
  out[1] = __builtin_shufflevector(low, other_low, 2, 3, 6, 7);
  out[2] = __builtin_shufflevector(high, other_high, 0, 1, 4, 5);
  out[3] = __builtin_shufflevector(high, other_high, 2, 3, 6, 7);
  UNROLLED for (int i = 0; i < 4; i++) memcpy(target + i * target_stride, &out[i], sizeof out[i]);
}

// Columns [first, end) of the panels of a matrix's transpose, with the zeros that follow the last.
static void OF_TYPE(pack_transposed_panels)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, ptrdiff_t end, const REAL *matrix,
    REAL *panels) {
  const ptrdiff_t width = OF_TYPE(width), total = OF_TYPE(panel_count)(columns);
  ptrdiff_t vectors;
  if (first == end) return;
  for (ptrdiff_t start = 0; start < total; start += vectors) {
    vectors = OF_TYPE(vectors_of_panel)(total - start);
    ptrdiff_t room = vectors * width, low = start * width, high = low + room;
    ptrdiff_t from = first > low ? first : low, to = end < high ? end : high;
    ptrdiff_t zeros = to == columns ? high : to;
    REAL *panel = panels + low * rows;
    for (ptrdiff_t i = 0; i < rows;) {
      ptrdiff_t j = from, count = rows - i < 4 ? 1 : 4;
      for (; count == 4 && j + 4 <= to; j += 4) {
        OF_TYPE(transpose_quads)(matrix + j * rows + i, rows, panel + i * room + j - low, room);
      }
      for (ptrdiff_t stop = i + count; i < stop; i++) {
        REAL *target = panel + i * room - low;
        for (ptrdiff_t k = j; k < to; k++) target[k] = matrix[k * rows + i];
        for (ptrdiff_t k = to; k < zeros; k++) target[k] = 0;
      }
    }
  }
}

// MARK: Products

// The first `count` elements of a vector, fewer than it has, at x.
INLINE OF_TYPE(vector) OF_TYPE(loaded_part)(const REAL *x, ptrdiff_t count) {
  OF_TYPE(vector) vector = {0};
  REAL *target = (REAL *)&vector;
  ptrdiff_t done = 0;
  UNROLLED for (ptrdiff_t size = OF_TYPE(width) / 2; size > 0; size /= 2) {
    if (count & size) {
      memcpy(target + done, x + done, (size_t)size * sizeof(REAL));
      done += size;
    }
  }
  return vector;
}

INLINE void OF_TYPE(store_part)(OF_TYPE(vector) vector, REAL *x, ptrdiff_t count) {
  const REAL *source = (const REAL *)&vector;
  ptrdiff_t done = 0;
  UNROLLED for (ptrdiff_t size = OF_TYPE(width) / 2; size > 0; size /= 2) {
    if (count & size) {
      memcpy(x + done, source + done, (size_t)size * sizeof(REAL));
      done += size;
    }
  }
}

// A product: rows times a matrix in panels, rows × inner by inner × columns.
typedef struct {
  ptrdiff_t columns, inner;
  const REAL *left, *panels;
  REAL *target;
} OF_TYPE(product);

// A part of a product's sums: of `count` products each, from `first` on.
typedef struct {
  ptrdiff_t first, count;
  bool adds;
} OF_TYPE(part);

// Some rows' part of the sums for a panel that begins at column `column`, while as many numbers of
// two rows from `next` on are fetched into the second-level cache.
INLINE void OF_TYPE(multiply_tile)(
    const int rows, const int vectors, const OF_TYPE(product) *product, OF_TYPE(part) part,
    ptrdiff_t row, ptrdiff_t column, const REAL *next) {
  const ptrdiff_t width = OF_TYPE(width), columns = product->columns, inner = product->inner;
  const REAL *left = product->left + row * inner + part.first;
  const REAL *panel = product->panels + column * inner + part.first * vectors * width;
  REAL *target = product->target + row * columns + column;
  ptrdiff_t rest = columns - column - (vectors - 1) * width;
  OF_TYPE(vector) sums[OF_TYPE(tile_rows)][OF_TYPE(panel_vectors)];
  UNROLLED for (int i = 0; i < rows; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      sums[i][v] = (OF_TYPE(vector)){0};
      if (part.adds) __builtin_prefetch(target + i * columns + v * width, 1);
    }
  }
  for (ptrdiff_t k = 0; k < part.count; k++, left++, panel += vectors * width) {
    OF_TYPE(vector) factors[OF_TYPE(panel_vectors)];
    __builtin_prefetch(next + (k & 1) * inner + k, 0, 2);
    UNROLLED for (int v = 0; v < vectors; v++) factors[v] = OF_TYPE(loaded)(panel + v * width);
    UNROLLED for (int i = 0; i < rows; i++) {
      UNROLLED for (int v = 0; v < vectors; v++) sums[i][v] += left[i * inner] * factors[v];
    }
  }
  UNROLLED for (int i = 0; i < rows; i++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      REAL *element = target + i * columns + v * width;
      OF_TYPE(vector) sum = sums[i][v];
      if (v + 1 < vectors || rest >= width) {
        if (part.adds) sum += OF_TYPE(loaded)(element);
        memcpy(element, &sum, sizeof sum);
      } else {
        if (part.adds) sum += OF_TYPE(loaded_part)(element, rest);
        OF_TYPE(store_part)(sum, element, rest);
      }
    }
  }
}

// Some rows' part of the sums for the panels in vectors [start, end). The rows that follow, up to
// `last_row`, are fetched meanwhile, two with each panel.
INLINE void OF_TYPE(multiply_by_panels)(
    const int rows, const OF_TYPE(product) *product, OF_TYPE(part) part, ptrdiff_t row,
    ptrdiff_t last_row, ptrdiff_t start, ptrdiff_t end) {
  const ptrdiff_t total = OF_TYPE(panel_count)(product->columns);
  ptrdiff_t vectors, next_row = row + rows;
  for (; start < end; start += vectors, next_row += 2) {
    vectors = OF_TYPE(vectors_of_panel)(total - start);
    ptrdiff_t fetched = next_row + 2 <= last_row && next_row < row + 2 * rows ? next_row : row;
    const REAL *next = product->left + fetched * product->inner + part.first;
#define VECTORS(number)                                                                 \
  OF_TYPE(multiply_tile)(rows, number, product, part, row, start * OF_TYPE(width), next)
    if (vectors == 3) {
      VECTORS(3);
    } else if (vectors == 2) {
      VECTORS(2);
    } else {
      VECTORS(1);
    }
#undef VECTORS
  }
}

// Where the panels end that fit into the cache together, in vectors.
static ptrdiff_t OF_TYPE(end_of_group)(ptrdiff_t start, ptrdiff_t total, ptrdiff_t inner) {
  ptrdiff_t room = OF_TYPE(group_bytes) / (inner * VECTOR_BYTES), end = start;
  while (end < total) {
    ptrdiff_t next = end + OF_TYPE(vectors_of_panel)(total - end);
    if (end > start && next - start > room) break;
    end = next;
  }
  return end;
}

static void OF_TYPE(multiply_panels_by_rows)(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const REAL *left, const REAL *panels,
    bool adds, REAL *target) {
  const OF_TYPE(product) product = {columns, inner, left, panels, target};
  const ptrdiff_t block = OF_TYPE(inner_block), total = OF_TYPE(panel_count)(columns);
  if (inner == 0 && !adds) memset(target, 0, (size_t)(rows * columns) * sizeof(REAL));
  for (ptrdiff_t first = 0; first < inner; first += block) {
    ptrdiff_t count = inner - first < block ? inner - first : block, end;
    OF_TYPE(part) part = {first, count, adds || first > 0};
    for (ptrdiff_t start = 0; start < total; start = end) {
      end = OF_TYPE(end_of_group)(start, total, count);
      ptrdiff_t row = 0;
#define ROWS(number)                                                                    \
  OF_TYPE(multiply_by_panels)(number, &product, part, row, rows, start, end);           \
  row += number;
      while (row + OF_TYPE(tile_rows) <= rows) { ROWS(OF_TYPE(tile_rows)) }
      if (OF_TYPE(tile_rows) > 4 && row + 4 <= rows) { ROWS(4) }
      if (row + 2 <= rows) { ROWS(2) }
      if (row < rows) { ROWS(1) }
#undef ROWS
    }
  }
}
