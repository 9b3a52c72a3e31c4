import PerceptronLinearAlgebra

@testable import PerceptronDatasets

/// Small data sets with numbers that tell where they came from.
enum Samples {
  /// `count` rows of `width` features in each of the three storage types.
  static func features(count: Int, width: Int) -> [Features] {
    let numbers = (0..<count * width).map { $0 * 37 % 256 }
    return [
      Features(.bytes(numbers.map { UInt8($0) }), exampleShape: [width]),
      Features(.floats(numbers.map { Float($0) / 3 - 40 }), exampleShape: [width]),
      Features(.doubles(numbers.map { Double($0) / 7 - 20 }), exampleShape: [width]),
    ]
  }

  /// Labels with class sizes that differ widely.
  static func labels(count: Int) -> [Int] {
    (0..<count).map { $0 % 7 < 4 ? 0 : $0 % 7 < 6 ? 1 : $0 % 3 }
  }

  /// Element `column` of row `row` of the storage, as a double.
  static func element(_ features: Features, storedRow row: Int, _ column: Int) -> Double {
    let index = row * features.featureCount + column
    return switch features.storage {
    case .bytes(let elements): Double(elements[index])
    case .floats(let elements): Double(elements[index])
    case .doubles(let elements): elements[index]
    case .mapped(let rows): rows.number(row, column)
    }
  }

  /// Where the storage begins in memory.
  static func address(_ features: Features) -> UnsafeRawPointer? {
    switch features.storage {
    case .bytes(let elements): elements.withUnsafeBytes { $0.baseAddress }
    case .floats(let elements): elements.withUnsafeBytes { $0.baseAddress }
    case .doubles(let elements): elements.withUnsafeBytes { $0.baseAddress }
    case .mapped: nil
    }
  }

  /// The rows as doubles without preprocessing, the plain way.
  static func rows(_ features: Features) -> [[Double]] {
    let block: Tensor<Double> = features.prepared(with: .none).block(0..<features.count)
    return (0..<features.count).map { row in
      (0..<features.featureCount).map { block[row, $0] }
    }
  }
}
