import Perceptron
import PerceptronFiles

/// Whether a model and the rows that are put to it belong together.
extension ModelFile {
  /// Throws unless rows of `features` can enter the model's network and mean there what they meant in
  /// training: as many features, and pictures of the same form.
  ///
  /// - Parameters:
  ///   - path: where the model is.
  ///   - source: where the features come from.
  static func requireFit<Scalar>(
    _ model: TrainedModel<Scalar>, to features: Features, path: String, of source: String
  ) throws {
    let inputs = model.network.inputSize
    if features.featureCount != inputs {
      throw FileError(
        path, "the network takes \(inputs) features, \(source) has \(features.featureCount)")
    }
    if let known = model.image, let found = features.image, known != found {
      throw FileError(
        path,
        "the network was trained on pictures of \(words(known)), \(source) has pictures of "
          + words(found))
    }
  }

  /// Throws unless the model can be measured on `rows`: there are some, their features fit and are
  /// finite, and their classes are those of the network, under the same names where both have names.
  ///
  /// - Parameters:
  ///   - path: where the model is.
  ///   - source: where the rows come from.
  static func requireFit<Scalar>(
    _ model: TrainedModel<Scalar>, to rows: Dataset, path: String, of source: String
  ) throws {
    try requireFit(model, to: rows.features, path: path, of: source)
    if rows.classCount > model.network.classCount {
      throw FileError(
        path,
        "the network tells \(model.network.classCount) classes apart, \(source) has "
          + "\(rows.classCount)")
    }
    for (label, (known, found)) in zip(model.classNames, rows.classNames).enumerated()
    where known != found && known != "\(label)" && found != "\(label)" {
      throw FileError(
        path,
        "class \(label) is \(known) to the network and \(found) in \(source); expected the same "
          + "classes in the same order")
    }
    if rows.count == 0 { throw DatasetError("\(source) has no rows to evaluate on") }
    try naming(source) { try rows.features.checkFinite() }
  }

  /// A warning that features from `source` look as if they were scaled otherwise than those that the
  /// model was trained on; nil where they do not.
  static func scaleWarning<Scalar>(
    _ model: TrainedModel<Scalar>, _ features: Features, of source: String
  ) -> String? {
    model.preprocessing.scaleMismatch(with: features).map { "\(source): \($0)" }
  }

  private static func words(_ image: ImageShape) -> String {
    let size = "\(image.height) rows of \(image.width) pixels"
    if image.channels == 1 { return size }
    return size + " in \(image.channels) channels, \(image.layout.rawValue)"
  }
}
