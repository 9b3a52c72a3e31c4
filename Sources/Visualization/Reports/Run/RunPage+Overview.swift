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
    let warnings = (record.diagnosis?.warnings ?? []).map { told in
      let time = told.iteration.map { "Iteration \($0)" } ?? "Before training"
      return Report.Block.warning("\(time): \(told.warning.message)")
    }
    return Report.Section(
      "Overview",
      [.figures(figures)] + ending + warnings
        + (omissions + [firstLayerOmission].compactMap { $0 }).map { .paragraph($0) })
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
      .init("held out", counted(settings.validation, "row")),
      .init("features divided by", plain(settings.pixelScale)),
      .init("mean subtracted", settings.subtractMean ? "yes" : "no"),
      .init("precision", settings.precision.rawValue),
      .init("optimizer", "\(training.optimizer.method)"),
      .init("weight decay", plain(training.optimizer.weightDecay)),
      .init("learning rate", plain(training.learningRate)),
      .init("schedule", "\(training.schedule)"),
      .init("L1 penalty", plain(training.penalty.l1)),
      .init("L2 penalty", plain(training.penalty.l2)),
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
}
