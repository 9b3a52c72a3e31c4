import PerceptronDatasets
import PerceptronLinearAlgebra

extension Dataset {
  /// The examples at `rows` as pictures, or nil where examples are no pictures.
  ///
  /// One scale for all of them, so that their brightness compares: black is 0 for bytes, else the
  /// least finite number of these and all examples that they were selected from, and white the
  /// largest.
  ///
  /// - Complexity: O(the features) once, to find the scale.
  /// - Precondition: every index lies within 0..<count.
  public func images(rows: [Int]) -> [Image]? {
    guard let image else { return nil }
    let chosen: PreparedFeatures<Double> = features.subset(rows: rows)
      .prepared(with: .none, as: Double.self)
    let range = features.brightness
    return rows.indices.map { index in
      Image(chosen.block(index..<index + 1).elements, shape: image, range: range)
    }
  }
}

extension Features {
  /// What is black and what is white.
  fileprivate var brightness: ClosedRange<Double> {
    switch storage {
    case .bytes(let elements): 0...Double(elements.max() ?? 0)
    case .floats(let elements):
      Image.finiteRange(of: elements).map { Double($0.lowerBound)...Double($0.upperBound) } ?? 0...0
    case .doubles(let elements): Image.finiteRange(of: elements) ?? 0...0
    }
  }
}
