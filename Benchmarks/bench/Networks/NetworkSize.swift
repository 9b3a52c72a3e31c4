import Perceptron
import PerceptronCommandSupport
import PerceptronTraining

/// The widths of a two-layer network, and the numbers of rows in its batches and data.
struct NetworkSize: Hashable, CustomStringConvertible {
  let inputs: Int
  let hidden: Int
  let classes: Int
  /// The number of rows in a batch.
  var batch = 200
  /// The number of rows in the data set.
  var rows = 50_000

  var description: String { "\(inputs)-\(hidden)-\(classes)" }

  /// The product X·W1 for this number of rows.
  func inputProduct(rows: Int) -> Product {
    Product(name: "X·W1", rows: rows, inner: inputs, columns: hidden)
  }
}

// MARK: - Arithmetic

extension NetworkSize {
  private var cost: TrainingCost {
    TrainingCost(
      inputSize: inputs, layers: [.affine(outputs: hidden), .relu, .affine(outputs: classes)],
      batchSize: batch, scalarSize: 4, copies: 0)
  }

  /// The operations of a step's products by phase: forward pass, input gradients, weight gradients.
  var operations: [String: Double] {
    [
      "forward": cost.forwardOperations, "backward": cost.inputGradientOperations,
      "update": cost.forwardOperations,
    ]
  }

  /// The implementation of each layer's products.
  func products(_ path: ProductPath = .chosen) -> [LayerProducts] {
    [(inputs, hidden), (hidden, classes)].map { path.products(inputs: $0, outputs: $1) }
  }
}

// MARK: - A network of this size, and data for it

extension NetworkSize {
  /// A network with random weights, which are the same in both precisions except for rounding.
  func network<Scalar>(of _: Scalar.Type, scale: Double = 0.01) -> TwoLayerNet<Scalar> {
    var random = SeededRandom(seed: 0, purpose: "weights")
    return TwoLayerNet(
      inputSize: inputs, hiddenSize: hidden, classCount: classes, scale: scale, using: &random)
  }

  /// Random rows of bytes.
  func data() -> Dataset { SyntheticData.make(rows: rows, features: inputs, classes: classes) }

  /// Scales bytes to 0…1.
  static let preprocessing = Preprocessing(divisor: 255)
}

/// Random bytes and classes in the size of a real data set; speed does not depend on the values.
enum SyntheticData {
  /// `rows` examples of `features` bytes with classes below `classes`.
  static func make(rows: Int, features: Int, classes: Int) -> Dataset {
    var random = SeededRandom(seed: 0, purpose: "bench data")
    let bytes = bytes(count: rows * features, using: &random)
    let labels = (0..<rows).map { _ in random.index(below: classes) }
    return Dataset(
      Features(.bytes(bytes), exampleShape: [features]), labels: labels,
      classNames: (0..<classes).map { "class \($0)" })
  }

  /// `count` random bytes.
  static func bytes(count: Int, using random: inout SeededRandom) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for offset in stride(from: 0, to: count, by: 8) {
        let word = random.next()
        if offset + 8 <= count {
          raw.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        } else {
          withUnsafeBytes(of: word) { bytes in
            for index in 0..<count - offset { raw[offset + index] = bytes[index] }
          }
        }
      }
      filled = count
    }
  }
}

extension SyntheticData {
  /// The bytes of ``bytes(count:using:)``.
  ///
  /// - Throws: `ExitCode` if the process was asked to stop.
  static func interruptibleBytes(
    count: Int, using random: inout SeededRandom
  ) throws -> [UInt8] {
    let block = 1 << 20
    var all: [UInt8] = []
    all.reserveCapacity(count)
    while all.count < count {
      try Interruption.check()
      all += bytes(count: min(block, count - all.count), using: &random)
    }
    return all
  }
}
