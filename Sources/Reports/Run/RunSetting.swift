import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining
import PerceptronTuning
import PerceptronVisualization

/// One of the settings that a run was made with, as it is shown to people.
struct RunSetting: Hashable {
  let name: String
  let value: ParameterValue

  init(_ name: String, _ value: ParameterValue) {
    self.name = name
    self.value = value
  }

  /// The value in words, numbers with six digits.
  var text: String {
    switch value {
    case .number(let number): significant(number, 6)
    case .flag(let isOn): isOn ? "yes" : "no"
    case .integer, .text: value.description
    }
  }

  /// All settings of a run; those that do not apply are words, such as `none`.
  static func all(of settings: Experiment, seed: UInt64) -> [RunSetting] {
    let training = settings.training
    let length: RunSetting =
      switch training.length {
      case .epochs(let count): .init("epochs", .integer(count))
      case .iterations(let count): .init("iterations", .integer(count))
      }
    let stopping = training.earlyStopping.map { rule in
      "after \(counted(rule.patience, "evaluation")) without an improvement"
        + (rule.minimumImprovement > 0 ? " of \(rule.minimumImprovement)" : "")
        + (rule.restoresBest ? ", the best weights kept" : "")
    }
    var all: [RunSetting] = [
      .init("data", .text(settings.data + (settings.format.map { ", \($0.rawValue)" } ?? ""))),
      .init("layers", .text(settings.network.layers.map(words).joined(separator: ", "))),
      .init("loss function", .text("\(settings.network.loss)")),
      .init("rows held out", .integer(settings.validation)),
      .init("choice of rows held out", .text(words(settings.split))),
      .init("initializer", .text(words(settings.network.initializer))),
      .init("features divided by", .number(settings.pixelScale)),
      .init("mean subtracted", .flag(settings.subtractMean)),
      .init("precision", .text(settings.precision.rawValue)),
      .init("random numbers", .text(settings.random.rawValue)),
      .init("optimizer", .text(words(training.optimizer.method))),
      .init("weight decay", .number(training.optimizer.weightDecay)),
      .init("learning rate", .number(training.learningRate)),
      .init("schedule", .text(words(training.schedule))),
      .init("L1 penalty", .number(training.penalty.l1)),
      .init("L2 penalty", .number(training.penalty.l2)),
      .init("largest weight norm", training.maxNorm.map { .number($0) } ?? .text("any")),
      .init("gradient clipping", .text(words(training.clipping))),
      .init("weight average's decay", training.averageDecay.map { .number($0) } ?? .text("none")),
      length,
      .init("batch size", .integer(training.batchSize)),
      .init("sampling", .text(training.sampling.rawValue)),
      .init("evaluation", .text(words(training.evaluation))),
      .init("early stopping", .text(stopping ?? "none")),
      .init("workers", training.workers.map { .integer($0) } ?? .text("as many as BLAS threads")),
      // A seed beyond the whole numbers keeps its digits.
      .init("seed", Int(exactly: seed).map { .integer($0) } ?? .text("\(seed)")),
    ]
    if let ensemble = settings.ensemble {
      all.insert(.init("networks of the ensemble", .integer(ensemble)), at: 1)
    }
    if training.seed != seed { all.append(.init("seed of dropout", .text("\(training.seed)"))) }
    return all
  }

  /// A layer with its width where it has one of its own.
  private static func words(_ layer: LayerSpecification) -> String {
    if case .affine(let outputs) = layer { "\(layer) \(outputs)" } else { "\(layer)" }
  }

  /// A case with its values in words: `norm(maximum: 1)` as `norm, maximum 1`.
  static func words(_ value: some Sendable) -> String {
    switch value as any Sendable {
    case let method as Optimizer.Method: return method.displayName
    case let schedule as Schedule: return schedule.displayName
    default: break
    }
    let parts = "\(value)".split(separator: "(", maxSplits: 1)
    var name = ""
    for character in parts.first ?? "" {
      name += character.isUppercase ? " " + character.lowercased() : String(character)
    }
    guard parts.count == 2 else { return name }
    return name + ", " + parts[1].dropLast().replacing(":", with: "")
  }
}
