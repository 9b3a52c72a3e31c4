import Foundation
import Perceptron

/// The settings that `perceptron train` uses where none are given, found by trying on each set.
struct TrainingDefaults {
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

  /// What does well on `data`.
  static func suiting(_ data: LoadedData) -> TrainingDefaults {
    var defaults =
      switch data.kind {
      case .digits: digits
      case .cifar10: cifar10
      case .fashionMNIST, .idx: idx
      }
    // Numbers of unknown size call for more care than pixels, which are divided into 0…1.
    if data.kind == .idx && !data.isBytes { defaults.learningRate = 0.1 }
    // A fifth of a small set at most.
    defaults.validation = min(defaults.validation, data.training.count / 5)
    return defaults
  }

  /// A table of the defaults that depend on the data, for the help text.
  static var table: String {
    func row(_ option: String, _ value: (TrainingDefaults) -> some Any) -> String {
      let cells = [digits, idx, cifar10].map { defaults in
        let text = "\(value(defaults))"
        return String(repeating: " ", count: max(0, 15 - text.count)) + text
      }
      return option.padding(toLength: 18, withPad: " ", startingAt: 0) + cells.joined()
    }
    let sets = ["digits", "MNIST's kind", "CIFAR-10"]
      .map { String(repeating: " ", count: 15 - $0.count) + $0 }
    return [
      "default of        " + sets.joined(), row("--hidden", \.hidden),
      row("--learning-rate", \.learningRate), row("--decay", \.decay),
      row("--regularization", \.regularization), row("--iterations", \.iterations),
      row("--scale", \.scale), row("--validation", \.validation),
      "--pixel-scale                  16            255              1",
    ].joined(separator: "\n")
  }
}
