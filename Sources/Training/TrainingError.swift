/// Why a training run did not begin or did not finish.
public enum TrainingError: Error, Sendable, Equatable {
  /// A setting makes no sense: its name, its value, and what was expected.
  case invalidSetting(name: String, value: String, expected: String)
  /// The loss of `iteration`, counted from 0, is `loss`. The network keeps the parameters it had
  /// before that step; `history` ends before it.
  case lossNotFinite(iteration: Int, loss: Double, history: History)
}

extension TrainingError: CustomStringConvertible {
  /// One sentence that says what was expected and what came.
  public var description: String {
    switch self {
    case .invalidSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .lossNotFinite(let iteration, let loss, _):
      "the loss of iteration \(iteration) is \(loss): the run diverged; a lower learning rate or smaller inputs may help"
    }
  }
}
