import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork

/// A simple model whose results show what a network adds.
public enum Baseline: String, Codable, CaseIterable, Sendable {
  /// See ``ConstantBaseline``.
  case constant
  /// See ``NearestCentroid``.
  case nearestCentroid = "nearest-centroid"
  /// See ``NearestNeighbors``.
  case nearestNeighbors = "nearest-neighbors"
  /// See ``RidgeRegression``.
  case ridge
  /// A network without hidden layers and the softmax loss.
  case softmax
  /// A network without hidden layers and the hinge loss: a linear support vector machine.
  case hinge
  /// A network without hidden layers and the logistic loss.
  case logistic

  /// The baselines that make sense for targets of a kind, the simplest first.
  public static func suiting(_ kind: TargetKind) -> [Baseline] {
    switch kind {
    case .classes: [.constant, .nearestCentroid, .nearestNeighbors, .ridge, .softmax, .hinge]
    case .numbers: [.constant, .nearestNeighbors, .ridge]
    case .labels: [.constant, .nearestNeighbors, .ridge, .logistic]
    }
  }

  /// Why a baseline is left out of the comparison for targets of a kind, such as `a row has several labels`; nil
  /// where it is not, or another takes its place.
  public func reasonLeftOut(of kind: TargetKind) -> String? {
    switch (self, kind) {
    case (.nearestCentroid, .numbers): "numbers have no classes"
    case (.nearestCentroid, .labels): "a row may have several labels"
    default: nil
    }
  }

  /// The name in tables, such as `nearest neighbours`.
  ///
  /// - Parameter kind: what is predicted.
  public func title(for kind: TargetKind) -> String {
    switch self {
    case .constant:
      switch kind {
      case .classes: "most frequent class"
      case .numbers: "mean"
      case .labels: "most frequent labels"
      }
    case .nearestCentroid: "nearest centroid"
    case .nearestNeighbors: "nearest neighbours"
    case .ridge: "ridge regression"
    case .softmax: "softmax regression"
    case .hinge: "hinge regression"
    case .logistic: "logistic regression"
    }
  }

  /// The loss of a baseline that is a network without hidden layers; nil for the others.
  public var loss: LossSpecification? {
    switch self {
    case .softmax: .softmax()
    case .hinge: .hinge
    case .logistic: .logistic
    default: nil
    }
  }
}

/// What was measured of a baseline.
public struct BaselineResult: Codable, Sendable {
  /// A hyperparameter of a baseline.
  public struct Setting: Codable, Hashable, Sendable, CustomStringConvertible {
    /// `k` or `λ`.
    public let name: String
    /// Its value.
    public let value: Double
    /// Whether it is the one of several with the best metric on the validation rows.
    public let isChosen: Bool

    /// Such as `k = 3`.
    public var description: String { "\(name) = \(wholeOrPlain(value))" }
  }

  /// The baseline.
  public let baseline: Baseline
  /// The hyperparameter, where there is one.
  public let setting: Setting?
  /// The metrics on the training rows; nil where they would take long.
  public let training: MetricValues?
  /// The metrics on the validation rows; nil without such rows.
  public let validation: MetricValues?
  /// The 95 % intervals of metrics on the validation rows by the metrics' names, where they have any.
  public let intervals: [String: ClosedRange<Double>]
  /// The time that fitting, the choice and the measurements took.
  public let seconds: Double
}

/// What was measured of several baselines on the same rows: what `perceptron baseline` prints, and for a run writes
/// to `baseline.json` in its folder.
public struct BaselineReport: Codable, Sendable {
  /// A baseline that was not measured.
  public struct LeftOut: Codable, Sendable {
    /// The baseline.
    public let baseline: Baseline
    /// Why, such as `numbers have no classes`.
    public let reason: String

    /// A baseline with a reason.
    public init(_ baseline: Baseline, since reason: String) {
      (self.baseline, self.reason) = (baseline, reason)
    }
  }

  /// The network of a run, as its record says.
  public struct Run: Codable, Sendable {
    /// The run's folder.
    public let name: String
    /// The outputs of its layers, such as `50-10`.
    public let network: String
    /// Its metrics.
    public let training, validation: MetricValues?
    /// The time of its training.
    public let seconds: Double

    /// The network of a run.
    public init(_ record: RunRecord, named name: String) {
      self.name = name
      network = record.settings.network.layers.widths.map(String.init).joined(separator: "-")
      training = record.results.training
      validation = record.results.validation
      seconds = record.seconds
    }
  }

  /// The data set's name.
  public let data: String
  /// What is predicted.
  public let targets: TargetSchema
  /// The numbers of rows.
  public let trainingRows, validationRows: Int
  /// The number of features after preparation.
  public let features: Int
  /// What was measured; the first one decided k and λ.
  public let metrics: [Metric]
  /// The results, the simplest baseline first.
  public let baselines: [BaselineResult]
  /// The baselines that were left out.
  public let leftOut: [LeftOut]
  /// The network beside them; nil where there is none.
  public let run: Run?

  /// A report on some results.
  public init(
    data: String, targets: TargetSchema, trainingRows: Int, validationRows: Int, features: Int,
    metrics: [Metric], baselines: [BaselineResult], leftOut: [LeftOut] = [], run: Run? = nil
  ) {
    self.data = data
    self.targets = targets
    self.trainingRows = trainingRows
    self.validationRows = validationRows
    self.features = features
    self.metrics = metrics
    self.baselines = baselines
    self.leftOut = leftOut
    self.run = run
  }

  /// What is to be known of values that were chosen; nil where none were.
  package var choiceRemark: String? {
    let chosen = baselines.compactMap(\.setting).filter(\.isChosen).map(\.name)
    if chosen.isEmpty { return nil }
    return
      "\(chosen.joined(separator: " and ")): chosen on the validation rows by the \(metrics[0].title), "
      + "which is slightly too good there"
  }
}
