import ArgumentParser
import PerceptronCommandSupport
import Perceptron

private let numbers = ArgumentHelp("", valueName: "numbers")
private let integers = ArgumentHelp("", valueName: "integers")
private let words = ArgumentHelp("", valueName: "words")
private let flags = ArgumentHelp("", valueName: "true,false")

/// What follows an option that has no value in `perceptron train`.
private func flagText(_ text: String) throws -> String {
  if text.hasPrefix("-") {
    throw ValidationError("in tune, true, false or true,false must follow")
  }
  return text
}

/// The options of `perceptron tune` that say what is tried: those of `perceptron train` that
/// determine numbers, each with a list or a range in place of a value, and the depth and widths.
struct TunableOptions: ParsableArguments {
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var learningRate: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var optimizer: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var hidden: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var depth: [String] = []
  @Option(name: .customLong("width-1"), parsing: .unconditionalSingleValue, help: integers)
  var width1: [String] = []
  @Option(name: .customLong("width-2"), parsing: .unconditionalSingleValue, help: integers)
  var width2: [String] = []
  @Option(name: .customLong("width-3"), parsing: .unconditionalSingleValue, help: integers)
  var width3: [String] = []
  @Option(name: .customLong("width-4"), parsing: .unconditionalSingleValue, help: integers)
  var width4: [String] = []
  @Option(name: .customLong("width-5"), parsing: .unconditionalSingleValue, help: integers)
  var width5: [String] = []
  @Option(name: .customLong("width-6"), parsing: .unconditionalSingleValue, help: integers)
  var width6: [String] = []
  @Option(name: .customLong("width-7"), parsing: .unconditionalSingleValue, help: integers)
  var width7: [String] = []
  @Option(name: .customLong("width-8"), parsing: .unconditionalSingleValue, help: integers)
  var width8: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var layers: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var activation: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var iterations: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var epochs: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var batch: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var sampling: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var schedule: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var decay: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var stepEpochs: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var warmUp: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var regularization: [String] = []
  @Option(name: .customLong("l1"), parsing: .unconditionalSingleValue, help: numbers)
  var l1: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var weightDecay: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var maxNorm: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var clipNorm: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var dropout: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: flags, transform: flagText)
  var batchNorm: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: flags, transform: flagText)
  var layerNorm: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var labelSmoothing: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var loss: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var initializer: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var scale: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var epochClock: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var earlyStopping: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var average: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: numbers)
  var pixelScale: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: flags, transform: flagText)
  var subtractMean: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var validation: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var split: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var splitSeed: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var precision: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: words)
  var random: [String] = []
  @Option(parsing: .unconditionalSingleValue, help: integers)
  var seed: [String] = []

  // What `perceptron train` has in place of a value.
  @Flag(name: .customLong("no-subtract-mean"), help: .hidden) var noSubtractMean = false

  func validate() throws {
    if noSubtractMean {
      throw ValidationError("--no-subtract-mean is --subtract-mean false in tune")
    }
  }

  /// What was given, by name in the table's order.
  ///
  /// - Throws: `ValidationError` for an option that was given twice.
  var given: [(tunable: Tunable, text: String)] {
    get throws {
      try Tunable.all.compactMap { tunable in
        let texts = self[keyPath: tunable.option]
        if texts.count > 1 {
          throw ValidationError(
            "--\(tunable.name) is given twice, \(texts[0]) and \(texts[1]); "
              + "one list holds all its values")
        }
        return texts.first.map { (tunable, $0) }
      }
    }
  }
}
