import PerceptronNeuralNetwork
import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  private var results: RunRecord.Results { record.results }

  /// Whether the losses of training contain more than what outputs cost.
  var hasPenalty: Bool { record.settings.training.penalty != .none }

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
      figures.append(
        .init(
          "loss on \(evaluation.rows)" + (hasPenalty ? ", without penalty" : ""),
          readableNumber(evaluation.loss)))
    }
    if let accuracy = results.validationAccuracy {
      figures.append(.init("validation accuracy", decimal(accuracy, 4)))
    }
    if let accuracy = results.trainAccuracy {
      figures.append(.init("training accuracy", decimal(accuracy, 4)))
    }
    if let loss = results.validationLoss {
      figures.append(.init("validation loss", readableNumber(loss)))
    }
    if let loss = results.trainLoss {
      figures.append(
        .init(
          "training loss" + (hasPenalty ? ", without penalty" : ""), readableNumber(loss)))
    } else if let loss = results.finalLoss {
      figures.append(
        .init("last batch's loss" + (hasPenalty ? ", with penalty" : ""), readableNumber(loss)))
    }
    if let network { figures.append(.init("parameters", grouped(network.parameterCount))) }
    figures.append(.init("iterations", grouped(results.iterations)))
    figures.append(.init("time", readableTime(record.seconds)))
    return Report.Section(
      "Overview",
      (results.warnings ?? []).map { .warning($0.message) } + [.figures(figures)] + ending
        + warnings
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
    let facts = RunSetting.all(of: record.settings, seed: record.seed).map {
      Report.Fact($0.name, $0.text)
    }
    let machine = record.machine
    let place: [Report.Fact] = [
      .init("processor", machine.processor), .init("cores", "\(machine.cores)"),
      .init("system", machine.system), .init("BLAS", machine.blas),
      .init("BLAS kernel", machine.blasCore), .init("BLAS threads", "\(machine.blasThreads)"),
      .init("median iteration", record.secondsPerIteration.map(readableTime) ?? "none was made"),
    ]
    return Report.Section("Settings and machine", [.facts(facts), .facts(place)])
  }
}
