import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `perceptron summary`.
struct SummaryCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show a saved model's layers, parameter counts and preprocessing.")

  static let examples = [
    CommandExample("Show the model of a run.", "perceptron summary runs/digits-1"),
    CommandExample(
      "Print the best model of a study as JSON.",
      "perceptron summary runs/tune-digits-1/best.safetensors --json"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Flag(help: "Print JSON.") var json = false

  /// The JSON output: the network's summary, the preprocessing and the class names.
  private struct Result<Scalar: BLASScalar>: Encodable {
    /// The preprocessing, without the values of the mean.
    struct Preparation: Encodable {
      let divisor: Double
      let subtractsMean: Bool
    }

    private enum CodingKeys: CodingKey {
      case preprocessing, classNames
    }

    let model: TrainedModel<Scalar>

    func encode(to encoder: any Encoder) throws {
      try model.network.summary.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      let preprocessing = model.preprocessing
      try values.encode(
        Preparation(divisor: preprocessing.divisor, subtractsMean: preprocessing.mean != nil),
        forKey: .preprocessing)
      try values.encode(model.classNames, forKey: .classNames)
    }
  }

  func run() throws {
    switch try ModelFile.read(model).model {
    case .float(let model): try show(model)
    case .double(let model): try show(model)
    }
  }

  private func show<Scalar>(_ model: TrainedModel<Scalar>) throws {
    if json { return try Console.output(Result(model: model).json) }
    let preprocessing = model.preprocessing
    let mean = preprocessing.mean == nil ? "" : ", minus the mean of each"
    try Console.output(
      """
      \(model.network.summary)
      features divided by \(shortest(preprocessing.divisor))\(mean)
      classes: \(model.classNames.joined(separator: ", "))
      """)
  }

  private func shortest(_ number: Double) -> String {
    number == number.rounded() ? decimal(number, 0) : plain(number)
  }
}
