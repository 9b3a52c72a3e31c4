import Perceptron
import PerceptronCommandSupport
import PerceptronTraining

/// The benchmarks of predictions of one row at a time, beside its bare products by BLAS on one thread.
enum RowBenchmarks {
  static let floats = "row of floats"
  static let bytes = "row of bytes"
  static let products = "row's products"

  /// - Parameter network: a network of this size.
  /// - Throws: `WrongResult` if a prediction differs from that of many rows, and `DatasetError`.
  static func make(_ size: NetworkSize, _ network: TwoLayerNet<Float>) throws -> [Benchmark] {
    let data = size.data()
    let model = TrainedModel(
      network: network, preprocessing: NetworkSize.preprocessing, classNames: data.classNames)
    let predictor = RowPredictor(model)
    let workspace = predictor.makeWorkspace()
    let rowCount = min(mostRows, size.rows)
    let rows = data.features[rows: 0..<rowCount]
    let numbers = rows.withoutPreparation.block(0..<rowCount)
    let bytes = (0..<rowCount).map { row in numbers[rows: row..<row + 1].elements.map { UInt8($0) }
    }
    let floats = bytes.map { $0.map { Float($0) } }
    let expected = network.network.predictions(
      of: rows.prepared(with: model.preprocessing), as: model.schema)
    for row in 0..<rowCount {
      let found = [
        try predictor.predict(bytes[row], in: workspace).outputs,
        try predictor.predict(floats[row], in: workspace).outputs,
      ]
      let outputs = expected.outputs[rows: row..<row + 1].elements
      if let wrong = found.first(where: { $0 != outputs }) {
        throw WrongResult("\(size), the outputs of row \(row)", expected: outputs, found: wrong)
      }
    }
    let products = PlainRowProducts(network.network)
    var next = 0
    /// The next row, so that not all of them are the same.
    func place() -> Int {
      next = (next + 1) % rowCount
      return next
    }
    return [
      Benchmark(
        subject: size.description, variant: Self.floats, countsAllocations: true,
        run: { _ = try? predictor.predict(floats[place()], in: workspace) }),
      Benchmark(
        subject: size.description, variant: Self.bytes, countsAllocations: true,
        run: { _ = try? predictor.predict(bytes[place()], in: workspace) }),
      Benchmark(
        subject: size.description, variant: Self.products,
        prepare: { BLASLibrary.threadCount = 1 }, run: products.run),
    ]
  }

  /// The largest number of different rows: few enough for the second-level cache.
  private static let mostRows = 64
}

/// The products of a row with each layer's weights by BLAS alone, in the layout that suits it best.
private struct PlainRowProducts {
  /// [outputs, inputs] each.
  private let weights: [Tensor<Float>]
  private let input: Tensor<Float>
  private let output: AlignedBuffer<Float>

  init(_ network: Network<Float>) {
    weights = network.parameters.filter { $0.tensor.rank == 2 }.map { $0.tensor.transposed() }
    input = Tensor(shape: [weights.map { $0.shape[1] }.max() ?? 0], repeating: 0.5)
    output = AlignedBuffer(count: weights.map { $0.shape[0] }.max() ?? 0, repeating: 0)
  }

  func run() {
    input.withUnsafeElements { input in
      guard let input = input.baseAddress else { return }
      for weights in weights {
        weights.withUnsafeElements {
          guard let base = $0.baseAddress else { return }
          Float.gemv(
            transpose: false, rows: weights.shape[0], columns: weights.shape[1], alpha: 1, base,
            input, beta: 0, output.base)
        }
      }
    }
  }
}
