import Foundation
import PerceptronFiles

extension Chart {
  /// How many of some numbers lie within each of several bins, as upright bars.
  public struct Histogram: Hashable, Sendable {
    /// The axis of the numbers.
    public var axis: Axis
    /// The ends of the bins in ascending order, one more than bins.
    public var edges: [Double]
    /// The count of each bin.
    public var counts: [Double]
    /// The label of the counts, such as `rows`.
    public var countLabel: String
    /// The number at which a dashed line stands; nil for none.
    public var mark: Double?
    /// The numbers below the first bin and above the last; both are counted in these bins.
    public var below = 0, above = 0

    /// Creates a histogram of counts.
    ///
    /// - Precondition: one edge more than counts, in ascending order.
    public init(
      axis: Axis, edges: [Double], counts: [Double], countLabel: String, mark: Double? = nil
    ) {
      precondition(
        edges.count == counts.count + 1 && zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 },
        "Histogram: \(edges.count) edges for \(counts.count) bins, expected ascending ones")
      self.axis = axis
      self.edges = edges
      self.counts = counts
      self.countLabel = countLabel
      self.mark = mark
    }

    /// Counts numbers in bins whose ends are round: about as wide as Freedman and Diaconis (1981) say,
    /// 2·IQR/n^⅓, but 8 to 60 of them. Where all numbers span more than three times the range of their
    /// inner 99 %, the bins cover this range, and the outermost ones also count the numbers beyond.
    ///
    /// - Parameters:
    ///   - numbers: those that are not finite are left out.
    ///   - weights: what each number counts, or nil for 1 each.
    /// - Precondition: no weights, or one for each number.
    public init(
      of numbers: [Double], weights: [Double]? = nil, axis: Axis, countLabel: String,
      mark: Double? = nil
    ) {
      precondition(
        weights.map { $0.count == numbers.count } ?? true,
        "Histogram: \(weights?.count ?? 0) weights for \(numbers.count) numbers")
      let order = numbers.indices.filter { abs(numbers[$0]) <= 1e300 }.sorted {
        (numbers[$0], $0) < (numbers[$1], $1)
      }
      let sorted = order.map { numbers[$0] }
      let edges = Self.edges(sorted)
      var counts = [Double](repeating: 0, count: edges.count - 1)
      var place = 0
      for (number, index) in zip(sorted, order) {
        // A number at an edge belongs to the bin above it.
        while place < counts.count - 1 && number >= edges[place + 1] { place += 1 }
        counts[place] += weights?[index] ?? 1
      }
      self.init(axis: axis, edges: edges, counts: counts, countLabel: countLabel, mark: mark)
      if sorted.isEmpty { self.counts = [] }
      below = sorted.count { $0 < edges[0] }
      above = sorted.count { $0 > edges[edges.count - 1] }
    }
  }
}

extension Chart.Histogram {
  private static let fewestBins = 8.0, mostBins = 60.0

  private static func edges(_ sorted: [Double]) -> [Double] {
    guard let least = sorted.first, let most = sorted.last else { return [0, 1] }
    func quantile(_ share: Double) -> Double {
      sorted[Int((share * Double(sorted.count - 1)).rounded())]
    }
    let width = 2 * (quantile(0.75) - quantile(0.25)) / cbrt(Double(sorted.count))
    var (low, high) = (least, most)
    if high - low > 3 * (quantile(0.995) - quantile(0.005)) {
      (low, high) = (quantile(0.005), quantile(0.995))
    }
    let size = high - low
    if !(size > abs(high) * 1e-9) {
      let half = max(abs(high) * 0.1, 1e-6)
      return [high - half, high + half]
    }
    let step = step(max(width, size / mostBins), size)
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    let bins = Int(last - first)
    return (0...max(bins, 1)).map { place in
      // Rounded, so that 3 · 0.1 is written as 0.3.
      let edge = (first + Double(place)) * step
      return Double(significant(edge, 15)) ?? edge
    }
  }

  /// 1, 2 or 5 times a power of ten: the largest that is at most `width` and makes at least 8 bins, or the
  /// next one where it would make more than 60.
  private static func step(_ width: Double, _ size: Double) -> Double {
    let power = pow(10, floor(log10(min(width, size / fewestBins))))
    let steps = [1, 2, 5, 10, 20].map { $0 * power }
    let place = steps.lastIndex { $0 <= width && $0 <= size / fewestBins } ?? 0
    return size / steps[place] > mostBins ? steps[place + 1] : steps[place]
  }

  func drawing(width: Double) -> Drawing {
    guard let most = counts.filter(\.isFinite).max(), most > 0 else {
      return .empty(width: width)
    }
    let frame = PlotFrame(
      x: axis, y: .init(countLabel),
      ranges: (axis.range ?? edges[0]...edges[edges.count - 1], 0...most * 1.04), width: width,
      isSquare: false)
    var drawing = Drawing(width: width, height: frame.bottom + PlotFrame.footer)
    frame.draw(in: &drawing)
    var bars: [(x: Double, y: Double, width: Double, height: Double)] = []
    for (bin, count) in counts.enumerated() {
      guard count.isFinite, let start = frame.place(.init(edges[bin], count)),
        let end = frame.place(.init(edges[bin + 1], 0))
      else { continue }
      // A gap between bars where there is room for one.
      let gap = end.x - start.x > 3 ? 1.0 : 0
      if count > 0 {
        bars.append((start.x, start.y, end.x - start.x - gap, end.y - start.y))
      }
      drawing.hint(
        [hint(bin), "\(countLabel): \(Ticks.label(count))"], x: start.x, y: frame.top,
        width: end.x - start.x, height: frame.bottom - frame.top)
    }
    drawing.rectangles(bars, color: ChartColor.series[0])
    if let place = mark.flatMap({ frame.place(.init($0, 0)) }) {
      drawing.markLine(from: place, to: (place.x, frame.top), color: .ink)
    }
    drawing.plotInPixels([])
    return drawing
  }

  private func hint(_ bin: Int) -> String {
    let ends = (significant(edges[bin], 6), significant(edges[bin + 1], 6))
    if bin == 0 && below > 0 { return "\(axis.label) below \(ends.1)" }
    if bin == counts.count - 1 && above > 0 { return "\(axis.label) from \(ends.0) up" }
    return "\(axis.label) from \(ends.0) to \(ends.1)"
  }
}
