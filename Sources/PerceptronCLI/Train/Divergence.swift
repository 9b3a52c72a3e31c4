import PerceptronCommandSupport
import Perceptron

/// A run's end in numbers that are not finite.
struct Divergence: Error, CustomStringConvertible {
  /// What was not finite. Iterations are counted from 0, and nil stands for the fresh network.
  enum Cause {
    /// The loss of an iteration's batch.
    case loss(Double, of: Int)
    /// Some parameter, after the last iteration.
    case parameters(after: Int?)
    /// The loss on all training rows, after the last iteration.
    case trainingLoss(Double, after: Int?)
  }

  let cause: Cause
  /// Where the run's history is, or nil where it could not be written.
  let directory: RunDirectory?

  var description: String {
    let advice =
      isFresh
      ? "Smaller fresh weights (--scale) or features divided by more (--pixel-scale)"
      : "A lower --learning-rate or features divided by more (--pixel-scale)"
    return "\(event): the run diverged. \(advice) may help."
      + (directory.map { " Its history is in \($0.path)." } ?? "")
  }

  /// Whether it was so before any update.
  private var isFresh: Bool {
    switch cause {
    case .loss(_, let iteration): iteration == 0
    case .parameters(let last), .trainingLoss(_, let last): last == nil
    }
  }

  private var event: String {
    switch cause {
    case .loss(let loss, let iteration):
      "the loss of iteration \(iteration) is \(plain(loss))"
    case .parameters(let last): "the weights \(after(last)) are not finite"
    case .trainingLoss(let loss, let last):
      "the loss on all training rows \(after(last)) is \(plain(loss))"
    }
  }

  private func after(_ iteration: Int?) -> String {
    iteration.map { "after iteration \($0)" } ?? "before any iteration"
  }
}
