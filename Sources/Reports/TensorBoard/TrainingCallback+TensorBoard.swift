import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronTraining

extension TrainingCallback {
  /// Writes an event file that TensorBoard shows as the run goes: see ``TensorBoardRecorder``.
  ///
  /// Of several networks in a trainer it is about the first. The file ends with its run, whatever ends it. A run that goes on makes a file of its own;
  /// TensorBoard then drops what the earlier ones have from that iteration on.
  ///
  /// - Parameters:
  ///   - folder: where the file is made, at the first iteration.
  ///   - interval: iterations between two losses.
  ///   - histograms: about how many evaluations have histograms at most.
  ///   - imageShape: how the inputs lie in a picture, where they are one.
  /// - Throws: `FileError` from the run, where it cannot be written.
  /// - Precondition: `interval` is at least 1, `histograms` is not negative.
  public static func tensorBoard(
    to folder: String, every interval: Int = 10, histograms: Int = 50,
    imageShape: ImageShape? = nil
  ) -> TrainingCallback {
    TensorBoardRecorder<Scalar>.requireSound(every: interval, histograms: histograms)
    var recorder: TensorBoardRecorder<Scalar>?
    return .perform { moment in
      if moment.member > 0 { return .proceed }
      let progress = moment.progress
      let open =
        try recorder
        ?? TensorBoardRecorder(
          to: TensorBoardLog(in: folder, fromStep: progress.iteration), every: interval,
          histograms: histograms, imageShape: imageShape)
      recorder = open
      try open.record(moment)
      return .proceed
    } atEnd: { end in
      if end.member > 0 { return }
      defer { recorder = nil }
      try recorder?.end(end.network, after: end.iterations)
    }
  }
}
