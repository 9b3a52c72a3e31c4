import LinearAlgebra
import Training

extension TrainingCallback {
  /// Writes an event file that TensorBoard shows as the run goes: loss and learning rate after
  /// every
  /// `interval` iterations, those of each evaluation with its accuracies, and histograms of the
  /// parameters after the first iteration, at evaluations and at the run's full length.
  ///
  /// A run that goes on from a checkpoint makes a file of its own; TensorBoard then drops what the
  /// earlier ones have from that iteration on. Steps are iterations, counted from 0.
  ///
  /// - Parameters:
  ///   - folder: where the file is made.
  ///   - interval: iterations between two losses.
  ///   - histograms: how many evaluations have histograms at most.
  /// - Throws: `FileError` from the run, where it cannot be written.
  /// - Precondition: `interval` is at least 1.
  public static func tensorBoard(
    to folder: String, every interval: Int = 10, histograms: Int = 50
  ) -> TrainingCallback {
    require(interval >= 1, "tensorBoard: every \(interval) iterations, expected at least 1")
    var log: TensorBoardLog?
    var left = histograms
    return .perform { moment in
      let progress = moment.progress
      let step = progress.iteration
      let isFirst = log == nil
      let isLast = step == progress.iterations - 1
      let open = try log ?? TensorBoardLog(in: folder, fromStep: step)
      log = open
      if step.isMultiple(of: interval) || progress.epoch != nil || isFirst || isLast {
        try open.scalar("loss", progress.loss, step: step)
        try open.scalar("learning rate", progress.learningRate, step: step)
      }
      if let epoch = progress.epoch {
        try open.scalar("accuracy/training batch", epoch.trainAccuracy, step: step)
        if let accuracy = epoch.validationAccuracy {
          try open.scalar("accuracy/validation", accuracy, step: step)
        }
      }
      if isFirst || isLast || (progress.epoch != nil && left > 0) {
        if progress.epoch != nil { left -= 1 }
        for parameter in moment.network.parameters {
          try open.histogram("parameters/\(parameter.name)", parameter.tensor, step: step)
        }
      }
      if isLast { try open.flush() }
      return .proceed
    }
  }
}
