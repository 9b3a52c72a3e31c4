import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// Writes what TensorBoard shows of a training run: loss and learning rate after every few
/// iterations, the accuracies of each evaluation, histograms of the parameters, pictures of the
/// first layer's weights, and what diagnoses see. Steps are iterations, counted from 0.
///
/// Histograms and pictures are of the first iteration that is recorded, of evaluations evenly over the
/// run, about as many as were asked for and ten pictures, and of the end.
public final class TensorBoardRecorder<Scalar: BLASScalar> {
  /// The event file.
  public let log: TensorBoardLog

  private let interval: Int
  private let histograms: Int
  private let imageShape: ImageShape?
  /// The last iteration whose parameters are in the file.
  private var lastDetailed: Int?
  /// The last iteration whose weights are pictured.
  private var lastPictured: Int?

  /// About how many pictures there are: TensorBoard shows no more than ten of a tag.
  private static var pictureCount: Int { 10 }
  /// The most units whose weights are shown, those of a square of tiles.
  private static var tileCount: Int { 100 }

  /// A recorder into `log`.
  ///
  /// - Parameters:
  ///   - interval: iterations between two losses.
  ///   - histograms: about how many evaluations have histograms at most.
  ///   - imageShape: how the inputs lie in a picture, where they are one.
  /// - Precondition: `interval` is at least 1, `histograms` is not negative.
  public init(
    to log: TensorBoardLog, every interval: Int = 10, histograms: Int = 50,
    imageShape: ImageShape? = nil
  ) {
    Self.requireSound(every: interval, histograms: histograms)
    self.log = log
    self.interval = interval
    self.histograms = histograms
    self.imageShape = imageShape
  }

  static func requireSound(every interval: Int, histograms: Int) {
    require(interval >= 1, "tensorBoard: every \(interval) iterations, expected at least 1")
    require(histograms >= 0, "tensorBoard: \(histograms) histograms, expected 0 or more")
  }

  /// Takes note of an iteration.
  ///
  /// - Throws: `FileError` where the file cannot be written.
  public func record(_ moment: TrainingMoment<Scalar>) throws {
    let progress = moment.progress
    let step = progress.iteration
    let isFirstOrLast = lastDetailed == nil || step == progress.iterations - 1
    guard isFirstOrLast || step.isMultiple(of: interval) || progress.epoch != nil else { return }
    try log.scalars(
      [("loss", progress.loss), ("learning rate", progress.learningRate)], step: step)
    if let epoch = progress.epoch {
      var figures = [("accuracy/training batch", epoch.trainAccuracy)]
      if let accuracy = epoch.validationAccuracy {
        figures.append(("accuracy/validation", accuracy))
      }
      if let loss = epoch.validationLoss { figures.append(("loss/validation", loss)) }
      try log.scalars(figures, step: step)
    }
    if isFirstOrLast || (progress.epoch != nil && isTimeForHistograms(progress)) {
      try recordHistograms(of: moment.network, step: step)
      let isTimeForPicture =
        step - (lastPictured ?? 0) >= progress.iterations / Self.pictureCount
      if isFirstOrLast || isTimeForPicture { try recordPicture(of: moment.network, step: step) }
    }
  }

  /// Takes note of what was seen of the network's health after an iteration: how large updates were
  /// beside their weights, and which share of the units of a ReLU is dead.
  ///
  /// - Throws: `FileError` where the file cannot be written.
  public func record(_ diagnosis: Diagnosis, step: Int) throws {
    let ratios = diagnosis.parameters.filter(\.isWeight).compactMap { parameter in
      parameter.updateRatio.map { ("update ratio/\(parameter.name)", $0) }
    }
    let shares = diagnosis.layers.compactMap { layer in
      layer.deadShare.map { ("dead units/layer \(layer.index)", $0) }
    }
    try log.scalars(ratios + shares, step: step)
  }

  /// Takes note of the run's end, also an early one, and writes what is kept.
  ///
  /// - Parameters:
  ///   - network: as the last iteration left it; nil where its numbers mean nothing.
  ///   - iterations: how many were made.
  /// - Throws: `FileError` where the file cannot be written.
  public func end(_ network: Network<Scalar>?, after iterations: Int) throws {
    let last = iterations - 1
    if let network, let lastDetailed {
      if lastDetailed < last { try recordHistograms(of: network, step: last) }
      if lastPictured ?? 0 < last { try recordPicture(of: network, step: last) }
    }
    try log.flush()
  }

  private func isTimeForHistograms(_ progress: TrainingProgress) -> Bool {
    histograms > 0
      && progress.iteration - (lastDetailed ?? 0) >= progress.iterations / histograms
  }

  private func recordHistograms(of network: Network<Scalar>, step: Int) throws {
    lastDetailed = step
    for parameter in network.parameters {
      try log.histogram("parameters/\(parameter.name)", parameter.tensor, step: step)
    }
  }

  private func recordPicture(of network: Network<Scalar>, step: Int) throws {
    lastPictured = step
    if let imageShape, let tiles = network.firstLayerImages(imageShape, most: Self.tileCount),
      !tiles.isEmpty
    {
      let columns = Int(Double(tiles.count).squareRoot().rounded(.up))
      // Readers magnify pictures themselves, without smoothing.
      let grid = ImageGrid(tiles, columns: columns, magnification: 1, spacing: 1)
      try log.image("weights/first layer", grid.image, step: step)
    }
  }
}
