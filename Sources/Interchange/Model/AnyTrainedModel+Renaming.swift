import PerceptronDatasets
import PerceptronFiles
import PerceptronTraining

extension AnyTrainedModel {
  /// Gives the classes, labels or numbers other names, if there are any.
  mutating func rename(_ names: [String]?, as kind: TargetKind?, path: String) throws {
    func renamed<Scalar>(_ model: TrainedModel<Scalar>) throws -> TrainedModel<Scalar> {
      if let kind, kind != model.schema.kind {
        throw FileError(
          path, "expected a network that predicts \(kind), found one of \(model.schema.kind)")
      }
      guard let names else { return model }
      if names.count != model.schema.names.count || Set(names).count != names.count {
        throw FileError(
          path, "\(counted(names.count, "name")) for \(model.schema), expected different ones")
      }
      var model = model
      model.schema.names = names
      return model
    }
    switch self {
    case .float(let model): self = .float(try renamed(model))
    case .double(let model): self = .double(try renamed(model))
    }
  }
}
