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
  ///   - evaluation: the network's evaluation on rows that it was not trained on.
  ///   - omissions: what the page lacks and how to get it, a sentence each.
  ///   - resumeCommand: the command line that resumes the run, or nil.
  public init(
    ofRun run: TrainingRun, named name: String, network: RunNetwork? = nil,
    evaluation: RunEvaluation? = nil, gradientCheck: GradientCheckReport? = nil,
    omissions: [String] = [], resumeCommand: String? = nil
  ) {
    let page = RunPage(
      record: run.record, history: run.history, diagnostics: run.diagnostics, network: network,
      evaluation: evaluation, omissions: omissions, resumeCommand: resumeCommand)
    self.init(
      title: name, subtitle: page.subtitle,
      sections: [
        page.overview, page.progress, page.health, page.firstLayer, page.confusions, page.mistakes,
        page.classes, gradientCheck.map(RunPage.gradients), page.settings,
      ].compactMap { $0 })
  }
}

struct RunPage {
  let record: RunRecord
  let history: History
  let diagnostics: DiagnosticSeries?
  let network: RunNetwork?
  let evaluation: RunEvaluation?
  let omissions: [String]
  let resumeCommand: String?
}

/// The evaluation of a run's network on rows that it was not trained on.
public struct RunEvaluation: Sendable, Equatable {
  /// The name of the rows, such as `the test set`.
  public var rows: String
  /// The confusion matrix.
  public var confusion: ConfusionMatrix
  /// The mean loss without penalty.
  public var loss: Double
  /// The most confident errors, the most confident first.
  public var mistakes: [Mistake]
  /// A picture of each mistake; nil if rows are no pictures.
  public var pictures: [Image]?

  /// Creates an evaluation.
  ///
  /// - Precondition: one picture for each mistake, if there are pictures.
  public init(
    rows: String, confusion: ConfusionMatrix, loss: Double, mistakes: [Mistake] = [],
    pictures: [Image]? = nil
  ) {
    require(
      pictures.map { $0.count == mistakes.count } ?? true,
      "RunEvaluation: \(pictures?.count ?? 0) pictures for \(mistakes.count) mistakes")
    self.rows = rows
    self.confusion = confusion
    self.loss = loss
    self.mistakes = mistakes
    self.pictures = pictures
  }

  /// Evaluates a network.
  ///
  /// - Parameters:
  ///   - data: rows of its input size with no more classes than it has.
  ///   - rows: the name of the rows, such as `the test set`.
  ///   - mistakes: the maximum number of mistakes.
  public init<Scalar: BLASScalar>(
    of network: Network<Scalar>, on data: PreparedDataset<Scalar>, rows: String, mistakes: Int = 12
  ) {
    let mostConfident = network.mostConfidentErrors(on: data, count: mistakes)
    self.init(
      rows: rows, confusion: network.confusionMatrix(on: data),
      loss: network.evaluate(on: data).loss, mistakes: mostConfident,
      pictures: data.dataset.images(rows: mostConfident.map(\.row)))
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

  /// Creates the figures and pictures of a network.
  ///
  /// - Parameter image: the shape of its inputs as a picture; nil if they are none.
  /// - Precondition: a picture has as many features as the network inputs.
  public init<Scalar: BLASScalar>(_ network: Network<Scalar>, image: ImageShape?) {
    parameterCount = network.summary.parameterCount
    let pictures = image.map { network.firstLayerImages($0) }
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
