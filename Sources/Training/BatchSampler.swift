import LinearAlgebra

/// Draws the rows of one mini-batch after another.
struct BatchSampler {
  private let sampling: Sampling
  private let rowCount: Int
  /// The current pass's order, where sampling is by epoch, and how much of it is used.
  private var order: [Int] = []
  private var used = 0

  init(_ sampling: Sampling, rowCount: Int) {
    self.sampling = sampling
    self.rowCount = rowCount
    if sampling == .epoch {
      order = Array(0..<rowCount)
      used = rowCount
    }
  }

  /// Writes the next batch's rows to `rows`, as many as it has room for.
  mutating func draw(into rows: inout [Int], using random: inout some RandomStream) {
    switch sampling {
    case .replacement:
      random.choose(below: rowCount, into: &rows)
    case .epoch:
      for position in rows.indices {
        if used == rowCount {
          random.shuffle(&order)
          used = 0
        }
        rows[position] = order[used]
        used += 1
      }
    }
  }
}
