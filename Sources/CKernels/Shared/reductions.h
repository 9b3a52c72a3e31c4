// Reductions of lines, contiguous elements, and of columns, whose neighbors are `stride` apart. All
// lanes, blocks and trees are the same on every level, so that sums have the same bits on those that
// fuse nothing.

enum {
  // The number of elements of a line that are summed one after another, in lanes.
  OF_TYPE(line_block) = 512,
  // The number of elements of a line among which a place is looked for again.
  OF_TYPE(place_block) = 1024,
};

// Sixteen elements from x on.
INLINE void OF_TYPE(load)(const REAL *x, OF_TYPE(lanes) *lanes) { memcpy(lanes, x, sizeof *lanes); }

// MARK: Sums

typedef REAL OF_TYPE(eight) __attribute__((ext_vector_type(8)));

// Σ x of at most 256 elements in eight lanes; of more, the sum of two halves' sums, of which the first
// is a multiple of 256 long.
static REAL OF_TYPE(line_sum)(ptrdiff_t count, const REAL *x) {
  if (count > 256) {
    ptrdiff_t half = (count / 2 + 255) / 256 * 256;
    return OF_TYPE(line_sum)(half, x) + OF_TYPE(line_sum)(count - half, x + half);
  }
  OF_TYPE(eight) sums = 0, next;
  ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8) {
    memcpy(&next, x + i, sizeof next);
    sums += next;
  }
  REAL total = sums[0];
  UNROLLED for (int lane = 1; lane < 8; lane++) total += sums[lane];
  for (; i < count; i++) total += x[i];
  return total;
}

static void OF_TYPE(line_sums)(ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *sums) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    sums[line] = OF_TYPE(line_sum)(count, x);
  }
}

static void OF_TYPE(column_sums)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, REAL *sums) {
  const ptrdiff_t width = OF_TYPE(strip_width);
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t rest = columns - start;
    OF_TYPE(add_strip)(rows, rest < width ? rest : width, stride, x + start, sums + start);
  }
}

// Σ x² of at most 512 elements in two groups of lanes, as one waits for its last addition; of more, the
// sum of two halves' sums, of which the first is a multiple of 512 long.
static REAL OF_TYPE(line_square)(ptrdiff_t count, const REAL *x) {
  if (count > OF_TYPE(line_block)) {
    ptrdiff_t half = (count / 2 + OF_TYPE(line_block) - 1) / OF_TYPE(line_block) * OF_TYPE(line_block);
    return OF_TYPE(line_square)(half, x) + OF_TYPE(line_square)(count - half, x + half);
  }
  OF_TYPE(lanes) even = 0, odd = 0, next;
  ptrdiff_t i = 0;
  for (; i + 2 * OF_TYPE(lane_count) <= count; i += 2 * OF_TYPE(lane_count)) {
    OF_TYPE(load)(x + i, &next);
    even += next * next;
    OF_TYPE(load)(x + i + OF_TYPE(lane_count), &next);
    odd += next * next;
  }
  if (i + OF_TYPE(lane_count) <= count) {
    OF_TYPE(load)(x + i, &next);
    even += next * next;
    i += OF_TYPE(lane_count);
  }
  OF_TYPE(lanes) sums = even + odd;
  OF_TYPE(eight) eight = sums.lo + sums.hi;
  REAL total = 0;
  for (int lane = 0; lane < 8; lane++) total += eight[lane];
  for (; i < count; i++) total += x[i] * x[i];
  return total;
}

static void OF_TYPE(line_squares)(ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *squares) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    squares[line] = OF_TYPE(line_square)(count, x);
  }
}

// MARK: Magnitudes

static void OF_TYPE(column_magnitudes)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *sums) {
  VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) sums[i] = 0;
  for (ptrdiff_t row = 0; row < rows; row++, x += columns) {
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) sums[i] += __builtin_elementwise_abs(x[i]);
  }
}

static void OF_TYPE(symmetric_magnitudes)(ptrdiff_t size, const REAL *x, REAL *sums) {
  for (ptrdiff_t row = 0; row < size; row++, x += size) {
    OF_TYPE(lanes) own = 0, next;
    ptrdiff_t i = 0;
    // What stands left of the diagonal stands above it as well.
    for (; i + OF_TYPE(lane_count) <= row; i += OF_TYPE(lane_count)) {
      OF_TYPE(lanes) column;
      OF_TYPE(load)(x + i, &next);
      OF_TYPE(load)(sums + i, &column);
      next = __builtin_elementwise_abs(next);
      own += next;
      column += next;
      memcpy(sums + i, &column, sizeof column);
    }
    REAL total = __builtin_elementwise_abs(x[row]);
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) total += own[lane];
    for (; i < row; i++) {
      total += __builtin_elementwise_abs(x[i]);
      sums[i] += __builtin_elementwise_abs(x[i]);
    }
    sums[row] = total;
  }
}

static void OF_TYPE(find_not_finite)(ptrdiff_t count, const REAL *x, ptrdiff_t *place) {
  ptrdiff_t start = 0;
  while (start < count) {
    ptrdiff_t end = count - start > OF_TYPE(place_block) ? start + OF_TYPE(place_block) : count;
    // A finite number times 0 is 0, anything else NaN.
    OF_TYPE(lanes) a = 0, b = 0, next;
    ptrdiff_t i = start;
    for (; i + 2 * OF_TYPE(lane_count) <= end; i += 2 * OF_TYPE(lane_count)) {
      OF_TYPE(load)(x + i, &next);
      a += next * 0;
      OF_TYPE(load)(x + i + OF_TYPE(lane_count), &next);
      b += next * 0;
    }
    a += b;
    REAL probe = 0;
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) probe += a[lane];
    for (; i < end; i++) probe += x[i] * 0;
    if (probe != 0) break;
    start = end;
  }
  while (start < count && x[start] * 0 == 0) start++;
  *place = start;
}

// MARK: Sums of terms

// What is summed for each x: x − shift and its square, or e^(x − shift), and nothing beside it.
enum { OF_TYPE(deviations), OF_TYPE(exponentials) };

typedef struct { REAL first, second; } OF_TYPE(sums);

// The sums of a line's terms, which are added as a balanced tree over blocks.
static OF_TYPE(sums) OF_TYPE(line_term)(int kind, ptrdiff_t count, const REAL *x, REAL shift) {
  if (count > OF_TYPE(line_block)) {
    ptrdiff_t half = (count / 2 + OF_TYPE(line_block) - 1) / OF_TYPE(line_block) * OF_TYPE(line_block);
    OF_TYPE(sums) a = OF_TYPE(line_term)(kind, half, x, shift);
    OF_TYPE(sums) b = OF_TYPE(line_term)(kind, count - half, x + half, shift);
    return (OF_TYPE(sums)){a.first + b.first, a.second + b.second};
  }
  if (kind == OF_TYPE(exponentials)) {
    REAL powers[OF_TYPE(line_block)];
    VECTORIZED for (ptrdiff_t i = 0; i < count; i++) powers[i] = OF_TYPE(exp)(x[i] - shift);
    return (OF_TYPE(sums)){OF_TYPE(total)(count, powers), 0};
  }
  OF_TYPE(lanes) first = 0, second = 0;
  ptrdiff_t i = 0;
  for (; i + OF_TYPE(lane_count) <= count; i += OF_TYPE(lane_count)) {
    OF_TYPE(lanes) deviation;
    OF_TYPE(load)(x + i, &deviation);
    deviation -= shift;
    first += deviation;
    second += deviation * deviation;
  }
  OF_TYPE(sums) sums = {0, 0};
  for (int lane = 0; lane < OF_TYPE(lane_count); lane++) {
    sums.first += first[lane];
    sums.second += second[lane];
  }
  for (; i < count; i++) {
    REAL deviation = x[i] - shift;
    sums.first += deviation;
    sums.second += deviation * deviation;
  }
  return sums;
}

static void OF_TYPE(line_terms)(
    int kind, ptrdiff_t lines, ptrdiff_t count, const REAL *x, const REAL *shifts, REAL *first,
    REAL *second) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    OF_TYPE(sums) sums = OF_TYPE(line_term)(kind, count, x, shifts[line]);
    first[line] = sums.first;
    if (second) second[line] = sums.second;
  }
}

// The sums of the terms of each of a strip's columns.
static void OF_TYPE(strip_terms)(
    int kind, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, const REAL *shifts,
    REAL *first, REAL *second) {
  if (rows > OF_TYPE(row_block)) {
    ptrdiff_t half = rows / 2;
    REAL a[OF_TYPE(strip_width)], b[OF_TYPE(strip_width)];
    OF_TYPE(strip_terms)(kind, half, columns, stride, x, shifts, first, second);
    OF_TYPE(strip_terms)(kind, rows - half, columns, stride, x + half * stride, shifts, a, b);
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) first[i] += a[i];
    if (kind == OF_TYPE(exponentials)) return;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) second[i] += b[i];
    return;
  }
  VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) first[i] = 0;
  if (kind == OF_TYPE(exponentials)) {
    for (ptrdiff_t row = 0; row < rows; row++, x += stride) {
      VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) first[i] += OF_TYPE(exp)(x[i] - shifts[i]);
    }
    return;
  }
  VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) second[i] = 0;
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * stride) {
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      REAL sum = first[i], squares = second[i];
      UNROLLED for (int k = 0; k < 4; k++) {
        REAL deviation = x[k * stride + i] - shifts[i];
        sum += deviation;
        squares += deviation * deviation;
      }
      first[i] = sum;
      second[i] = squares;
    }
  }
  for (; row < rows; row++, x += stride) {
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      REAL deviation = x[i] - shifts[i];
      first[i] += deviation;
      second[i] += deviation * deviation;
    }
  }
}

static void OF_TYPE(column_terms)(
    int kind, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, const REAL *shifts,
    REAL *first, REAL *second) {
  const ptrdiff_t width = OF_TYPE(strip_width);
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t rest = columns - start;
    OF_TYPE(strip_terms)(
        kind, rows, rest < width ? rest : width, stride, x + start, shifts + start, first + start,
        second ? second + start : second);
  }
}

// MARK: Products

static void OF_TYPE(line_products)(
    ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *products) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    OF_TYPE(lanes) even = 1, odd = 1, next;
    ptrdiff_t i = 0;
    for (; i + 2 * OF_TYPE(lane_count) <= count; i += 2 * OF_TYPE(lane_count)) {
      OF_TYPE(load)(x + i, &next);
      even *= next;
      OF_TYPE(load)(x + i + OF_TYPE(lane_count), &next);
      odd *= next;
    }
    even *= odd;
    REAL product = 1;
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) product *= even[lane];
    for (; i < count; i++) product *= x[i];
    products[line] = product;
  }
}

static void OF_TYPE(column_products)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, REAL *products) {
  VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) products[i] = 1;
  ptrdiff_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const REAL *a = x + row * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      products[i] = products[i] * a[i] * b[i] * c[i] * d[i];
    }
  }
  for (; row < rows; row++) {
    const REAL *a = x + row * stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) products[i] *= a[i];
  }
}

// MARK: Extremes

// x where it comes before `best` or is NaN, else `best`.
#define BETTER(x, best, smallest) \
  ((((smallest) ? (x) < (best) : (x) > (best)) | ((x) != (x))) ? (x) : (best))

// The largest or smallest of at least one element, or NaN where there is one.
INLINE REAL OF_TYPE(extreme)(const bool smallest, ptrdiff_t count, const REAL *x) {
  REAL best = x[0];
  ptrdiff_t i = 0;
  const ptrdiff_t width = OF_TYPE(lane_count);
  if (count >= width) {
    OF_TYPE(lanes) a, b, c, d, next;
    OF_TYPE(load)(x, &a);
    b = c = d = a;
    for (; i + 4 * width <= count; i += 4 * width) {
      OF_TYPE(load)(x + i, &next);
      a = BETTER(next, a, smallest);
      OF_TYPE(load)(x + i + width, &next);
      b = BETTER(next, b, smallest);
      OF_TYPE(load)(x + i + 2 * width, &next);
      c = BETTER(next, c, smallest);
      OF_TYPE(load)(x + i + 3 * width, &next);
      d = BETTER(next, d, smallest);
    }
    for (; i + width <= count; i += width) {
      OF_TYPE(load)(x + i, &next);
      a = BETTER(next, a, smallest);
    }
    a = BETTER(b, a, smallest);
    c = BETTER(d, c, smallest);
    a = BETTER(c, a, smallest);
    for (int lane = 0; lane < OF_TYPE(lane_count); lane++) {
      best = BETTER(a[lane], best, smallest);
    }
  }
  for (; i < count; i++) best = BETTER(x[i], best, smallest);
  return best;
}

static void OF_TYPE(line_extremes)(
    bool smallest, ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *extremes) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    extremes[line] =
        smallest ? OF_TYPE(extreme)(true, count, x) : OF_TYPE(extreme)(false, count, x);
  }
}

INLINE void OF_TYPE(strip_extremes)(
    const bool smallest, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x,
    REAL *extremes) {
  memcpy(extremes, x, (size_t)columns * sizeof(REAL));
  ptrdiff_t row = 1;
  for (; row + 4 <= rows; row += 4) {
    const REAL *a = x + row * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      REAL best = extremes[i];
      best = BETTER(a[i], best, smallest);
      best = BETTER(b[i], best, smallest);
      best = BETTER(c[i], best, smallest);
      extremes[i] = BETTER(d[i], best, smallest);
    }
  }
  for (; row < rows; row++) {
    const REAL *a = x + row * stride;
    VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
      REAL best = extremes[i];
      extremes[i] = BETTER(a[i], best, smallest);
    }
  }
}

static void OF_TYPE(column_extremes)(
    bool smallest, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x,
    REAL *extremes) {
  if (smallest) {
    OF_TYPE(strip_extremes)(true, rows, columns, stride, x, extremes);
  } else {
    OF_TYPE(strip_extremes)(false, rows, columns, stride, x, extremes);
  }
}

// MARK: Places of extremes

// The first place of the extreme, or of a NaN where there is one: that of the best block, looked for
// there once more.
INLINE ptrdiff_t OF_TYPE(place)(const bool smallest, ptrdiff_t count, const REAL *x) {
  ptrdiff_t block = 0;
  REAL best = x[0];
  for (ptrdiff_t start = 0; start < count && best == best; start += OF_TYPE(place_block)) {
    ptrdiff_t rest = count - start;
    REAL next = OF_TYPE(extreme)(
        smallest, rest < OF_TYPE(place_block) ? rest : OF_TYPE(place_block), x + start);
    bool is_better = (smallest ? next < best : next > best) | (next != next);
    best = is_better ? next : best;
    block = is_better ? start : block;
  }
  ptrdiff_t i = block;
  // Sixteen at a time as long as none of them is it.
  for (; i + OF_TYPE(lane_count) <= count; i += OF_TYPE(lane_count)) {
    BITS found = 0;
    UNROLLED for (int lane = 0; lane < OF_TYPE(lane_count); lane++) {
      found |= (x[i + lane] == best) | (x[i + lane] != x[i + lane]);
    }
    if (found) break;
  }
  while (!((x[i] == best) | (x[i] != x[i]))) i++;
  return i;
}

static void OF_TYPE(line_places)(
    bool smallest, ptrdiff_t lines, ptrdiff_t count, const REAL *x, ptrdiff_t *places) {
  for (ptrdiff_t line = 0; line < lines; line++, x += count) {
    places[line] = smallest ? OF_TYPE(place)(true, count, x) : OF_TYPE(place)(false, count, x);
  }
}

INLINE void OF_TYPE(strip_places)(
    const bool smallest, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x,
    ptrdiff_t *places) {
  REAL best[OF_TYPE(strip_width)];
  BITS place[OF_TYPE(strip_width)];
  memcpy(best, x, (size_t)columns * sizeof(REAL));
  for (ptrdiff_t i = 0; i < columns; i++) places[i] = 0;
  // In blocks of which the places fit in 31 bits.
  const ptrdiff_t most = 1 << 30;
  for (ptrdiff_t start = 0; start < rows; start += most) {
    ptrdiff_t count = rows - start < most ? rows - start : most;
    for (ptrdiff_t i = 0; i < columns; i++) place[i] = -1;
    BITS row = 0;
    for (; row + 4 <= count; row += 4) {
      const REAL *a = x + (start + row) * stride;
      VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
        REAL old = best[i];
        BITS chosen = place[i];
        UNROLLED for (int k = 0; k < 4; k++) {
          REAL next = a[k * stride + i];
          bool is_better =
              (smallest ? next < old : next > old) | ((next != next) & (old == old));
          old = is_better ? next : old;
          chosen = is_better ? row + k : chosen;
        }
        best[i] = old;
        place[i] = chosen;
      }
    }
    for (; row < count; row++) {
      const REAL *a = x + (start + row) * stride;
      VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) {
        REAL old = best[i], next = a[i];
        bool is_better =
            (smallest ? next < old : next > old) | ((next != next) & (old == old));
        best[i] = is_better ? next : old;
        place[i] = is_better ? row : place[i];
      }
    }
    for (ptrdiff_t i = 0; i < columns; i++) {
      places[i] = place[i] < 0 ? places[i] : start + (ptrdiff_t)place[i];
    }
  }
}

static void OF_TYPE(column_places)(
    bool smallest, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x,
    ptrdiff_t *places) {
  const ptrdiff_t width = OF_TYPE(strip_width);
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t count = columns - start < width ? columns - start : width;
    if (smallest) {
      OF_TYPE(strip_places)(true, rows, count, stride, x + start, places + start);
    } else {
      OF_TYPE(strip_places)(false, rows, count, stride, x + start, places + start);
    }
  }
}

#undef BETTER

// MARK: Running sums and products

// Eight lines side by side, because each element waits for the one before it.
INLINE void OF_TYPE(run_lines)(
    const bool multiplies, const int lines, ptrdiff_t count, const REAL *x, REAL *y) {
  REAL running[8];
  UNROLLED for (int line = 0; line < lines; line++) running[line] = multiplies ? 1 : 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    UNROLLED for (int line = 0; line < lines; line++) {
      REAL next = x[line * count + i];
      // The first is taken as it is, so that −0 stays.
      running[line] = i == 0 ? next : multiplies ? running[line] * next : running[line] + next;
      y[line * count + i] = running[line];
    }
  }
}

static void OF_TYPE(running_lines)(
    bool multiplies, ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *y) {
  ptrdiff_t line = 0;
  for (; line + 8 <= lines; line += 8) {
    if (multiplies) {
      OF_TYPE(run_lines)(true, 8, count, x + line * count, y + line * count);
    } else {
      OF_TYPE(run_lines)(false, 8, count, x + line * count, y + line * count);
    }
  }
  for (; line < lines; line++) {
    if (multiplies) {
      OF_TYPE(run_lines)(true, 1, count, x + line * count, y + line * count);
    } else {
      OF_TYPE(run_lines)(false, 1, count, x + line * count, y + line * count);
    }
  }
}

static void OF_TYPE(running_columns)(
    bool multiplies, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, REAL *y) {
  memcpy(y, x, (size_t)columns * sizeof(REAL));
  for (ptrdiff_t row = 1; row < rows; row++) {
    const REAL *next = x + row * stride, *last = y + (row - 1) * stride;
    REAL *result = y + row * stride;
    if (multiplies) {
      VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) result[i] = last[i] * next[i];
    } else {
      VECTORIZED for (ptrdiff_t i = 0; i < columns; i++) result[i] = last[i] + next[i];
    }
  }
}
