import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct ExportCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a saved model for other programs.",
    discussion: """
      The ending of the file's name says what is written:

      \(ExchangeFormat.list { $0.write != nil })

      An ONNX file takes features in the data's own units, prepares them as the training data was, and \
      puts out logits, probabilities and the label, or the numbers in their own unit. A C header does the same with \
      a row, in C99 or C++; the comment at its head has a program that uses it. A .npz file has the \
      parameters and the preparation as plain arrays; a .safetensors file the parameters as PyTorch names and \
      shapes them, and the preparation in its notes alone. Sources/Interchange/README.md describes all of them.
      """)

  static let examples = [
    CommandExample(
      "Write the model of a run for ONNX Runtime.", "perceptron export runs/digits-1 digits.onnx"),
    CommandExample(
      "Write the network as one C99 header, whose names begin with `digits`.",
      "perceptron export runs/digits-1 digits.h"),
    CommandExample(
      "Write its parameters as NumPy arrays.", "perceptron export runs/digits-1 digits.npz"),
    CommandExample(
      "Write its parameters for PyTorch.", "perceptron export runs/digits-1 torch.safetensors"),
    CommandExample(
      "Write the best model of a study.",
      "perceptron export runs/tune-digits-1/best.safetensors best.onnx"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Argument(help: "File to write.") var file: String

  func validate() throws { _ = try ExchangeFormat.named(file) { $0.write != nil } }

  func run() throws {
    let format = try ExchangeFormat.named(file) { $0.write != nil }
    let read = try ModelFile.read(model)
    try ExchangeFormat.requireOther(file, than: read.path)
    let paths = try format.write?(read.model, file) ?? []
    try Console.output("saved " + paths.joined(separator: " and "))
    if format.roundsCells {
      for column in read.model.roundedColumns { Console.error(warning(of: column)) }
    }
  }

  private func warning(of column: RoundedColumn) -> String {
    // Single precision has whole numbers up to 2²⁴.
    let hasWholeNumbers = column.size + 8 * column.divisor < 0x1p24
    let share = significant(column.error / column.divisor, 2)
    return "warning: \(file) takes column \(column.name) in single precision, which rounds "
      + "\(hasWholeNumbers ? "fractions of numbers" : "numbers") near \(significant(column.size, 6)) by up to "
      + "\(significant(column.error, 3)), \(share) of what they are divided by: predictions can differ "
      + "from those of perceptron predict"
  }
}
