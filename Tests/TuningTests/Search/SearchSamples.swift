import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronTuning
import TestSupport

/// Data and settings for searches that take a moment.
enum SearchSamples {
  /// 190 rows to train on and 40 to hold out, of 21 numbers and 3 classes.
  static let data: Dataset = {
    let features = Tensor<Float>.sample([230, 21], seed: 3)
    let labels = (0..<230).map { row in
      (0..<3).max { features[row, $0] < features[row, $1] } ?? 0
    }
    return Dataset(features, labels: labels)
  }()

  static func settings(
    _ layers: [LayerSpecification] = [.affine(outputs: 13), .relu, .affine(outputs: 3)],
    precision: Experiment.Precision = .double, random: Experiment.RandomKind = .fast,
    _ change: (inout TrainerSettings) -> Void = { _ in }
  ) -> Experiment {
    var training = TrainerSettings(
      learningRate: 0.05, schedule: .epochDecay(factor: 0.9), penalty: .l2(0.01),
      length: .iterations(60), batchSize: 17, evaluation: .iterations(10), seed: 4)
    change(&training)
    return Experiment(
      data: "sample", network: .init(layers: layers, initializer: .heNormal), training: training,
      validation: 40, precision: precision, random: random, pixelScale: 1, subtractMean: true)
  }

  /// A study with a trial for each of some settings.
  static func study(of count: Int, pruning: Pruning = .none, in folder: String? = nil) throws
    -> Study
  {
    let space = SearchSpace([
      .init("number", .integers(lower: 0, upper: max(count - 1, 1)))
    ])
    let trials = (0..<count).map { Assignment([.init("number", .integer($0))]) }
    let definition = StudyDefinition(space: space, method: .grid, pruning: pruning)
    guard let folder else { return try Study(definition: definition, trials: trials) }
    return Study.exists(at: folder)
      ? try Study.resume(at: folder, expecting: definition, trials: trials)
      : try Study.create(at: folder, definition: definition, trials: trials)
  }

  /// The trials of such a study once they are trained.
  static func trials(
    _ settings: [Experiment], _ method: NetworkSearch.Method = .sideBySide,
    workers: Int? = nil, pruning: Pruning = .none, memory: Int? = nil
  ) throws -> [Trial] {
    let study = try study(of: settings.count, pruning: pruning)
    var search = try NetworkSearch(study, on: data, settings: settings)
    search.method = method
    search.workers = workers
    if let memory { search.memory = memory }
    try search.run()
    return study.trials
  }
}

extension Trial {
  /// The trial without how long it took.
  var timeless: [String] {
    // The sign of a NaN means nothing.
    func text(_ number: Double?) -> String {
      number.map { $0.isNaN ? "nan" : "\($0)" } ?? "none"
    }
    return measurements.map {
      "\($0.iteration): \(text($0.loss)) \(text($0.trainingValue)) \(text($0.value))"
    } + ["\(state) \(iterations ?? -1): \(text(value)) \(text(trainingValue)) \(text(finalLoss))"]
  }
}
