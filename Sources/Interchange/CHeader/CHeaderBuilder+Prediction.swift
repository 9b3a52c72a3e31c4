import PerceptronDatasets
import PerceptronFiles
import PerceptronTraining

extension CHeaderBuilder {
  /// Adds the network and what is predicted of its outputs.
  mutating func addPrediction(
    _ model: ModelSteps, of rows: Buffer, _ interface: CInterface
  ) throws {
    let network = model.network
    let count = network.outputCount
    let output = interface.outputs[0]
    let target = Buffer(name: output.name, count: output.count)
    let fits = output.count == count
    let scores = try add(network, to: rows, into: fits ? target : nil)
    if case .numbers(let scaling?) = model.prediction {
      let deviations = try constant("deviations", rounding: scaling.deviations)
      let means = try constant("means", rounding: scaling.means)
      add(
        "for (size_t i = 0; i < \(count); i++) "
          + "\(target.name)[i] = \(target.name)[i] * \(deviations)[i] + \(means)[i];")
    }
    add("if (!\(use(.allFinite))(\(scores.name), \(count))) return -1;")
    switch model.prediction {
    case .numbers: add("return 0;")
    case .labels(let threshold, let haveProbabilities):
      add(
        "for (size_t i = 0; i < \(count); i++) "
          + "labels[i] = \(scores.name)[i] > \(CText.number(threshold)) ? 1 : 0;")
      if haveProbabilities { call(.sigmoid, scores.name, count) }
      add("return 0;")
    case .largest:
      add("const int best = \(use(.largest))(\(scores.name), \(count));")
      addProbabilities(of: scores, network, into: target)
      add("return best;")
    case .side(let threshold):
      add("const int side = \(scores.name)[0] > \(CText.number(threshold)) ? 1 : 0;")
      addProbabilities(of: scores, network, into: target)
      add("return side;")
    }
  }

  private mutating func addProbabilities(
    of scores: Buffer, _ network: NetworkSteps, into target: Buffer
  ) {
    if let probabilities = network.probabilities {
      _ = add(probabilities, of: scores, into: target)
    }
  }

  // MARK: - Texts

  /// Up to this many floats of working memory are on the stack; more are the caller's.
  static let largestStack = 1024

  /// Whether the caller gives working memory.
  var takesScratch: Bool { scratchCount > Self.largestStack }

  /// `predict`.
  func function(_ interface: CInterface) -> String {
    var parameters = ["const float features[\(macro)_FEATURES]"]
    parameters += interface.outputs.map { "\($0.type) \($0.name)[\(macro)_\($0.length)]" }
    if takesScratch { parameters.append("float scratch[\(macro)_SCRATCH]") }
    let memory =
      scratchCount == 0 || takesScratch ? "" : "\n  float scratch[\(scratchCount)];"
    return """
      /* Returns \(interface.result), or -1 where the row cannot be predicted. */
      static inline int \(prefix)_predict(
          \(parameters.joined(separator: ", "))) {\(memory)
      \(statements.joined(separator: "\n"))
      }
      """
  }
}
