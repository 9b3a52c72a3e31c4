import PerceptronCommandSupport
import PerceptronFiles

/// The table of `bench step`: a line for each network.
struct StepTable {
  private let timings: [Timing]
  private let size: NetworkSize

  /// - Parameter size: one of the networks; all have as many rows in a batch and in the data.
  init(_ timings: [Timing], of size: NetworkSize) {
    self.timings = timings
    self.size = size
  }

  var text: String {
    var table = TextTable(
      [.words("network"), .figures("median"), .figures("spread")]
        + StepContenders.phases.map { .figures($0) }
        + [.figures("2 gemms"), .figures("ratio"), .figures("mallocs")])
    for (variant, heading) in [
      (StepContenders.whole, "A step, batch \(size.batch) of \(grouped(size.rows)) rows"),
      (StepContenders.gradients, "Loss and gradient of one batch of \(size.batch)"),
    ] {
      let wholes = timings.filter { $0.variant == variant }
      if !wholes.isEmpty { table.addHeading(heading) }
      for whole in wholes { table.add(cells(whole)) }
    }
    return """
      \(table.text)

      2 gemms: X·W1 and Xᵀ·dH as plain calls of BLAS, timed in turn with the steps; ratio: the step's
      median over theirs. Phases are timed in steps of their own, the clock read between them.
      \(Allocations.method)
      """
  }

  private func cells(_ whole: Timing) -> [String] {
    func time(_ variant: String) -> Double? {
      timings[whole.subject, variant]?.median
    }
    let products = time(StepContenders.products)
    return [whole.subject, readableTime(whole.median), percent(whole.spread)]
      + StepContenders.phases.map { time($0).map(readableTime) ?? "–" }
      + [
        products.map(readableTime) ?? "–",
        products.map { decimal(whole.median / $0, 2) } ?? "–",
        whole.allocations.map { decimal($0.count, 1) } ?? "–",
      ]
  }
}
