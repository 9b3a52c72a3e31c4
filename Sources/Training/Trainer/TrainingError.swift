import Foundation

/// Why a training run did not begin or did not finish.
public enum TrainingError: Error, Sendable, Equatable {
  /// The loss of `iteration`, counted from 0, is `loss`. The network keeps the parameters it had
  /// before that step; `history` ends before it.
  case lossNotFinite(iteration: Int, loss: Double, history: History)
  /// The update of `iteration`, the last one, left a parameter that is NaN or infinite; the network
  /// has these parameters.
  case parametersNotFinite(iteration: Int, history: History)
}

extension TrainingError: CustomStringConvertible, LocalizedError {
  /// One sentence that says what was expected and what came.
  public var description: String {
    switch self {
    case .lossNotFinite(let iteration, let loss, _):
      // The sign of a NaN means nothing.
      "the loss of iteration \(iteration) is \(loss.isNaN ? "nan" : "\(loss)"): the run diverged; "
        + "a lower learning rate or smaller inputs may help"
    case .parametersNotFinite(let iteration, _):
      "the update of iteration \(iteration) left parameters that are not finite: the run diverged; "
        + "a lower learning rate or smaller inputs may help"
    }
  }

  /// The same as ``description``.
  public var errorDescription: String? { description }
}
