import ArgumentParser
import CommandSupport
import Perceptron

/// `perceptron summary`.
struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Show a saved network's layers, sizes and preprocessing.")

  @Argument(help: "The folder of a run, or a model file.") var model: String
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let path = try ModelFile.path(model)
    switch try AnyTrainedModel(readingFrom: path) {
    case .float(let model): try show(model)
    case .double(let model): try show(model)
    }
  }

  private func show<Scalar>(_ model: TrainedModel<Scalar>) throws {
    if json { return try Console.output(model.network.summary.json) }
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
