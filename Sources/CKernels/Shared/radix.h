// Records in ascending order by their bits from `first` up to `end`, stable: the digits from the least
// to the most, counted in one pass (LSD radix sort). RECORD is the type and OF_RECORD(name) a name with
// it at its end; both are undefined at the end. The result is in `records`; `room` is as large.

// By exchanges of neighbors, for a few records.
static void OF_RECORD(insertion_sort)(ptrdiff_t count, RECORD *records, int first) {
  for (ptrdiff_t i = 1; i < count; i++) {
    RECORD record = records[i];
    ptrdiff_t j = i;
    for (; j > 0 && records[j - 1] >> first > record >> first; j--) records[j] = records[j - 1];
    records[j] = record;
  }
}

static void OF_RECORD(radix_sort)(
    ptrdiff_t count, RECORD *records, RECORD *room, int first, int end) {
  if (count <= 40) return OF_RECORD(insertion_sort)(count, records, first);
  // Short lines have few elements to a counter of eleven bits.
  const int bits = count < 6000 ? 8 : 11;
  const int passes = (end - first + bits - 1) / bits;
  const uint32_t mask = (1u << bits) - 1;
  ptrdiff_t counts[8][2048];
  for (int pass = 0; pass < passes; pass++) {
    memset(counts[pass], 0, sizeof(ptrdiff_t) << bits);
  }
  if (bits == 8) {
    for (ptrdiff_t i = 0; i < count; i++) {
      RECORD key = records[i] >> first;
      for (int pass = 0; pass < passes; pass++) counts[pass][(uint32_t)(key >> pass * 8) & 255]++;
    }
  } else {
    for (ptrdiff_t i = 0; i < count; i++) {
      RECORD key = records[i] >> first;
      for (int pass = 0; pass < passes; pass++) {
        counts[pass][(uint32_t)(key >> pass * 11) & 2047]++;
      }
    }
  }
  RECORD *source = records, *target = room;
  for (int pass = 0; pass < passes; pass++) {
    const int shift = first + pass * bits;
    ptrdiff_t *starts = counts[pass], start = 0;
    // A digit that all records share moves none.
    if (starts[(uint32_t)(source[0] >> shift) & mask] == count) continue;
    for (uint32_t digit = 0; digit <= mask; digit++) {
      ptrdiff_t size = starts[digit];
      starts[digit] = start;
      start += size;
    }
    for (ptrdiff_t i = 0; i < count; i++) {
      RECORD record = source[i];
      target[starts[(uint32_t)(record >> shift) & mask]++] = record;
    }
    RECORD *other = source;
    source = target;
    target = other;
  }
  if (source != records) memcpy(records, source, (size_t)count * sizeof(RECORD));
}

// Elements `from` up to `to` of what two sorted runs make together, the left one's before equal ones of
// the right one: merged[0] is element `from`.
static void OF_RECORD(merge)(
    ptrdiff_t left_count, const RECORD *left, ptrdiff_t right_count, const RECORD *right,
    ptrdiff_t from, ptrdiff_t to, RECORD *merged) {
  // The number of elements of the left run among the first `from`: the least that leaves none of the
  // right run's behind a larger one of the left.
  ptrdiff_t low = from > right_count ? from - right_count : 0;
  ptrdiff_t high = from < left_count ? from : left_count;
  while (low < high) {
    ptrdiff_t middle = low + (high - low) / 2;
    if (left[middle] <= right[from - middle - 1]) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  ptrdiff_t i = low, j = from - low, n = 0, count = to - from;
  while (n < count && i < left_count && j < right_count) {
    // Without a branch, which would be a guess.
    RECORD a = left[i], b = right[j];
    ptrdiff_t is_left = a <= b;
    merged[n++] = is_left ? a : b;
    i += is_left;
    j += 1 - is_left;
  }
  while (n < count && i < left_count) merged[n++] = left[i++];
  while (n < count) merged[n++] = right[j++];
}

#undef RECORD
#undef OF_RECORD
