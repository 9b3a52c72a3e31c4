import ArgumentParser
import Foundation
import Perceptron

/// A format in which models go to other programs or come from them, known by the ending of a file's name.
///
/// A new one is a line in ``all``; the help of `export` and `import` follows.
struct ExchangeFormat: Sendable {
  /// The ending of names, with its dot.
  let ending: String
  /// What such a file is, for help.
  let summary: String
  /// Whether such a file takes cells in single precision.
  var roundsCells = false
  /// Writes a model to a path and returns the paths of all files; nil for a format that is only read.
  let write: (@Sendable (_ model: AnyTrainedModel, _ path: String) throws -> [String])?
  /// Whether files may leave open which activation is between layers.
  var takesActivation = false
  /// Reads a model; nil for a format that is only written.
  let read: (@Sendable (_ path: String, _ wishes: Wishes) throws -> AnyTrainedModel)?

  /// What the user says of a model that is read, where the file does not.
  struct Wishes {
    /// What the model predicts.
    var kind: TargetKind?
    /// The names of its classes, labels or numbers.
    var names: [String]?
    /// The activation between layers.
    var activation: LayerSpecification?
  }

  /// All formats.
  static let all = [
    ExchangeFormat(
      ending: ".onnx", summary: "ONNX, for ONNX Runtime and others", roundsCells: true,
      write: { try $0.writeONNX(to: $1) },
      read: { try AnyTrainedModel(readingONNXFrom: $0, as: $1.kind, names: $1.names) }),
    ExchangeFormat(
      ending: ".h", summary: "C header with the whole network, for programs without libraries",
      roundsCells: true, write: { try $0.writeCHeader(to: $1) }, read: nil),
    ExchangeFormat(
      ending: ".safetensors", summary: "safetensors, as PyTorch's state dict",
      write: {
        try $0.writeStateDict(to: $1)
        return [$1]
      },
      takesActivation: true,
      read: {
        try AnyTrainedModel(
          readingStateDictFrom: $0, activation: $1.activation, as: $1.kind, names: $1.names)
      }),
    ExchangeFormat(
      ending: ".npz", summary: "NumPy arrays, which numpy.load reads",
      write: {
        try $0.writeNumPy(to: $1)
        return [$1]
      },
      read: {
        try AnyTrainedModel(readingNumPyFrom: $0, as: $1.kind, names: $1.names)
      }),
  ]

  /// The format of the file at a path.
  ///
  /// - Parameter isFit: which formats there are to choose from.
  /// - Throws: `ValidationError` for another ending.
  static func named(_ path: String, where isFit: (ExchangeFormat) -> Bool) throws -> ExchangeFormat
  {
    let formats = all.filter(isFit)
    if let format = formats.first(where: { path.lowercased().hasSuffix($0.ending) }) {
      return format
    }
    let isPickled = [".pt", ".pth", ".bin", ".ckpt"].contains { path.lowercased().hasSuffix($0) }
    throw ValidationError(
      "\(path): expected a name that ends in \(formats.map(\.ending).joined(separator: " or "))"
        + (isPickled ? "; safetensors.torch has save_file and load_file for PyTorch" : ""))
  }

  /// Throws where a file to be written is the one that is read.
  static func requireOther(_ written: String, than read: String) throws {
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
    if place(written) == place(read) {
      throw FileError(written, "expected another file than the one that is read")
    }
  }

  /// The endings and what they stand for, a line for each, for help.
  static func list(where isFit: (ExchangeFormat) -> Bool) -> String {
    all.filter(isFit).map { "\($0.ending)  \($0.summary)" }.joined(separator: "\n")
  }
}
