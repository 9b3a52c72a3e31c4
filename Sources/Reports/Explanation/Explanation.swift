import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// One example on its way through a trained network, with what it is compared with. All numbers are
/// computed in double precision.
///
///     let model = try TrainedModel<Float>(readingFrom: "runs/digits-1/model.safetensors")
///     let explanation = Explanation(of: model, on: Digits.test[rows: 7..<8], named: "row 7")
///     let page = Report(of: explanation)
///     try page.writePage(to: "explain.html", page.draw().drawings)
public struct Explanation: Sendable {
  /// The network.
  let network: Network<Double>
  /// What the network predicts.
  let schema: TargetSchema
  /// The scaling of targets that are numbers.
  let scaling: TargetScaling?
  /// The shape of the network's inputs as a picture; nil where they are none.
  let image: ImageShape?
  /// The name of the example, such as `row 7 of the test set`.
  let name: String
  /// The example before preprocessing, one row.
  let features: Features
  /// The name of each input of the network, after preprocessing.
  let inputNames: [String]
  /// The column of the table that each input was made of; nil where the example is no row of one.
  let inputColumns: [Int]?
  /// The example's target; nil where it is not known.
  let target: Targets<Double>?
  /// The example's way through the network.
  let trace: Trace<Double>
  /// The output, or the difference of two, that the page explains.
  let subject: ExplainedOutput
  /// What the example is compared with.
  public var context: Context

  /// What an example is compared with, as far as it is known.
  public struct Context: Sendable {
    /// Where the network is from, such as `runs/digits-1, trained on digits`; nil where that is not known.
    public var origin: String?
    /// The learning rate of the run, for one step.
    public var learningRate: Double?
    /// The penalty of the run.
    public var penalty = Penalty.none
    /// The optimizer of the run, in words.
    public var optimizer: String?
    /// The input that the example is compared with, after preprocessing, and its name, such as `the mean
    /// of the training rows`; nil for zeros.
    public var baseline: (input: Tensor<Double>, name: String)?
    /// The training examples whose activations are nearest, the nearest first.
    public var neighbors: [Neighbor] = []
    /// How often predictions of such confidence are right.
    public var reliability: Reliability?
    /// What the page lacks and how to get it, a sentence each.
    public var omissions: [String] = []

    /// Creates a context in which nothing is known.
    public init() {}
  }

  /// A training example that the last hidden layer takes for similar.
  public struct Neighbor: Sendable {
    /// Its name, such as `row 812`.
    public var name: String
    /// Its target in words.
    public var target: String
    /// The Euclidean distance of the activations.
    public var distance: Double
    /// The example as a picture, or nil.
    public var picture: Image?
    /// The names and the cells of its first columns, where it is a row of a table.
    public var cells: [(name: String, text: String)]

    /// Creates a neighbor.
    public init(
      name: String, target: String, distance: Double, picture: Image? = nil,
      cells: [(name: String, text: String)] = []
    ) {
      self.name = name
      self.target = target
      self.distance = distance
      self.picture = picture
      self.cells = cells
    }
  }

  /// How often a network is right, by its confidence.
  public struct Reliability: Sendable {
    /// The rows that it was measured on, such as `the validation rows`.
    public var rows: String
    /// The rows by the probability of the predicted class; 1 is a right prediction.
    public var curve: CalibrationCurve
    /// Whether rows count by their weights.
    public var isWeighted: Bool

    /// Creates a reliability.
    public init(rows: String, curve: CalibrationCurve, isWeighted: Bool = false) {
      self.rows = rows
      self.curve = curve
      self.isWeighted = isWeighted
    }
  }

  /// The explanation of an example whose target is known.
  ///
  /// - Parameters:
  ///   - example: a single row of the model's features, with its target.
  ///   - name: such as `row 7 of the test set`.
  /// - Precondition: features and target fit the model, and no layer is an `EnsembleLayer`.
  public init<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, on example: Dataset, named name: String,
    in context: Context = Context()
  ) {
    let prepared: PreparedDataset<Double> = example.prepared(with: model.preprocessing)
    self.init(
      of: model, features: example.features, target: prepared.targets(0..<1), named: name,
      in: context)
  }

  /// The explanation of an example whose target is not known: see ``init(of:on:named:in:)``.
  public init<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, on features: Features, named name: String,
    in context: Context = Context()
  ) {
    self.init(of: model, features: features, target: nil, named: name, in: context)
  }

  private init<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, features: Features, target: Targets<Double>?,
    named name: String, in context: Context
  ) {
    require(features.count == 1, "Explanation: \(features.count) rows, expected 1")
    let prepared: PreparedFeatures<Double> = features.prepared(with: model.preprocessing)
    network = Network(model.network)
    schema = model.schema
    scaling = model.preprocessing.targets
    // Principal components of a picture have no places in it.
    image = model.preprocessing.projection == nil ? model.image : nil
    self.name = name
    self.features = features
    inputNames =
      model.preprocessing.outputNames ?? features.columns?.map(\.name)
      ?? (0..<network.inputSize).map { "input \($0)" }
    inputColumns = model.preprocessing.outputColumns
    self.target = target.map { Targets($0.kind) }
    trace = network.trace(of: prepared.block(0..<1), self.target)
    subject = Self.subject(of: trace, network, schema, self.target)
    self.context = context
    if model.image != nil, let components = model.preprocessing.projection {
      self.context.omissions.append(
        "Pictures of weights and gradients are left out: the network's inputs are "
          + "\(counted(components.count, "principal component")) of the picture, which have no places in it."
      )
    }
  }

  /// What a page explains: by how much the predicted class is ahead of the true one or, where it is
  /// the true one or that is not known, of the runner-up; the label that is furthest from its target,
  /// or the likeliest; or the first number.
  private static func subject(
    of trace: Trace<Double>, _ network: Network<Double>, _ schema: TargetSchema,
    _ target: Targets<Double>?
  ) -> ExplainedOutput {
    let outputs = trace.outputs.elements
    switch schema.kind {
    case .numbers: return ExplainedOutput(0)
    case .labels:
      let slopes = trace.backward?.upstream.last?.elements.map(\.magnitude)
      return ExplainedOutput(largest(of: slopes ?? outputs) ?? 0)
    case .classes:
      if outputs.count == 1 { return ExplainedOutput(0) }
      let predicted = largest(of: outputs) ?? 0
      if case .labels(let labels)? = target?.kind, labels[0] != predicted {
        return ExplainedOutput(predicted, minus: labels[0])
      }
      return ExplainedOutput(predicted, minus: outputs.descendingPositions[1])
    }
  }

  private static func largest(of values: [Double]) -> Int? {
    values.descendingPositions.first
  }
}

// MARK: - In words

extension Explanation {
  /// The example's class; nil where it is not known or no class is predicted.
  var label: Int? {
    if case .labels(let labels)? = target?.kind { labels[0] } else { nil }
  }

  /// The predicted class; nil where no class is predicted.
  var predicted: Int? {
    schema.kind == .classes
      ? network.loss.classes(of: trace.outputs.reshaped(to: [1, network.outputSize]))[0] : nil
  }

  /// A class's, number's or label's name, as `class 3` where it is a number.
  func outputName(_ index: Int) -> String {
    // A single output tells the second of two classes from the first.
    let isSecond =
      schema.kind == .classes && network.loss.hasTwoSides(outputSize: network.outputSize)
    let place = isSecond ? index + 1 : index
    let name = schema.names.indices.contains(place) ? schema.names[place] : "\(place)"
    switch schema.kind {
    case .classes: return RunPage.spelled(name, "class")
    case .numbers: return RunPage.spelled(name, "output")
    case .labels: return RunPage.spelled(name, "label")
    }
  }

  /// The subject in words, such as `the score of cat less that of dog`.
  var subjectText: String {
    let thing = schema.kind == .numbers ? "output" : "score"
    let own = "the \(thing) of \(outputName(subject.output))"
    return subject.other.map { "\(own) less that of \(outputName($0))" } ?? own
  }

  /// The subject's value.
  var subjectValue: Double {
    let outputs = trace.outputs.elements
    return outputs[subject.output] - (subject.other.map { outputs[$0] } ?? 0)
  }

  /// The role of the class that the predicted one is compared with.
  var otherRole: String { subject.other == label ? "true class" : "runner-up" }

  /// The input that the example is compared with, and its name.
  var baseline: (input: Tensor<Double>, name: String) {
    context.baseline ?? (.zeros([network.inputSize]), "an input of zeros")
  }
}
