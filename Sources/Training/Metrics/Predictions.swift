import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network's predictions for some rows, in double precision and, of numbers, in the targets' own units.
///
///     let found = network.predictions(of: test.features, as: test.schema)
///     print(found.values?.elements ?? [])
public struct Predictions: Sendable {
  /// What is predicted.
  public let schema: TargetSchema
  /// The outputs, [rows, outputs].
  public let outputs: Tensor<Double>
  /// The predicted class of each row; empty unless classes are predicted.
  public let classes: [Int]
  /// The probability of each class, [rows, classes], or of each label, [rows, labels]; nil for numbers and
  /// for losses without probabilities, such as a hinge.
  public let probabilities: Tensor<Double>?
  /// The predicted numbers, [rows, columns], or 1 for each predicted label and 0 for others,
  /// [rows, labels]; nil for classes.
  public let values: Tensor<Double>?

  /// Of a network that tells two classes apart, a score for each row that is higher where class 1 is
  /// likelier: its probability, or else the difference of the outputs. Nil for other networks.
  var classOneScores: [Double]? {
    if schema.kind != .classes { return nil }
    let scores = probabilities ?? outputs
    switch scores.shape.columnCount {
    case 1: return scores.elements
    case 2:
      return (0..<count).map { row in
        let score = scores[position: 2 * row + 1]
        return probabilities == nil ? score - scores[position: 2 * row] : score
      }
    default: return nil
    }
  }

  /// The number of rows.
  public var count: Int { outputs.shape.rowCount }

  /// Predictions as they are.
  init(
    schema: TargetSchema, outputs: Tensor<Double>, classes: [Int] = [],
    probabilities: Tensor<Double>? = nil, values: Tensor<Double>? = nil
  ) {
    self.schema = schema
    self.outputs = outputs
    self.classes = classes
    self.probabilities = probabilities
    self.values = values
  }

  /// The predictions of a network with this loss.
  ///
  /// - Parameters:
  ///   - outputs: [rows, outputs].
  ///   - scaling: the scaling of targets that the network was trained with.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  init<Scalar>(
    _ outputs: Tensor<Scalar>, loss: any Loss<Scalar>, schema: TargetSchema,
    scaling: TargetScaling?
  ) {
    self.schema = schema
    self.outputs = Tensor(outputs)
    switch schema.kind {
    case .classes:
      classes = loss.classes(of: outputs)
      probabilities = loss.probabilities(of: outputs).map { Tensor($0) }
      values = nil
    case .numbers:
      classes = []
      probabilities = nil
      values = scaling?.unscaled(outputs) ?? self.outputs
    case .labels:
      classes = []
      probabilities = loss.labelProbabilities(of: outputs).map { Tensor($0) }
      let threshold = Double(loss.outputThreshold)
      values = Tensor(
        self.outputs.elements.map { $0 > threshold ? 1 : 0 }, shape: outputs.shape)
    }
  }
}

extension Loss {
  /// The probability of each label: the sigmoid of each output with the logistic loss, else nil.
  fileprivate func labelProbabilities(of outputs: Tensor<Scalar>) -> Tensor<Scalar>? {
    self is LogisticLoss<Scalar> ? outputs.sigmoid : nil
  }
}

extension Network {
  /// The predictions for all rows, gathered and preprocessed block by block.
  ///
  /// - Parameters:
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - schema: what the network was trained to predict.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  public func predictions(
    of features: PreparedFeatures<Scalar>, as schema: TargetSchema, workers: Int? = nil
  ) -> Predictions {
    require(
      features.featureCount == inputSize,
      "Network: rows of \(features.featureCount) features, the network has \(inputSize) inputs")
    requireFit(schema, "the schema")
    return Predictions(
      outputs(of: features, workers: workers), loss: loss, schema: schema,
      scaling: features.preprocessing.targets)
  }
}
