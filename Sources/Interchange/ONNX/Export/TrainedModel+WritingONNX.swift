import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining

/// The names of the notes in the ONNX files that are written here (`metadata_props`).
enum ONNXNote {
  /// The version of Perceptron.
  static let version = "perceptron_version"
  /// The notes of the model file, as JSON: architecture, preprocessing, targets, and the names of the tensors, which
  /// are weights of the graph.
  static let model = "perceptron_model"
  /// The SHA-256 digest of the graph and of ``model``.
  static let digest = "perceptron_digest"
  /// The names and categories of a table's columns, as JSON.
  static let columns = "columns"
  /// What a cell of a column of categories may be, in words.
  static let categories = (
    key: "categories",
    text:
      "a category is its position among the categories of its column; any other number, whole or not, is an "
      + "unknown category; NaN is a missing cell"
  )

  /// The names of classes, labels or numbers, as a JSON list.
  static func names(_ kind: TargetKind) -> String {
    switch kind {
    case .classes: "class_names"
    case .labels: "label_names"
    case .numbers: "value_names"
    }
  }

  /// The digest of a graph in pieces, and of the notes of the model.
  static func digest(graph: [[UInt8]], model: String) throws -> String {
    try SHA256.digest { add in
      for piece in graph { try piece.withUnsafeBytes(add) }
      try Array(model.utf8).withUnsafeBytes(add)
    }
  }
}

extension TrainedModel {
  /// Writes the model as an ONNX file, which runtimes for ONNX and ``AnyTrainedModel/init(readingONNXFrom:as:names:)``
  /// read: operators of `ai.onnx` alone, opset 17, IR version 8, in single precision.
  ///
  /// The graph has the preparation of features, too:
  ///
  /// - Input `features`, float [N, columns], in the data's own units: pixels 0…255 of a network that was
  ///   trained on bytes, for example. A missing cell of a table is NaN; a category is its position among
  ///   the `categories` of its column in the note `columns`, and any other number an unknown category.
  ///   What `predict` would refuse makes the outputs NaN; an infinite number only where cells are filled,
  ///   logarithms taken or there are categories.
  /// - Outputs of classes: `logits` [N, outputs], the scores before the loss; `probabilities` [N, classes] if
  ///   the loss has some; `label` [N], int64, the position of the class among the note `class_names`.
  /// - Outputs of several labels: `logits`, `probabilities` and `labels` [N, labels], 0 or 1 (int64).
  /// - Output of numbers: `value` [N, numbers], in their own unit.
  ///
  /// Weights have the names of the saved model. Beside notes for readers, the file has all that the saved
  /// model has, so that reading it gives the same model.
  ///
  /// - Returns: the paths of the files: that one and, for weights of more than 2 GB together, a second
  ///   one with them, whose name ends in `.data`. Both belong in one folder.
  /// - Throws: `FileError` where a file cannot be written, a weight is not finite, single precision has not a
  ///   number of the model, or a layer or a loss of your own has no form in ONNX.
  @discardableResult
  public func writeONNX(to path: String) throws -> [String] {
    try writeONNX(to: path, largestFile: Int(Int32.max))
  }

  /// - Parameter largestFile: the number of bytes above which weights have a file of their own.
  func writeONNX(to path: String, largestFile: Int) throws -> [String] {
    let single = inSinglePrecision
    // Refuses whatever a saved model cannot have.
    let notes = try ModelNotes(of: single.archive(path: path)).jsonLine
    var graph = try single.onnxGraph(path: path)
    var written = [path]
    let size = graph.initializers.reduce(0) { $0 + $1.rawCount + 256 }
    if size + notes.utf8.count > largestFile - 1 << 16 {
      written.append(try ONNXDataFile.move(weightsOf: &graph, besideModelAt: path))
    }
    let encoded = graph.encoded
    var model = ONNXModel(
      producerName: "perceptron", producerVersion: packageVersion,
      operatorSets: [.init(version: 17)])
    model.metadata = [
      ONNXNote.version: packageVersion,
      ONNXNote.model: notes,
      ONNXNote.digest: try ONNXNote.digest(graph: encoded.pieces, model: notes),
      ONNXNote.names(schema.kind): try schema.names.jsonLine,
    ]
    if let columns = preprocessing.knownColumns {
      model.metadata[ONNXNote.columns] = try columns.jsonLine
      if columns.contains(where: { $0.categories != nil }) {
        model.metadata[ONNXNote.categories.key] = ONNXNote.categories.text
      }
    }
    let message = model.encoded(graph: encoded)
    try AtomicFile.write(to: path) { file in
      for piece in message.pieces { try file.write(piece) }
    }
    return written
  }
}

extension AnyTrainedModel {
  /// Writes the model as an ONNX file, as ``TrainedModel/writeONNX(to:)`` does.
  @discardableResult
  public func writeONNX(to path: String) throws -> [String] {
    switch self {
    case .float(let model): try model.writeONNX(to: path)
    case .double(let model): try model.writeONNX(to: path)
    }
  }
}

extension TrainedModel<Float> {
  fileprivate func onnxGraph(path: String) throws -> ONNXGraph {
    var builder = ONNXGraphBuilder(name: "perceptron")
    let steps = try ModelSteps(of: self, path: path)
    try steps.requireSinglePrecision(path: path)
    let features = builder.input("features", columns: steps.columnCount)
    let rows = builder.addPreparation(steps, of: features)
    builder.add(steps.prediction, of: builder.add(steps.network, to: rows), steps.network)
    return builder.graph
  }
}

extension ONNXTensor {
  /// The number of bytes of raw data.
  fileprivate var rawCount: Int { if case .raw(let bytes) = contents { bytes.count } else { 0 } }
}

/// A file of weights beside a model's.
private enum ONNXDataFile {
  /// Weights of at least this many bytes are moved.
  private static let leastSize = 1024
  /// Weights begin at multiples of a page, so that readers can map them.
  private static let alignment = 4096

  /// Writes the large weights of a graph to a file, which they refer to afterwards; returns its path.
  static func move(weightsOf graph: inout ONNXGraph, besideModelAt path: String) throws -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init)
    let (dataPath, location) = (path + ".data", (name ?? path) + ".data")
    try AtomicFile.write(to: dataPath) { file in
      var offset = 0
      for index in graph.initializers.indices {
        guard case .raw(let bytes) = graph.initializers[index].contents, bytes.count >= leastSize
        else { continue }
        let padding = (alignment - offset % alignment) % alignment
        try file.write([UInt8](repeating: 0, count: padding))
        try file.write(Array(bytes))
        offset += padding
        graph.initializers[index].contents = .external([
          "location": location, "offset": "\(offset)", "length": "\(bytes.count)",
        ])
        offset += bytes.count
      }
    }
    return dataPath
  }
}
