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
    let training =
      results.trainLoss.map { ("training loss" + lossRemark(.evaluation), $0) }
      ?? results.finalLoss.map { ("last batch's loss" + lossRemark(.batch), $0) }
    let losses: [(name: String, value: Double?)] = [
      ("validation loss" + lossRemark(.evaluation), results.validationLoss),
      (training?.0 ?? "", training?.1),
    ]
    let others: [Report.Fact?] = [
      network.map { .init("parameters", grouped($0.parameterCount)) },
      .init("iterations", grouped(results.iterations)),
      .init("time", readableTime(record.seconds)),
    ]
    let figures =
      headline + measured("validation", results.validation)
      + measured("training", results.training)
      + losses.compactMap { name, value in value.map { lossFact(name, $0) } }
      + others.compactMap { $0 }
    return Report.Section(
      "Overview",
      (results.warnings ?? []).map { .warning($0.message) }
        + [.figures(figures)] + ending
        + warnings
        + (omissions + [firstLayerOmission, baselineAdvice].compactMap { $0 }).map {
          .paragraph($0)
        })
  }

  /// How to see what the network adds to simple models.
  private var baselineAdvice: String? {
    guard results.status == .finished else { return nil }
    return baselineCommand.map {
      "Nearest neighbours and linear models on the same rows, for comparison: \($0)."
    }
  }

  /// The run's metric and the loss on the rows of the evaluation.
  private var headline: [Report.Fact] {
    guard let evaluation else { return [] }
    let kind = evaluation.schema.kind
    var metrics = Metric.defaults(for: kind)
    if evaluation.schema.kind == .classes && evaluation.schema.names.count == 2 {
      metrics.append(.auc)
    }
    let own = record.settings.metric
    if !metrics.contains(own) { metrics.insert(own, at: 0) }
    let isMean = kind == .numbers && evaluation.schema.names.count > 1
    let facts = metrics.compactMap { metric in
      evaluation.fact(
        metric, named: "\(isMean ? "mean " : "")\(metric.title) on \(evaluation.rows)")
    }
    return facts + [
      lossFact("loss on \(evaluation.rows)" + lossRemark(.evaluation), evaluation.loss)
    ]
  }

  private func measured(_ part: String, _ values: MetricValues?) -> [Report.Fact] {
    (values?.all ?? []).map { metric, value in
      .init("\(part) \(metric.title)", Self.text(of: metric)(value))
    }
  }

  private func lossFact(_ name: String, _ value: Double) -> Report.Fact {
    .init(
      name, readableNumber(value),
      detail: record.settings.task == .numbers ? "of the scaled targets" : nil)
  }

  enum LossKind {
    /// The loss of an iteration's batch.
    case batch
    /// The loss of an evaluation.
    case evaluation
  }

  /// What losses of a kind are with or without: `, with penalty and class weights`; empty for a run that
  /// has neither.
  func lossRemark(_ kind: LossKind) -> String {
    let parts = [
      hasPenalty ? "penalty" : nil, record.settings.classWeights == nil ? nil : "class weights",
    ].compactMap { $0 }
    if parts.isEmpty { return "" }
    return kind == .batch
      ? ", with \(parts.joined(separator: " and "))"
      : ", without \(parts.joined(separator: " or "))"
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
