import NeuralNetwork
import Serialization
import Training

extension RunPage {
  private var results: RunRecord.Results { record.results }

  /// What was trained on what.
  var subtitle: String {
    let layers = record.settings.network.layers.widths.map(String.init).joined(separator: "-")
    return "A network whose layers have \(layers) outputs, trained on \(record.settings.data)"
  }

  /// The figures that matter most, how the run ended, and what the page lacks.
  var overview: Report.Section {
    var figures: [Report.Fact] = []
    if let evaluation {
      figures.append(
        .init("accuracy on \(evaluation.rows)", decimal(evaluation.confusion.accuracy, 4)))
      figures.append(.init("loss on \(evaluation.rows)", readableNumber(evaluation.loss)))
    }
    if let accuracy = results.validationAccuracy {
      figures.append(.init("validation accuracy", decimal(accuracy, 4)))
    }
    if let accuracy = results.trainAccuracy {
      figures.append(.init("training accuracy", decimal(accuracy, 4)))
    }
    if let loss = results.finalLoss {
      figures.append(.init("last batch's loss", readableNumber(loss)))
    }
    if let network { figures.append(.init("parameters", grouped(network.parameterCount))) }
    figures.append(.init("iterations", grouped(results.iterations)))
    figures.append(.init("time", readableTime(record.seconds)))
    return Report.Section(
      "Overview",
      [.figures(figures)] + ending + warnings
        + (omissions + [firstLayerOmission].compactMap { $0 }).map { .paragraph($0) })
  }

  /// What was wrong in the last look at the network's health, and before where that was something
  /// else.
  private var warnings: [Report.Block] {
    guard let diagnosis = record.diagnosis else { return [] }
    let last = diagnosis.lastWarnings.map { Report.Block.warning("In the end: \($0.message)") }
    let earlier = diagnosis.warnings.filter { told in
      !diagnosis.lastWarnings.contains { $0.isLike(told.warning) }
    }
    return last
      + earlier.map { told in
        let time = told.iteration.map { "Iteration \($0)" } ?? "Before training"
        return .warning("\(time): \(told.warning.message)")
      }
  }

  /// How a run ended that did not end as it was to.
  private var ending: [Report.Block] {
    let count = counted(results.iterations, "iteration")
    switch results.status {
    case .diverged:
      return [
        .warning(
          "The run diverged after \(count): a loss or a weight was not finite, and there is no "
            + "model. A lower learning rate, or features divided by more, may help.")
      ]
    case .interrupted:
      return [
        .warning("The run was interrupted after \(count); perceptron resume goes on with it.")
      ]
    case .finished:
      guard let best = results.bestIteration else { return [] }
      let end = results.stoppedEarly ? "Early stopping ended the run after \(count). " : ""
      return [.paragraph("\(end)The weights of iteration \(best) were kept.")]
    }
  }

  /// How the run was made and where.
  var settings: Report.Section {
    let settings = record.settings
    let training = settings.training
    let length =
      switch training.length {
      case .epochs(let count): counted(count, "epoch")
      case .iterations(let count): counted(count, "iteration")
      }
    let network: [Report.Fact] = [
      .init("data", settings.data),
      .init("layers", settings.network.layers.map(Self.words).joined(separator: ", ")),
      .init("loss", "\(settings.network.loss)"),
      .init("held out", counted(settings.validation, "row")),
      .init("initializer", Self.words(settings.network.initializer)),
      .init("features divided by", significant(settings.pixelScale, 6)),
      .init("mean subtracted", settings.subtractMean ? "yes" : "no"),
      .init("precision", settings.precision.rawValue),
      .init("optimizer", Self.words(training.optimizer.method)),
      .init("weight decay", significant(training.optimizer.weightDecay, 6)),
      .init("learning rate", significant(training.learningRate, 6)),
      .init("schedule", Self.words(training.schedule)),
      .init("L1 penalty", significant(training.penalty.l1, 6)),
      .init("L2 penalty", significant(training.penalty.l2, 6)),
      .init("length", length), .init("batch", counted(training.batchSize, "row")),
      .init("sampling", training.sampling.rawValue), .init("seed", "\(record.seed)"),
    ]
    let machine = record.machine
    let place: [Report.Fact] = [
      .init("processor", machine.processor), .init("cores", "\(machine.cores)"),
      .init("system", machine.system), .init("BLAS", machine.blas),
      .init("BLAS kernel", machine.blasCore), .init("BLAS threads", "\(machine.blasThreads)"),
      .init("median iteration", record.secondsPerIteration.map(readableTime) ?? "none was made"),
    ]
    return Report.Section("Settings and machine", [.facts(network), .facts(place)])
  }

  /// A layer with its width where it has one of its own.
  private static func words(_ layer: LayerSpecification) -> String {
    if case .affine(let outputs) = layer { "\(layer) \(outputs)" } else { "\(layer)" }
  }

  /// A case with its values in words: `epochDecay(factor: 0.95)` as `epoch decay, factor 0.95`.
  static func words(_ value: some Sendable) -> String {
    let parts = "\(value)".split(separator: "(", maxSplits: 1)
    var name = ""
    for character in parts.first ?? "" {
      name += character.isUppercase ? " " + character.lowercased() : String(character)
    }
    guard parts.count == 2 else { return name }
    return name + ", " + parts[1].dropLast().replacing(":", with: "")
  }
}
