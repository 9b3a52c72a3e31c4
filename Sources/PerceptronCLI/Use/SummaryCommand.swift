import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `perceptron summary`.
struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Show a saved network's layers, sizes and preprocessing.")

  @Argument(help: "The folder of a run, or a model file.") var model: String
  @Flag(help: "Print JSON.") var json = false

  /// A network's summary and the rest of its model, side by side.
  private struct Result<Scalar: BLASScalar>: Encodable {
    /// What is done to features, without the mean's numbers.
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
