import PerceptronDatasets
import PerceptronFiles
import PerceptronTraining

/// The function that predicts, as its caller sees it.
struct CInterface {
  /// An array that it writes to.
  struct Output {
    var type = "float"
    var name: String
    /// What the macro for its length ends in.
    var length: String
    var count: Int
  }

  /// In the order of the parameters.
  var outputs: [Output]
  /// What the names of the model are names of: `class`, `value` or `label`.
  var noun: String
  /// The macros for lengths, without the prefix.
  var lengths: [(name: String, count: Int)]
  /// The result, in words.
  var result: String

  init(of model: ModelSteps) {
    let network = model.network
    switch model.prediction {
    case .numbers:
      noun = "value"
      lengths = [("VALUES", network.outputCount)]
      outputs = [Output(name: "values", length: "VALUES", count: network.outputCount)]
      result = "0"
    case .labels(_, let haveProbabilities):
      noun = "label"
      lengths = [("LABELS", network.outputCount)]
      outputs = [
        Output(
          name: haveProbabilities ? "probabilities" : "scores", length: "LABELS",
          count: network.outputCount),
        Output(type: "uint8_t", name: "labels", length: "LABELS", count: network.outputCount),
      ]
      result = "0"
    case .largest, .side:
      noun = "class"
      lengths = [("CLASSES", network.classCount)]
      result = "the class, a position in class_names"
      if network.probabilities != nil {
        outputs = [Output(name: "probabilities", length: "CLASSES", count: network.classCount)]
      } else {
        if network.outputCount != network.classCount {
          lengths.append(("SCORES", network.outputCount))
        }
        let length = network.outputCount == network.classCount ? "CLASSES" : "SCORES"
        outputs = [Output(name: "scores", length: length, count: network.outputCount)]
      }
    }
  }
}

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

  /// `self_test`, for a macro of its own.
  func selfTest(_ test: CHeaderSelfTest, _ interface: CInterface) -> String {
    let rows = test.rowCount
    let found = test.predictions
    let kind = found.schema.kind
    let noun = kind == .numbers ? "result" : interface.noun
    func table<Number>(_ numbers: [Number], _ text: (Number) -> String) -> String {
      let size = numbers.count / rows
      return (0..<rows).map { row in
        let items = numbers[row * size..<(row + 1) * size].map(text)
        return "    {\n" + CText.lines(items, indent: "      ") + "}"
      }.joined(separator: ",\n")
    }
    let output = interface.outputs[0]
    let expected = kind == .numbers ? found.values : found.probabilities ?? found.outputs
    let results = kind == .classes ? found.classes : Array(repeating: 0, count: rows)
    var arguments = ["features[i]", output.name]
    var declarations = ["float \(output.name)[\(output.count)] = {0};"]
    var constants = ""
    var check = ""
    if let labels = interface.outputs.dropFirst().first, let values = found.values {
      arguments.append(labels.name)
      declarations.append("\(labels.type) \(labels.name)[\(labels.count)] = {0};")
      constants = """
          static const uint8_t expected_labels[\(rows)][\(labels.count)] = {
        \(table(values.elements) { $0 == 1 ? "1" : "0" })};

        """
      check = """

            for (size_t j = 0; j < \(labels.count); j++) {
              if (labels[j] != expected_labels[i][j]) differs = 1;
            }
        """
    }
    if takesScratch {
      arguments.append("scratch")
      declarations.append("static float scratch[\(macro)_SCRATCH];")
    }
    return """
      #ifdef \(macro)_SELF_TEST
      /* Returns how many of three rows are predicted otherwise than by Perceptron: another \(noun), or numbers
       * that differ by more than 1e-5, of numbers above 1 relative to these. A saved model has no data, so the
       * rows are drawn, of the size that its preparation expects. */
      static inline int \(prefix)_self_test(void) {
        static const float features[\(rows)][\(macro)_FEATURES] = {
      \(table(test.features, CText.number))};
        static const float expected[\(rows)][\(output.count)] = {
      \(table(expected?.elements.map { Float($0) } ?? [], CText.number))};
        static const int results[\(rows)] = {\(results.map { "\($0)" }.joined(separator: ", "))};
      \(constants)  \(declarations.joined(separator: "\n  "))
        int failures = 0;
        for (size_t i = 0; i < \(rows); i++) {
          int differs = \(prefix)_predict(\(arguments.joined(separator: ", "))) != results[i];
          for (size_t j = 0; j < \(output.count); j++) {
            const float size = fabsf(expected[i][j]);
            const float limit = 1e-5f * (size > 1.0f ? size : 1.0f);
            if (!(fabsf(\(output.name)[j] - expected[i][j]) <= limit)) differs = 1;
          }\(check)
          failures += differs;
        }
        return failures;
      }
      #endif
      """
  }
}
