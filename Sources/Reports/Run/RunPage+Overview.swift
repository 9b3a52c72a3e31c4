import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension RunPage {
  private var results: RunRecord.Results { record.results }

  /// Whether training losses include a penalty.
  var hasPenalty: Bool { record.settings.training.penalty != .none }

  var subtitle: String {
    let layers = record.settings.network.layers.widths.map(String.init).joined(separator: "-")
    return "A network whose layers have \(layers) outputs, trained on \(record.settings.data)"
  }

  /// Key figures, the end of the run, warnings, and what the page lacks.
  var overview: Report.Section {
    let (without, with) = hasPenalty ? (", without penalty", ", with penalty") : ("", "")
    let rows = evaluation?.rows ?? ""
    let training =
      results.trainLoss.map { ("training loss" + without, readableNumber($0)) }
      ?? results.finalLoss.map { ("last batch's loss" + with, readableNumber($0)) }
    let figures: [(name: String, text: String?)] = [
      ("accuracy on \(rows)", evaluation.map { decimal($0.confusion.accuracy, 4) }),
      ("loss on \(rows)" + without, evaluation.map { readableNumber($0.loss) }),
      ("validation accuracy", results.validationAccuracy.map { decimal($0, 4) }),
      ("training accuracy", results.trainAccuracy.map { decimal($0, 4) }),
      ("validation loss", results.validationLoss.map(readableNumber)),
      (training?.0 ?? "", training?.1),
      ("parameters", network.map { grouped($0.parameterCount) }),
      ("iterations", grouped(results.iterations)), ("time", readableTime(record.seconds)),
    ]
    return Report.Section(
      "Overview",
      (results.warnings ?? []).map { .warning($0.message) }
        + [.figures(figures.compactMap { name, text in text.map { .init(name, $0) } })] + ending
        + warnings
        + (omissions + [firstLayerOmission].compactMap { $0 }).map { .paragraph($0) })
  }

  /// The warnings of the last snapshot of the network's health, and other earlier ones.
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

  /// The end of a run that diverged, was interrupted or restored earlier weights.
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
      let advice = resumeCommand.map { "; \($0) goes on with it" } ?? ""
      return [.warning("The run was interrupted after \(count)\(advice).")]
    case .finished:
      guard let best = results.bestIteration else { return [] }
      let end = results.stoppedEarly ? "Early stopping ended the run after \(count). " : ""
      return [.paragraph("\(end)The weights of iteration \(best) were restored.")]
    }
  }

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
