// Elements that are apart, and rows and columns exchanged, in tiles of which both sides stay in the first cache.

enum { OF_TYPE(tile_size) = 64 / sizeof(REAL) };

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

static void OF_TYPE(transpose)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, ptrdiff_t x_stride, REAL *y,
    ptrdiff_t y_stride) {
  const ptrdiff_t size = OF_TYPE(tile_size);
  for (ptrdiff_t top = 0; top < rows; top += size) {
    ptrdiff_t bottom = rows - top < size ? rows : top + size;
    for (ptrdiff_t left = 0; left < columns; left += size) {
      ptrdiff_t right = columns - left < size ? columns : left + size, i = top;
      for (; i + 4 <= bottom; i += 4) {
        const REAL *source = x + i * x_stride;
        ptrdiff_t j = left;
        for (; j + 4 <= right; j += 4) {
          OF_TYPE(transpose_quads)(source + j, x_stride, y + j * y_stride + i, y_stride);
        }
        for (; j < right; j++) {
          for (int k = 0; k < 4; k++) y[j * y_stride + i + k] = source[k * x_stride + j];
        }
      }
      for (; i < bottom; i++) {
        for (ptrdiff_t j = left; j < right; j++) y[j * y_stride + i] = x[i * x_stride + j];
      }
    }
  }
}

static void OF_TYPE(gather)(ptrdiff_t count, const REAL *x, ptrdiff_t stride, REAL *y) {
  // The usual strides apart, because their elements are loaded as vectors and shuffled.
  if (stride == 2) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = x[2 * i];
  } else if (stride == -1) {
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = x[-i];
  } else {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i * stride];
  }
}
