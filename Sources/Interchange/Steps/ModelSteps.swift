import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// What a model does with a row as it comes, step by step: preparation, network, prediction. In single precision.
struct ModelSteps {
  /// What is predicted of the network's outputs.
  enum Prediction {
    /// The class of the largest output, the first of equal ones.
    case largest
    /// Class 1 where the only output is above a threshold, else class 0.
    case side(threshold: Float)
    /// Each label whose output is above a threshold; with probabilities, the sigmoids of the outputs.
    case labels(threshold: Float, haveProbabilities: Bool)
    /// Numbers: the outputs, times deviations and plus means where there is a scaling.
    case numbers(TargetScaling?)
  }

  /// The number of features of a row.
  let columnCount: Int
  /// The preparation of features by column.
  let plan: ColumnPlan
  /// The principal components that prepared features are projected onto; nil for none.
  let projection: PrincipalComponents?
  let network: NetworkSteps
  let prediction: Prediction

  /// The steps of a model.
  ///
  /// - Throws: `FileError` for a layer or a loss of the user's own; it names the path that was to be written.
  init(of model: TrainedModel<Float>, path: String) throws {
    columnCount = model.featureCount
    plan = model.preprocessing.plan(columnCount: columnCount)
    projection = model.preprocessing.projection
    do {
      network = try NetworkSteps(of: model.network, predicting: model.schema.kind)
    } catch let unknown as NetworkSteps.UnknownPart {
      throw FileError(path, "not written: \(unknown.description)")
    }
    let loss = model.network.loss
    switch model.schema.kind {
    case .numbers: prediction = .numbers(model.preprocessing.targets)
    case .labels:
      prediction = .labels(
        threshold: loss.outputThreshold, haveProbabilities: loss is LogisticLoss<Float>)
    case .classes:
      prediction =
        loss.hasTwoSides(outputSize: network.outputCount)
        ? .side(threshold: loss.outputThreshold) : .largest
    }
  }
}
