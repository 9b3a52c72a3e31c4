import Foundation
import Perceptron

/// The settings that `perceptron train` uses where none are given, found by trying on each set.
struct TrainingDefaults: Equatable {
  var hidden: Int
  var learningRate: Double
  var decay: Double
  var regularization: Double
  var iterations: Int
  var batch = 200
  var scale: Double
  var validation: Int

  private static let digits = TrainingDefaults(
    hidden: 50, learningRate: 0.5, decay: 0.95, regularization: 1e-4, iterations: 1000, scale: 0.1,
    validation: 200)
  private static let cifar10 = TrainingDefaults(
    hidden: 50, learningRate: 1e-4, decay: 0.95, regularization: 0.25, iterations: 1000,
    scale: 1e-4, validation: 1000)
  private static let idx = TrainingDefaults(
    hidden: 100, learningRate: 0.5, decay: 0.9, regularization: 2e-5, iterations: 4000, scale: 0.05,
    validation: 1000)

  // Numbers of unknown size call for more care than pixels, which are divided into 0…1.
  private static let idxNumbers = {
    var defaults = idx
    defaults.learningRate = 0.1
    return defaults
  }()

  /// What does well on `data`.
  static func suiting(_ data: LoadedData) -> TrainingDefaults {
    var defaults =
      switch data.kind {
      case .digits: digits
      case .cifar10: cifar10
      case .fashionMNIST: idx
      case .folder: data.isBytes ? idx : idxNumbers
      }
    // A fifth of a small set at most.
    defaults.validation = min(defaults.validation, data.training.count / 5)
    return defaults
  }

  /// A table of the defaults that depend on the data, for the help text.
  static var table: String {
    func line(_ option: String, _ cells: [String]) -> String {
      cells.reduce(option.padding(toLength: 18, withPad: " ", startingAt: 0)) { line, cell in
        line + String(repeating: " ", count: max(0, 15 - cell.count)) + cell
      }
    }
    func row(_ option: String, _ value: (TrainingDefaults) -> some Any) -> String {
      line(option, [digits, idx, idxNumbers, cifar10].map { "\(value($0))" })
    }
    return [
      line("default of", ["digits", "bytes in IDX", "others in IDX", "CIFAR-10"]),
      row("--hidden", \.hidden), row("--learning-rate", \.learningRate),
      row("--decay", \.decay), row("--regularization", \.regularization),
      row("--iterations", \.iterations), row("--scale", \.scale),
      row("--validation", \.validation),
      // As `LoadedData.divisor` has them, of which there is none before data is loaded.
      line("--pixel-scale", ["\(Int(Digits.divisor))", "255", "1", "1"]),
      line("--subtract-mean", ["yes", "yes", "no", "yes"]),
    ].joined(separator: "\n")
  }
}
