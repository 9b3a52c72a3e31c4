/// A series of any length in bounded memory: means of so many neighbours that few are left.
struct ThinnedSeries {
  /// How many values are kept at most.
  static let limit = 512

  /// The means from the first to the last; the newest values may not be among them yet.
  private(set) var values: [Double] = []
  /// How many values one of them is the mean of.
  private var span = 1
  private var sum = 0.0
  private var count = 0

  /// Adds the next value.
  mutating func append(_ value: Double) {
    sum += value
    count += 1
    if count < span { return }
    values.append(sum / Double(span))
    (sum, count) = (0, 0)
    if values.count < Self.limit { return }
    let pairs = stride(from: 0, to: Self.limit, by: 2)
    values = pairs.map { (first: Int) -> Double in values[first] / 2 + values[first + 1] / 2 }
    span *= 2
  }
}
