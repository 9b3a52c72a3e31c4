import PerceptronLinearAlgebra

/// The sampling of mini-batches.
public enum Sampling: String, Codable, Sendable, CaseIterable {
  /// Every row of a batch is drawn from the whole set, independently of the others.
  case replacement
  /// Rows are drawn in the order of a fresh permutation for each pass over the set. Batches follow
  /// each other without a gap: one may end a pass and begin the next.
  case epoch
}

/// Draws the rows of one mini-batch after another.
package struct BatchSampler: Equatable, Sendable {
  private let sampling: Sampling
  private let rowCount: Int
  /// The current pass's order, where sampling is by epoch, and how much of it is used.
  package private(set) var order: [Int]
  package private(set) var used: Int

  package init(_ sampling: Sampling, rowCount: Int) {
    let isByEpoch = sampling == .epoch
    self.init(
      sampling, rowCount: rowCount, order: isByEpoch ? Array(0..<rowCount) : [],
      used: isByEpoch ? rowCount : 0)
  }

  /// Batches from the middle of a pass.
  ///
  /// - Precondition: `order` is a permutation of the rows, or empty where rows are drawn with
  ///   replacement.
  package init(_ sampling: Sampling, rowCount: Int, order: [Int], used: Int) {
    self.sampling = sampling
    self.rowCount = rowCount
    self.order = order
    self.used = used
  }

  /// Shuffles the rows as `RandomStream.shuffle(_:)` does, without generic swaps.
  private mutating func shuffle(using random: inout some RandomStream) {
    order.withUnsafeMutableBufferPointer { order in
      for last in stride(from: order.count - 1, to: 0, by: -1) {
        order.swapAt(last, random.index(below: last + 1))
      }
    }
  }

  /// Writes the next batch's rows to `rows`, as many as it has room for.
  package mutating func draw(into rows: inout [Int], using random: inout some RandomStream) {
    switch sampling {
    case .replacement:
      random.choose(below: rowCount, into: &rows)
    case .epoch:
      for position in rows.indices {
        if used == rowCount {
          shuffle(using: &random)
          used = 0
        }
        rows[position] = order[used]
        used += 1
      }
    }
  }
}
