public import CPerceptronInterface
import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Reads a model from a file or the folder of a run.
@c @implementation
public func perceptron_model_load(_ path: UnsafePointer<CChar>!) -> OpaquePointer! {
  catching(nil) {
    let path = try text(path, "path")
    guard isDirectory(path) else {
      return Handle.make(try Model(AnyTrainedModel(readingFrom: path)))
    }
    let run = RunDirectory(path: path)
    guard run.holdsModel else {
      throw FileError(
        path, "expected the folder of a run with a model; of a study, name the file of its best one"
      )
    }
    return Handle.make(try Model(AnyTrainedModel(readingFrom: run.modelPath)))
  }
}

/// Writes a model to a file.
@c @implementation
public func perceptron_model_save(
  _ model: OpaquePointer!, _ path: UnsafePointer<CChar>!
) -> CInt {
  catching(-1) {
    let path = try text(path, "path")
    try Handle.object(model, as: Model.self).archive(path: path).write(to: path)
    return 0
  }
}

/// The bytes of a model's file.
@c @implementation
public func perceptron_model_encode(
  _ model: OpaquePointer!, _ size: UnsafeMutablePointer<Int>!
) -> UnsafeMutableRawPointer! {
  catching(nil) {
    try allocated(Handle.object(model, as: Model.self).archive(path: "the model").bytes(), size)
  }
}

/// The model of such bytes.
@c @implementation
public func perceptron_model_decode(_ bytes: UnsafeRawPointer!, _ size: Int) -> OpaquePointer! {
  catching(nil) {
    let bytes = UnsafeRawBufferPointer(
      start: try required(bytes, "bytes"), count: try checkedCount(size, "size"))
    let archive = try TensorArchive(bytes, named: "the model")
    return Handle.make(try Model(AnyTrainedModel(archive, path: "the model")))
  }
}

/// Frees a model.
@c @implementation
public func perceptron_model_free(_ model: OpaquePointer!) { Handle.free(model, as: Model.self) }

/// The description of a model as JSON.
@c @implementation
public func perceptron_model_description(_ model: OpaquePointer!) -> UnsafePointer<CChar>! {
  catching(nil) { UnsafePointer(try Handle.object(model, as: Model.self).description.pointer) }
}

/// What a model predicts.
@c @implementation
public func perceptron_model_kind(_ model: OpaquePointer!) -> perceptron_kind {
  catching(PERCEPTRON_CLASSES) { try Handle.object(model, as: Model.self).schema.kind.code }
}

/// The number of features of a row.
@c @implementation
public func perceptron_model_input_count(_ model: OpaquePointer!) -> Int {
  catching(0) { try Handle.object(model, as: Model.self).inputCount }
}

/// The number of scores of a row.
@c @implementation
public func perceptron_model_score_count(_ model: OpaquePointer!) -> Int {
  catching(0) { try Handle.object(model, as: Model.self).scoreCount }
}

/// The number of classes, numbers or labels.
@c @implementation
public func perceptron_model_name_count(_ model: OpaquePointer!) -> Int {
  catching(0) { try Handle.object(model, as: Model.self).names.count }
}

/// The name of a class, number or label.
@c @implementation
public func perceptron_model_name(_ model: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
  catching(nil) {
    let names = try Handle.object(model, as: Model.self).names
    return names.indices.contains(index) ? UnsafePointer(names[index].pointer) : nil
  }
}

/// Whether a model has probabilities.
@c @implementation
public func perceptron_model_has_probabilities(_ model: OpaquePointer!) -> CInt {
  catching(0) { try Handle.object(model, as: Model.self).hasProbabilities ? 1 : 0 }
}

/// A trained model with the texts that C asks for.
final class Model: Sendable {
  let model: AnyTrainedModel
  let predictor: any AnyPredictor
  let schema: TargetSchema
  /// The number of features of a row.
  let inputCount: Int
  let scoreCount: Int
  let hasProbabilities: Bool
  /// JSON.
  let description: CText
  let names: [CText]

  init(_ model: AnyTrainedModel) throws {
    self.model = model
    let facts: Facts
    switch model {
    case .float(let model): (facts, predictor) = (Facts(model), ModelPredictor(model))
    case .double(let model): (facts, predictor) = (Facts(model), ModelPredictor(model))
    }
    schema = TargetSchema(facts.kind, names: facts.names)
    (inputCount, scoreCount, hasProbabilities) =
      (facts.inputs, facts.scores, facts.hasProbabilities)
    names = facts.names.map(CText.init)
    description = CText(try facts.jsonLine)
  }

  /// What a file of the model holds.
  func archive(path: String) throws -> TensorArchive {
    switch model {
    case .float(let model): try model.archive(path: path)
    case .double(let model): try model.archive(path: path)
    }
  }
}

/// The description of a model.
private struct Facts: Encodable {
  let kind: TargetKind
  let names: [String]
  let inputs: Int
  let columns: [FeatureColumn]?
  let fillsMissing: Bool
  let image: ImageShape?
  let scores: Int
  let hasProbabilities: Bool
  let preprocessing: Preprocessing
  let network: Summary

  private enum CodingKeys: CodingKey {
    case kind, names, inputs, columns, fillsMissing, image, scores, hasProbabilities
    case preprocessing, network
  }

  /// The network's own summary, whatever its scalar type.
  struct Summary: Encodable {
    let summary: any Encodable

    func encode(to encoder: any Encoder) throws { try summary.encode(to: encoder) }
  }

  init<Scalar>(_ model: TrainedModel<Scalar>) {
    kind = model.schema.kind
    names = model.schema.names
    inputs = model.featureCount
    columns = model.preprocessing.columns
    fillsMissing =
      columns != nil && model.preprocessing.plan(columnCount: inputs).fillsMissing
    image = model.image
    scores = model.network.outputSize
    let none = Features(.doubles([]), exampleShape: [model.featureCount], columns: columns)
    hasProbabilities =
      model.network.predictions(
        of: none.prepared(with: model.preprocessing), as: model.schema
      ).probabilities != nil
    preprocessing = model.preprocessing.withoutProjection
    network = Summary(summary: model.network.summary)
  }

  /// Null in place of what there is not.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(kind, forKey: .kind)
    try values.encode(names, forKey: .names)
    try values.encode(inputs, forKey: .inputs)
    try values.encode(columns, forKey: .columns)
    try values.encode(fillsMissing, forKey: .fillsMissing)
    try values.encode(image, forKey: .image)
    try values.encode(scores, forKey: .scores)
    try values.encode(hasProbabilities, forKey: .hasProbabilities)
    try values.encode(preprocessing, forKey: .preprocessing)
    try values.encode(network, forKey: .network)
  }
}

extension TargetKind {
  var code: perceptron_kind {
    switch self {
    case .classes: PERCEPTRON_CLASSES
    case .numbers: PERCEPTRON_NUMBERS
    case .labels: PERCEPTRON_LABELS
    }
  }

  /// The kind of a code; throws for another number.
  init(_ code: perceptron_kind) throws {
    switch code {
    case PERCEPTRON_CLASSES: self = .classes
    case PERCEPTRON_NUMBERS: self = .numbers
    case PERCEPTRON_LABELS: self = .labels
    default: throw ArgumentError("kind is \(code.rawValue), expected a perceptron_kind")
    }
  }
}
