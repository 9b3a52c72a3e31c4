import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronFiles

/// A model in the precision that its file has.
public enum AnyTrainedModel: Sendable {
  /// Single precision.
  case float(TrainedModel<Float>)
  /// Double precision.
  case double(TrainedModel<Double>)

  /// Reads a model of either precision.
  ///
  /// - Throws: `FileError` as ``TrainedModel/init(readingFrom:)`` does.
  public init(readingFrom path: String) throws {
    let archive = try TensorArchive(readingFrom: path)
    switch archive.dataType(of: "W1") {
    case .float64: self = .double(try TrainedModel(archive, path: path))
    case .float32, nil: self = .float(try TrainedModel(archive, path: path))
    }
  }
}

extension AnyTrainedModel {
  /// The loss, without the penalty, and the accuracy on a data set, which is prepared as the model's
  /// training data was.
  ///
  /// - Precondition: the data has the network's input size and no more classes than it.
  public func evaluate(on data: Dataset) -> Evaluation {
    switch self {
    case .float(let model):
      model.network.evaluate(on: data.prepared(with: model.preprocessing, as: Float.self))
    case .double(let model):
      model.network.evaluate(on: data.prepared(with: model.preprocessing, as: Double.self))
    }
  }
}
