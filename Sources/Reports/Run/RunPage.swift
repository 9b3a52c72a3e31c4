import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

extension Report {
  /// Creates the page of a training run.
  ///
  ///     let run = try RunDirectory(path: "runs/digits-1").read()
  ///     let report = Report(ofRun: run, named: "digits-1")
  ///     try report.write(to: "report.html", report.draw().drawings)
  ///
  /// - Parameters:
  ///   - units: what the units of its first hidden layer respond to.
  ///   - evaluation: the network's evaluation on rows that it was not trained on.
  ///   - regions: its decision regions during training.
  ///   - baselines: simple models on the same rows.
  ///   - omissions: what the page lacks and how to get it, a sentence each.
  ///   - resumeCommand: the command line that resumes the run, or nil.
  ///   - baselineCommand: the command line that makes `baselines`, or nil.
  public init(
    ofRun run: TrainingRun, named name: String, network: RunNetwork? = nil,
    units: RunUnits? = nil, evaluation: RunEvaluation? = nil, regions: RunRegions? = nil,
    gradientCheck: GradientCheckReport? = nil, baselines: BaselineReport? = nil,
    omissions: [String] = [], resumeCommand: String? = nil, baselineCommand: String? = nil
  ) {
    let page = RunPage(
      record: run.record, history: run.history, diagnostics: run.diagnostics, network: network,
      units: units, evaluation: evaluation, regions: regions, omissions: omissions,
      resumeCommand: resumeCommand,
      baselineCommand: baselines == nil ? baselineCommand : nil)
    self.init(
      title: name, subtitle: page.subtitle,
      sections: [
        [page.overview, baselines.map(RunPage.baselines), page.progress].compactMap { $0 },
        [
          page.decisionRegions, page.health, page.excitement, page.hiddenLayer,
        ].compactMap { $0 },
        page.judgement, [gradientCheck.map(RunPage.gradients), page.settings].compactMap { $0 },
      ].flatMap { $0 })
  }
}

struct RunPage {
  let record: RunRecord
  let history: History
  let diagnostics: DiagnosticSeries?
  let network: RunNetwork?
  let units: RunUnits?
  let evaluation: RunEvaluation?
  let regions: RunRegions?
  let omissions: [String]
  let resumeCommand: String?
  /// Nil where the page has baselines.
  let baselineCommand: String?

  /// How well the network predicts the rows of its evaluation, by the kind of their targets.
  var judgement: [Report.Section] {
    guard let evaluation else { return [] }
    let (names, rows) = (evaluation.schema.names, evaluation.rows)
    switch evaluation.schema.kind {
    case .classes:
      let binary = evaluation.probabilitiesOfYes.map { probabilities in
        Self.yesNo(
          probabilities: probabilities, labels: evaluation.labels,
          names: (Self.spelled(names[0], "class"), Self.spelled(names[1], "class")),
          weights: evaluation.weights, rows: rows)
      }
      return (binary ?? []) + [confusions, mistakes, classes].compactMap { $0 }
    case .numbers:
      guard let predicted = evaluation.predictions.values, let targets = evaluation.values else {
        return []
      }
      return Self.numbers(
        predicted: predicted, targets: targets, names: names, weights: evaluation.weights,
        rows: rows)
    case .labels:
      guard let targets = evaluation.values else { return [] }
      return Self.labels(
        probabilities: evaluation.predictions.probabilities ?? evaluation.predictions.outputs,
        targets: targets, names: names, weights: evaluation.weights, rows: rows)
    }
  }
}

/// The figures and pictures of a run's network.
public struct RunNetwork: Sendable, Hashable {
  /// The first layer's weights.
  public enum FirstLayer: Sendable, Hashable {
    /// A picture of each unit's weights over the inputs.
    case pictures([Image])
    /// The reason why there are no pictures, a sentence.
    case notDrawn(String)
  }

  /// The number of parameters.
  public var parameterCount: Int
  /// The first layer's weights.
  public var firstLayer: FirstLayer
  /// The penalty of the weights, which training losses carry; nil where it is not known.
  public var penalty: Double?

  /// Creates the figures and pictures of a network.
  ///
  /// - Parameters:
  ///   - image: the shape of its inputs as a picture; nil if they are none.
  ///   - components: the principal components of pictures that its inputs are, or nil.
  ///   - penalty: the penalty that it was trained with, or nil.
  /// - Precondition: a picture has as many features as the network inputs, or as the components have columns.
  public init<Scalar: BLASScalar>(
    _ network: Network<Scalar>, image: ImageShape?, components: PrincipalComponents? = nil,
    penalty: Penalty? = nil
  ) {
    parameterCount = network.summary.parameterCount
    self.penalty = penalty.map { Double(network.value(of: $0)) }
    let pictures = image.map { network.firstLayerImages($0, of: components) }
    firstLayer =
      if case let pictures?? = pictures {
        .pictures(pictures)
      } else {
        .notDrawn(
          "The weights of the first layer are not drawn: "
            + (image == nil
              ? "its inputs are not known to be pictures."
              : "no layer has weights over the inputs in their places."))
      }
  }
}
