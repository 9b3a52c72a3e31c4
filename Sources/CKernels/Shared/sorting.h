// Order of the elements of lines, by unsigned keys that stand in the order of the numbers: −0 before 0,
// NaN last.

// The key of a number: the bits of a positive one behind those of a negative one, turned around.
INLINE KEY OF_TYPE(key)(REAL x) {
  KEY bits = OF_TYPE(bits)(x);
  const KEY sign = (KEY)1 << (KEY_BITS - 1);
  KEY key = bits & sign ? ~bits : bits | sign;
  return x == x ? key : ~(KEY)0;
}

// The same for 0 and −0.
INLINE KEY OF_TYPE(equal_key)(REAL x) { return OF_TYPE(key)(x + 0); }

INLINE REAL OF_TYPE(number)(KEY key) {
  const KEY sign = (KEY)1 << (KEY_BITS - 1);
  return OF_TYPE(from_bits)(key & sign ? key & ~sign : ~key);
}

// MARK: Keys and pairs

static void OF_TYPE(make_keys)(ptrdiff_t count, const REAL *x, void *keys) {
  KEY *target = keys;
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) target[i] = OF_TYPE(key)(x[i]);
}

static void OF_TYPE(from_keys)(ptrdiff_t count, const void *keys, REAL *y) {
  const KEY *source = keys;
  VECTORIZED for (ptrdiff_t i = 0; i < count; i++) y[i] = OF_TYPE(number)(source[i]);
}

static void OF_TYPE(make_pairs)(ptrdiff_t count, ptrdiff_t start, const REAL *x, void *pairs) {
  PAIR *target = pairs;
  for (ptrdiff_t i = 0; i < count; i++) {
    target[i] = (PAIR)OF_TYPE(equal_key)(x[i]) << KEY_BITS | (KEY)(start + i);
  }
}

static void OF_TYPE(from_pairs)(ptrdiff_t count, const void *pairs, ptrdiff_t *places) {
  const PAIR *source = pairs;
  for (ptrdiff_t i = 0; i < count; i++) places[i] = (ptrdiff_t)(KEY)source[i];
}

static void OF_TYPE(sort_keys)(ptrdiff_t count, void *keys, void *room) {
  OF_KEY(radix_sort)(count, keys, room, 0, KEY_BITS);
}

static void OF_TYPE(sort_pairs)(ptrdiff_t count, void *pairs, void *room) {
  OF_PAIR(radix_sort)(count, pairs, room, KEY_BITS, 2 * KEY_BITS);
}

static void OF_TYPE(merge_keys)(
    ptrdiff_t left_count, const void *left, ptrdiff_t right_count, const void *right, ptrdiff_t from,
    ptrdiff_t to, void *merged) {
  OF_KEY(merge)(left_count, left, right_count, right, from, to, merged);
}

static void OF_TYPE(merge_pairs)(
    ptrdiff_t left_count, const void *left, ptrdiff_t right_count, const void *right, ptrdiff_t from,
    ptrdiff_t to, void *merged) {
  OF_PAIR(merge)(left_count, left, right_count, right, from, to, merged);
}

// MARK: Lines

static void OF_TYPE(sort_lines)(
    ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *y, void *room) {
  KEY *keys = room;
  for (ptrdiff_t line = 0; line < lines; line++, x += count, y += count) {
    OF_TYPE(make_keys)(count, x, keys);
    OF_TYPE(sort_keys)(count, keys, keys + count);
    OF_TYPE(from_keys)(count, keys, y);
  }
}

#if KEY_BITS == 64
// The places of at most 2¹⁶ elements in order, with the place instead of a key's last 16 bits: pairs half
// as large. False where many elements differ in those bits alone.
static bool argsort_by_48_bits(ptrdiff_t count, const double *x, ptrdiff_t *places, uint64_t *room) {
  const uint64_t mask = 0xffff;
  for (ptrdiff_t i = 0; i < count; i++) {
    room[i] = (equal_key_double(x[i]) & ~mask) | (uint64_t)i;
  }
  radix_sort_uint64(count, room, room + count, 16, 64);
  for (ptrdiff_t i = 0; i < count; i++) {
    places[i] = (ptrdiff_t)(room[i] & mask);
    if (i == 0 || (room[i] ^ room[i - 1]) > mask) continue;
    // Equal up to there: by all bits, in the order of places where those are equal, too.
    uint64_t key = equal_key_double(x[places[i]]);
    ptrdiff_t j = i, place = places[i];
    while (j > 0 && equal_key_double(x[places[j - 1]]) > key) {
      if (i - j > 64) return false;
      places[j] = places[j - 1];
      j--;
    }
    places[j] = place;
  }
  return true;
}
#endif

static void OF_TYPE(argsort_lines)(
    ptrdiff_t lines, ptrdiff_t count, const REAL *x, ptrdiff_t *places, void *room) {
  PAIR *pairs = room;
  for (ptrdiff_t line = 0; line < lines; line++, x += count, places += count) {
#if KEY_BITS == 64
    if (count <= 1 << 16 && argsort_by_48_bits(count, x, places, room)) continue;
#endif
    OF_TYPE(make_pairs)(count, 0, x, pairs);
    OF_TYPE(sort_pairs)(count, pairs, pairs + count);
    OF_TYPE(from_pairs)(count, pairs, places);
  }
}

// MARK: Selection

// Adds to `counts` how many keys begin with each 16 bits.
static void OF_TYPE(count_digits)(ptrdiff_t count, const REAL *x, ptrdiff_t *counts) {
  for (ptrdiff_t i = 0; i < count; i++) counts[OF_TYPE(key)(x[i]) >> (KEY_BITS - 16)]++;
}

// The keys that begin with `digit`, in order; there is room for twice as many.
static void OF_TYPE(select_digit)(
    ptrdiff_t count, const REAL *x, uint32_t digit, ptrdiff_t found, void *room) {
  KEY *keys = room;
  ptrdiff_t n = 0;
  for (ptrdiff_t i = 0; i < count && n < found; i++) {
    KEY key = OF_TYPE(key)(x[i]);
    keys[n] = key;
    n += key >> (KEY_BITS - 16) == digit;
  }
  OF_TYPE(sort_keys)(found, keys, keys + found);
}

// MARK: The largest

// Puts `pair` in the place of the root of a heap whose root is the least.
INLINE void OF_TYPE(replace_root)(ptrdiff_t count, PAIR *heap, PAIR pair) {
  ptrdiff_t parent = 0;
  for (ptrdiff_t child = 1; child < count; child = 2 * parent + 1) {
    if (child + 1 < count && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= pair) break;
    heap[parent] = heap[child];
    parent = child;
  }
  heap[parent] = pair;
}

static void OF_TYPE(top_lines)(
    ptrdiff_t lines, ptrdiff_t count, ptrdiff_t k, const REAL *x, REAL *values, ptrdiff_t *places,
    void *room) {
  PAIR *heap = room;
  if (k == 0) return;
  for (ptrdiff_t line = 0; line < lines; line++, x += count, values += k, places += k) {
    // The complement of a place, so that of equal elements the first is the largest.
#define PAIR_AT(i) ((PAIR)OF_TYPE(equal_key)(x[i]) << KEY_BITS | (KEY)~(KEY)(i))
    for (ptrdiff_t i = 0; i < k; i++) heap[i] = ~(PAIR)0;
    for (ptrdiff_t i = k - 1; i >= 0; i--) {
      // Builds the heap from its last place on: what follows `i` is in order below it.
      PAIR pair = PAIR_AT(i);
      ptrdiff_t parent = i;
      for (ptrdiff_t child = 2 * i + 1; child < k; child = 2 * parent + 1) {
        if (child + 1 < k && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= pair) break;
        heap[parent] = heap[child];
        parent = child;
      }
      heap[parent] = pair;
    }
    KEY least = (KEY)(heap[0] >> KEY_BITS);
    for (ptrdiff_t i = k; i < count; i++) {
      if (OF_TYPE(equal_key)(x[i]) <= least) continue;
      OF_TYPE(replace_root)(k, heap, PAIR_AT(i));
      least = (KEY)(heap[0] >> KEY_BITS);
    }
#undef PAIR_AT
    for (ptrdiff_t rest = k; rest > 0; rest--) {
      ptrdiff_t place = (ptrdiff_t)(KEY)~(KEY)heap[0];
      values[rest - 1] = x[place];
      places[rest - 1] = place;
      OF_TYPE(replace_root)(rest - 1, heap, heap[rest - 1]);
    }
  }
}

// MARK: Networks

enum { OF_TYPE(network_lanes) = 64 / sizeof(REAL) };

// The signed form of a key, whose order vectors compare.
typedef BITS OF_TYPE(network_vector) __attribute__((vector_size(64)));

INLINE void OF_TYPE(exchange)(OF_TYPE(network_vector) *a, OF_TYPE(network_vector) *b) {
  OF_TYPE(network_vector) low = __builtin_elementwise_min(*a, *b);
  *b = __builtin_elementwise_max(*a, *b);
  *a = low;
}

// Merges neighboring runs of `run` rows, from row `start` up to `end`, into runs of twice as many: the
// rounds of Batcher's odd–even merge sort in which it joins them. Rows beyond the end would be the
// largest, and need no exchange.
static void OF_TYPE(merge_runs)(
    ptrdiff_t run, ptrdiff_t start, ptrdiff_t end, OF_TYPE(network_vector) *rows) {
  for (ptrdiff_t base = start; base + run < end; base += 2 * run) {
    OF_TYPE(network_vector) *first = rows + base;
    ptrdiff_t count = end - base < 2 * run ? end - base : 2 * run;
    for (ptrdiff_t i = 0; i + run < count; i++) OF_TYPE(exchange)(first + i, first + i + run);
    for (ptrdiff_t distance = run / 2; distance > 0; distance /= 2) {
      for (ptrdiff_t group = distance; group + distance < count; group += 2 * distance) {
        ptrdiff_t stop = count - distance - group < distance ? count - distance - group : distance;
        for (ptrdiff_t i = group; i < group + stop; i++) {
          OF_TYPE(exchange)(first + i, first + i + distance);
        }
      }
    }
  }
}

// Sorts each lane of `count` rows.
static void OF_TYPE(sort_lanes)(ptrdiff_t count, OF_TYPE(network_vector) *rows) {
  // Runs that stay in the first cache first.
  const ptrdiff_t block = 128;
  for (ptrdiff_t start = 0; start < count; start += block) {
    ptrdiff_t end = count - start < block ? count : start + block;
    for (ptrdiff_t run = 1; run < block; run *= 2) OF_TYPE(merge_runs)(run, start, end, rows);
  }
  for (ptrdiff_t run = block; run < count; run *= 2) OF_TYPE(merge_runs)(run, 0, count, rows);
}

INLINE BITS OF_TYPE(signed_key)(REAL x) {
  return (BITS)(OF_TYPE(key)(x) ^ (KEY)1 << (KEY_BITS - 1));
}

INLINE REAL OF_TYPE(from_signed_key)(BITS key) {
  return OF_TYPE(number)((KEY)key ^ (KEY)1 << (KEY_BITS - 1));
}

static void OF_TYPE(sort_columns)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, REAL *y, void *room) {
  const ptrdiff_t width = OF_TYPE(network_lanes);
  BITS *keys = room;
  for (ptrdiff_t start = 0; start < columns; start += width) {
    ptrdiff_t count = columns - start < width ? columns - start : width;
    for (ptrdiff_t row = 0; row < rows; row++) {
      const REAL *source = x + row * stride + start;
      if (count == width) {
        VECTORIZED for (int i = 0; i < OF_TYPE(network_lanes); i++) {
          keys[row * width + i] = OF_TYPE(signed_key)(source[i]);
        }
      } else {
        for (ptrdiff_t i = 0; i < width; i++) {
          keys[row * width + i] = i < count ? OF_TYPE(signed_key)(source[i]) : 0;
        }
      }
    }
    OF_TYPE(sort_lanes)(rows, room);
    for (ptrdiff_t row = 0; row < rows; row++) {
      REAL *target = y + row * stride + start;
      if (count == width) {
        VECTORIZED for (int i = 0; i < OF_TYPE(network_lanes); i++) {
          target[i] = OF_TYPE(from_signed_key)(keys[row * width + i]);
        }
      } else {
        for (ptrdiff_t i = 0; i < count; i++) {
          target[i] = OF_TYPE(from_signed_key)(keys[row * width + i]);
        }
      }
    }
  }
}

static void OF_TYPE(sort_many_lines)(
    ptrdiff_t lines, ptrdiff_t count, const REAL *x, REAL *y, void *room) {
  const ptrdiff_t width = OF_TYPE(network_lanes);
  REAL *block = room;
  ptrdiff_t line = 0;
  for (; line + width <= lines; line += width) {
    OF_TYPE(transpose)(width, count, x + line * count, count, block, width);
    OF_TYPE(sort_columns)(count, width, width, block, block, block);
    OF_TYPE(transpose)(count, width, block, width, y + line * count, count);
  }
  OF_TYPE(sort_lines)(lines - line, count, x + line * count, y + line * count, room);
}
