import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// The kinds of targets that networks learn, each with a small drawn data set.
enum TargetCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case number, numbers, yesOrNo, labels, weightedClasses, weightedRows

  var testDescription: String { rawValue }

  var loss: LossSpecification {
    switch self {
    case .number: .huber()
    case .numbers: .squaredError
    case .yesOrNo, .labels: .logistic
    case .weightedClasses, .weightedRows: .softmax
    }
  }

  /// The number of outputs.
  var outputs: Int {
    switch self {
    case .number, .yesOrNo: 1
    case .numbers, .labels, .weightedClasses, .weightedRows: 3
    }
  }

  var classWeights: [Double]? { self == .weightedClasses ? [0.5, 0, 3] : nil }

  /// Rows of five features; every eleventh row of weighted ones weighs nothing.
  func dataset(_ count: Int, seed: UInt64 = 4) -> Dataset {
    let x = Tensor<Double>.sample([count, 5], seed: seed)
    let sums = (0..<count).map { row in (0..<3).map { 2 * x[row, $0] - x[row, $0 + 1] } }
    let targets: DatasetTargets =
      switch self {
      case .number: .numbers(sums.map { 100 + 40 * $0[0] }, names: ["price"])
      case .numbers:
        .numbers(sums.flatMap { [1000 * $0[0], $0[1] - 7, 1e-3 * $0[2]] }, names: ["a", "b", "c"])
      case .yesOrNo: .classes(sums.map { $0[0] > 0 ? 1 : 0 }, names: ["no", "yes"])
      case .labels: .labels(sums.flatMap { $0.map { $0 > 0.2 ? 1 : 0 } }, names: ["p", "q", "r"])
      case .weightedClasses, .weightedRows:
        .classes(
          sums.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }, names: ["0", "1", "2"])
      }
    let weights = self == .weightedRows ? (0..<count).map { Double($0 % 11) / 4 } : nil
    return Dataset(Features(x), targets: targets, weights: weights)
  }

  func prepared<Scalar: BLASScalar>(_ count: Int, as _: Scalar.Type) throws -> PreparedDataset<
    Scalar
  > {
    let data = dataset(count)
    return data.prepared(
      with: try Preprocessing.fitted(to: data, divisor: 1, subtractMean: true))
  }

  func network<Scalar: BLASScalar>(
    _ layers: [LayerSpecification] = [.affine(outputs: 9), .tanh], seed: UInt64 = 2
  ) -> Network<Scalar> {
    var random = SeededRandom(seed: seed, purpose: "weights")
    return Network(
      inputSize: 5, layers + [.affine(outputs: outputs)], loss: loss, initializer: .glorotNormal,
      using: &random)
  }

  var settings: TrainerSettings {
    TrainerSettings(
      optimizer: .adam(), learningRate: 0.02, penalty: .l2(1e-4), length: .iterations(60),
      batchSize: 24, evaluation: .iterations(7), classWeights: classWeights, seed: 5)
  }

  func trainer<Scalar: BLASScalar>(
    _ networks: [Network<Scalar>], rowCount: Int, workers: Int? = nil,
    _ change: (inout TrainerSettings) -> Void = { _ in }
  ) throws -> Trainer<Scalar, SeededRandom> {
    var settings = settings
    settings.workers = workers
    change(&settings)
    return try Trainer(
      networks, rowCount: rowCount, settings: [settings],
      random: SeededRandom(seed: 3, purpose: "batches"))
  }
}
