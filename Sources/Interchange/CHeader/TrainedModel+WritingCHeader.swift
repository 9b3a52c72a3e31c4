import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining

extension TrainedModel {
  /// Writes the model as a C99 header that is a program's whole network: constants and functions in single
  /// precision, which need no memory but the stack or the caller's and no library but `<math.h>`. C++ takes it,
  /// too.
  ///
  /// All names begin with that of the file: of `digits.h`,
  ///
  /// - `int digits_predict(const float features[DIGITS_FEATURES], …)` prepares a row as the training data was
  ///   and predicts it. Of classes it writes `probabilities[DIGITS_CLASSES]`, or `scores` where the loss has no
  ///   probabilities, and returns the class; of several labels it writes probabilities and `labels[DIGITS_LABELS]`,
  ///   0 or 1, and of numbers `values[DIGITS_VALUES]` in their own unit, and returns 0. It returns −1 for a
  ///   row that cannot be predicted, such as one with a missing cell where none is filled.
  /// - `digits_class_names`, `digits_label_names` or `digits_value_names` are strings in UTF-8.
  /// - `digits_self_test()`, with the macro `DIGITS_SELF_TEST`, returns how many of three rows are predicted
  ///   otherwise than here.
  ///
  /// Features are in the data's own units: pixels 0…255 of a network that was trained on bytes, for example. A
  /// missing cell of a table is NaN, and a category its position among those that the header lists; any other
  /// number is an unknown category.
  ///
  /// Up to 4 KB of working memory are on the stack; more is a last argument, `scratch[DIGITS_SCRATCH]`.
  ///
  /// - Returns: the path, alone.
  /// - Throws: `FileError` where the file cannot be written, single precision has not a number of the model, a
  ///   layer or a loss is your own, or weights and principal directions take more than 16 MiB: GCC needs
  ///   24 s and 1.2 GB for as many.
  @discardableResult
  public func writeCHeader(to path: String) throws -> [String] {
    let text = try cHeader(path: path)
    try AtomicFile.write(Array(text.utf8), to: path)
    return [path]
  }

  /// The header for a path.
  func cHeader(path: String) throws -> String {
    let single = inSinglePrecision
    // Whitened directions are doubles.
    let projection = single.preprocessing.projection
    let size =
      4 * single.network.parameters.reduce(0) { $0 + $1.tensor.count }
      + (projection?.directions.count ?? 0) * (projection?.whitening == nil ? 4 : 8)
    if size > CHeaderLimit.constants {
      throw FileError(
        path,
        "not written: expected at most \(CHeaderLimit.constants >> 20) MiB of weights for a C header, found "
          + "\(size >> 20) MiB, which would be a text of about \(size / 4 * 14 / 1_000_000) MB; ONNX files "
          + "(.onnx) have room for them")
    }
    let steps = try ModelSteps(of: single, path: path)
    try steps.requireSinglePrecision(path: path)
    let interface = CInterface(of: steps)
    var builder = CHeaderBuilder(prefix: CText.prefix(ofFileAt: path), path: path)
    let columns = preprocessing.knownColumns
    try builder.constant("\(interface.noun)_names", texts: schema.names)
    let rows = try builder.addPreparation(steps, columnNames: columns?.map(\.name))
    try builder.addPrediction(steps, of: rows, interface)
    let test = try CHeaderSelfTest(self, path: path)
    let macro = builder.macro
    var lengths = [("FEATURES", steps.columnCount)] + interface.lengths
    if builder.takesScratch { lengths.append(("SCRATCH", builder.scratchCount)) }
    let includes = ["math.h", "stddef.h"] + (schema.kind == .labels ? ["stdint.h"] : [])
    return [
      CHeaderComment(single, steps, interface, builder).text,
      "#ifndef \(macro)_H\n#define \(macro)_H",
      includes.map { "#include <\($0)>" }.joined(separator: "\n"),
      "#ifdef __FAST_MATH__\n#error \"missing cells are NaN, which -ffast-math does not have\"\n#endif",
      lengths.map { "#define \(macro)_\($0) \($1)" }.joined(separator: "\n"),
      builder.constants.joined(separator: "\n\n"),
      builder.definitions.joined(separator: "\n\n"),
      builder.function(interface),
      test.definition(in: builder, interface),
      "#endif\n",
    ].joined(separator: "\n\n")
  }
}

private enum CHeaderLimit {
  /// The largest number of bytes of weights, which are 3.5 times as many in the file.
  static let constants = 16 << 20
}

extension AnyTrainedModel {
  /// Writes the model as a C99 header, as ``TrainedModel/writeCHeader(to:)`` does.
  @discardableResult
  public func writeCHeader(to path: String) throws -> [String] {
    switch self {
    case .float(let model): try model.writeCHeader(to: path)
    case .double(let model): try model.writeCHeader(to: path)
    }
  }
}
