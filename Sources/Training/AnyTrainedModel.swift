import LinearAlgebra
import Serialization

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
