internal import CPerceptronKernels

// The order of elements: ascending, −0 before 0, NaN last. Places are in the order of the elements; those
// of equal elements, as 0 and −0 are, are in their own order.

/// The number of elements from which on a line is sorted alone, by its bits, and not beside others.
private let longestOfMany = 4096

/// The number of elements from which on the threads sort parts of a single line.
private let sharedLine = 1 << 16

extension BLASScalar {
  /// The bytes of a key; a pair of key and place has twice as many.
  private static var keySize: Int { MemoryLayout<Self>.size }

  /// y = each line in order; `y` may be `x`.
  static func sortLines(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    let width = 64 / keySize
    let room: UnsafeMutablePointer<UInt8>
    if lines >= width / 2 && count > 16 && count <= longestOfMany {
      room = allocateAligned(count: max(64, 2 * keySize) * count)
      ckernels_sort_many_lines(kernelType, lines, count, x, y, room)
    } else {
      room = allocateAligned(count: 2 * keySize * count)
      ckernels_sort_lines(kernelType, lines, count, x, y, room)
    }
    freeAligned(room)
  }

  /// y = each column in order, all with rows `stride` apart; `y` may be `x`.
  static func sortColumns(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    let room: UnsafeMutablePointer<UInt8> = allocateAligned(count: 64 * rows)
    ckernels_sort_columns(kernelType, rows, columns, stride, x, y, room)
    freeAligned(room)
  }

  /// The places of each line's elements in order.
  static func argsortLines(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, into places: UnsafeMutablePointer<Int>
  ) {
    let room: UnsafeMutablePointer<UInt8> = allocateAligned(count: 4 * keySize * count)
    ckernels_argsort_lines(kernelType, lines, count, x, places, room)
    freeAligned(room)
  }

  /// The `k` largest elements of each line, NaN first, and their places; of equal ones the first.
  static func topLines(
    lines: Int, count: Int, k: Int, _ x: UnsafePointer<Self>,
    values: UnsafeMutablePointer<Self>, places: UnsafeMutablePointer<Int>
  ) {
    let room: UnsafeMutablePointer<UInt8> = allocateAligned(count: 2 * keySize * k)
    ckernels_top_lines(kernelType, lines, count, k, x, values, places, room)
    freeAligned(room)
  }
}

// MARK: - One long line

extension BLASScalar {
  /// Whether the threads sort parts of a line of `count` elements.
  static func isSharedLine(_ count: Int) -> Bool { count >= sharedLine }

  /// y = a long line in order: parts sorted by several threads, then merged by them.
  static func sortLongLine(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    sortParts(count: count, size: keySize) { range, keys in
      ckernels_make_keys(kernelType, range.count, x + range.lowerBound, keys)
    } sort: { count, keys, room in
      ckernels_sort_keys(kernelType, count, keys, room)
    } merge: { leftCount, left, rightCount, right, from, to, merged in
      ckernels_merge_keys(kernelType, leftCount, left, rightCount, right, from, to, merged)
    } finish: { range, keys in
      ckernels_from_keys(kernelType, range.count, keys, y + range.lowerBound)
    }
  }

  /// The places of a long line's elements in order, as by ``sortLongLine(count:_:into:)``.
  static func argsortLongLine(
    count: Int, _ x: UnsafePointer<Self>, into places: UnsafeMutablePointer<Int>
  ) {
    sortParts(count: count, size: 2 * keySize) { range, pairs in
      ckernels_make_pairs(
        kernelType, range.count, range.lowerBound, x + range.lowerBound, pairs)
    } sort: { count, pairs, room in
      ckernels_sort_pairs(kernelType, count, pairs, room)
    } merge: { leftCount, left, rightCount, right, from, to, merged in
      ckernels_merge_pairs(kernelType, leftCount, left, rightCount, right, from, to, merged)
    } finish: { range, pairs in
      ckernels_from_pairs(kernelType, range.count, pairs, places + range.lowerBound)
    }
  }

  /// Sorts records of `size` bytes in as many parts as there are threads, rounded to a power of two, and
  /// merges neighbors until there is one; several threads share each step.
  private static func sortParts(
    count: Int, size: Int,
    make: (_ range: Range<Int>, _ records: UnsafeMutableRawPointer) -> Void,
    sort: (_ count: Int, _ records: UnsafeMutableRawPointer, _ room: UnsafeMutableRawPointer) ->
      Void,
    merge: (
      _ leftCount: Int, _ left: UnsafeRawPointer, _ rightCount: Int, _ right: UnsafeRawPointer,
      _ from: Int, _ to: Int, _ merged: UnsafeMutableRawPointer
    ) -> Void,
    finish: (_ range: Range<Int>, _ records: UnsafeRawPointer) -> Void
  ) {
    let memory: UnsafeMutablePointer<UInt8> = allocateAligned(count: 2 * size * count)
    defer { freeAligned(memory) }
    var source = UnsafeMutableRawPointer(memory)
    var target = source + size * count
    var parts = 1
    while parts < BLASLibrary.threadCount { parts *= 2 }
    var bounds = (0...parts).map { $0 * count / parts }
    withShares(of: parts, atLeast: 1) { share in
      for part in share {
        let range = bounds[part]..<bounds[part + 1]
        let records = source + range.lowerBound * size
        make(range, records)
        sort(range.count, records, target + range.lowerBound * size)
      }
    }
    while bounds.count > 2 {
      withShares(of: count, atLeast: sharedLine / 4) { share in
        for left in stride(from: 0, to: bounds.count - 2, by: 2) {
          let (start, middle, end) = (bounds[left], bounds[left + 1], bounds[left + 2])
          let merged = share.clamped(to: start..<end)
          if merged.isEmpty { continue }
          merge(
            middle - start, source + start * size, end - middle, source + middle * size,
            merged.lowerBound - start, merged.upperBound - start,
            target + merged.lowerBound * size)
        }
      }
      swap(&source, &target)
      bounds = stride(from: 0, to: bounds.count, by: 2).map { bounds[$0] }
    }
    withShares(of: count, atLeast: smallestShare) {
      finish($0, source + $0.lowerBound * size)
    }
  }
}

// MARK: - Selection

extension BLASScalar {
  /// The elements of a long line at `places` in its order; nil where an element is NaN. Keys are counted
  /// by their first 16 bits, and only those that share them with a sought one are sorted.
  static func select(_ places: [Int], count: Int, _ x: UnsafePointer<Self>) -> [Self]? {
    let digits = 1 << 16
    let shared = Locked([Int](repeating: 0, count: digits))
    withShares(of: count, atLeast: sharedLine) { share in
      var counts = [Int](repeating: 0, count: digits)
      counts.withUnsafeMutableBufferPointer {
        ckernels_count_digits(kernelType, share.count, x + share.lowerBound, $0.baseAddress!)
      }
      shared.withLock { total in
        for digit in 0..<digits { total[digit] += counts[digit] }
      }
    }
    let counts = shared.withLock { $0 }
    if counts[digits - 1] > 0 { return nil }
    var found = [Self](repeating: 0, count: places.count)
    var (digit, before) = (0, 0)
    var keys: [Self] = []
    for index in places.indices.sorted(by: { places[$0] < places[$1] }) {
      while before + counts[digit] <= places[index] {
        before += counts[digit]
        digit += 1
        keys = []
      }
      if keys.isEmpty { keys = sorted(counts[digit], startingWith: digit, count: count, x) }
      found[index] = keys[places[index] - before]
    }
    return found
  }

  /// The elements whose keys begin with the bits `digit`, in order; `found` is their number.
  private static func sorted(
    _ found: Int, startingWith digit: Int, count: Int, _ x: UnsafePointer<Self>
  ) -> [Self] {
    let room: UnsafeMutablePointer<UInt8> = allocateAligned(count: 2 * keySize * found)
    defer { freeAligned(room) }
    ckernels_select_digit(kernelType, count, x, UInt32(digit), found, room)
    return [Self](unsafeUninitializedCapacity: found) { elements, initialized in
      initialized = found
      ckernels_from_keys(kernelType, found, room, elements.baseAddress!)
    }
  }
}
