/// What chooses entries along one axis of a tensor: an `Int`, whose axis the result no longer has, or an
/// ``AxisRange``.
public protocol AxisIndex {
  /// The entries of an axis with `extent` entries.
  ///
  /// - Precondition: all of them exist.
  func entries(of extent: Int) -> AxisEntries
}

/// What chooses entries along one axis of a tensor, which the result keeps: a range, a list of `Int`, `.all` or
/// `.stride(from:to:by:)`.
///
/// Ranges have to lie within the axis; there are no negative indices.
public protocol AxisRange: AxisIndex {}

/// Chosen entries of an axis.
public struct AxisEntries: Sendable {
  /// The entries, in the order of the result.
  let places: Places
  /// Whether the result has the axis.
  let keepsAxis: Bool

  enum Places: Sendable {
    /// Entries that are `step` apart, which may be negative.
    case every(step: Int, from: Int, count: Int)
    /// Entries in any order.
    case list([Int])
  }

  var count: Int {
    switch places {
    case .every(_, _, let count): count
    case .list(let list): list.count
    }
  }

  subscript(index: Int) -> Int {
    switch places {
    case .every(let step, let first, _): first + index * step
    case .list(let list): list[index]
    }
  }

  subscript(range: Range<Int>) -> AxisEntries {
    let part: Places =
      switch places {
      case .every(let step, let first, _):
        .every(step: step, from: first + range.lowerBound * step, count: range.count)
      case .list(let list): .list(Array(list[range]))
      }
    return AxisEntries(places: part, keepsAxis: keepsAxis)
  }

  static func all(of extent: Int) -> AxisEntries { .range(0..<extent, of: extent) }

  static func range(_ range: Range<Int>, of extent: Int) -> AxisEntries {
    require(
      range.lowerBound >= 0 && range.upperBound <= extent,
      "subscript: \(range) of an axis with \(extent) entries, expected a part of 0..<\(extent)")
    return AxisEntries(
      places: .every(step: 1, from: range.lowerBound, count: range.count), keepsAxis: true)
  }
}

extension Int: AxisIndex {
  /// The one entry with this index.
  ///
  /// - Precondition: `0 ≤ self < extent`.
  public func entries(of extent: Int) -> AxisEntries {
    require(
      (0..<extent).contains(self),
      "subscript: \(self) of an axis with \(extent) entries, expected one of 0..<\(extent)")
    return AxisEntries(places: .every(step: 1, from: self, count: 1), keepsAxis: false)
  }
}

extension Range: AxisIndex, AxisRange where Bound == Int {
  /// The entries of the range.
  ///
  /// - Precondition: the range lies within the axis.
  public func entries(of extent: Int) -> AxisEntries { .range(self, of: extent) }
}

extension ClosedRange: AxisIndex, AxisRange where Bound == Int {
  /// The entries of the range.
  ///
  /// - Precondition: the range lies within the axis.
  public func entries(of extent: Int) -> AxisEntries {
    .range(lowerBound..<upperBound + 1, of: extent)
  }
}

extension PartialRangeFrom: AxisIndex, AxisRange where Bound == Int {
  /// The entries from the lower bound on.
  ///
  /// - Precondition: `0 ≤ lowerBound ≤ extent`.
  public func entries(of extent: Int) -> AxisEntries {
    require(
      (0...extent).contains(lowerBound),
      "subscript: \(lowerBound)... of an axis with \(extent) entries")
    return .range(lowerBound..<extent, of: extent)
  }
}

extension PartialRangeUpTo: AxisIndex, AxisRange where Bound == Int {
  /// The entries before the upper bound.
  ///
  /// - Precondition: `0 ≤ upperBound ≤ extent`.
  public func entries(of extent: Int) -> AxisEntries {
    require(
      (0...extent).contains(upperBound),
      "subscript: ..<\(upperBound) of an axis with \(extent) entries")
    return .range(0..<upperBound, of: extent)
  }
}

extension PartialRangeThrough: AxisIndex, AxisRange where Bound == Int {
  /// The entries up to the upper bound.
  ///
  /// - Precondition: `0 ≤ upperBound < extent`.
  public func entries(of extent: Int) -> AxisEntries {
    require(
      (0..<extent).contains(upperBound),
      "subscript: ...\(upperBound) of an axis with \(extent) entries")
    return .range(0..<upperBound + 1, of: extent)
  }
}

extension Array: AxisIndex, AxisRange where Element == Int {
  /// The entries with these indices, in this order, repeated ones too.
  ///
  /// - Precondition: each is from 0 to below `extent`.
  public func entries(of extent: Int) -> AxisEntries {
    if let odd = first(where: { !(0..<extent).contains($0) }) {
      fatalError(
        "subscript: index \(odd) in a list for an axis with \(extent) entries, expected one of "
          + "0..<\(extent)")
    }
    return AxisEntries(places: .list(self), keepsAxis: true)
  }
}

/// `.all` and `.stride(from:to:by:)`, for an axis of a tensor.
public struct AxisSelection: AxisRange, Sendable {
  private let select: @Sendable (_ extent: Int) -> AxisEntries

  /// The chosen entries.
  public func entries(of extent: Int) -> AxisEntries { select(extent) }

  /// Every entry.
  public static let all = AxisSelection { .all(of: $0) }

  /// The entries from `start` up to but not including `end`, each `step` after the last, as the standard
  /// library's `stride(from:to:by:)`; `end` is the axis's extent unless given. With a negative step they go
  /// down, to the first entry unless `end` is given.
  ///
  /// - Precondition: the step is not 0, and all entries exist.
  public static func stride(from start: Int, to end: Int? = nil, by step: Int) -> AxisSelection {
    require(step != 0, "subscript: a stride of 0")
    return AxisSelection { extent in
      let end = end ?? (step > 0 ? extent : -1)
      let count = max(0, (end - start + step - step.signum()) / step)
      let last = start + (count - 1) * step
      require(
        count == 0 || ((0..<extent).contains(start) && (0..<extent).contains(last)),
        "subscript: from \(start) to \(end) by \(step) of an axis with \(extent) entries")
      return AxisEntries(places: .every(step: step, from: start, count: count), keepsAxis: true)
    }
  }

  private init(_ select: @escaping @Sendable (_ extent: Int) -> AxisEntries) {
    self.select = select
  }
}

extension AxisIndex where Self == AxisSelection {
  /// Every entry of an axis.
  public static var all: AxisSelection { AxisSelection.all }

  /// Entries at equal distances: see ``AxisSelection/stride(from:to:by:)``.
  public static func stride(from start: Int, to end: Int? = nil, by step: Int) -> AxisSelection {
    AxisSelection.stride(from: start, to: end, by: step)
  }
}
