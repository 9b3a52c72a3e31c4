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
        let length = network.outputCount == network.classCount ? "CLASSES" : "SCORES"
        if length == "SCORES" { lengths.append((length, network.outputCount)) }
        outputs = [Output(name: "scores", length: length, count: network.outputCount)]
      }
    }
  }
}
