import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// Records a training run for TensorBoard: loss and learning rate at intervals, the metrics of
/// each evaluation, histograms of the parameters, pictures of the first layer's weights, and
/// diagnoses. Steps are iterations, counted from 0.
///
/// Histograms and pictures are of the first recorded iteration, of evaluations spread evenly over
/// the run, and of the end. Every method throws `FileError` if the file cannot be written.
public final class TensorBoardRecorder<Scalar: BLASScalar> {
  /// The event file.
  public let log: TensorBoardLog

  private let interval: Int
  private let histograms: Int
  private let imageShape: ImageShape?
  private let components: PrincipalComponents?
  /// The last iterations with histograms and with pictures.
  private var lastDetailed: Int?, lastPictured: Int?
  /// Whether the charts of training beside validation were written.
  private var hasLayout = false

  /// The approximate number of pictures: TensorBoard shows at most ten of a tag.
  private static var pictureCount: Int { 10 }
  /// The maximum number of units in a picture, a square of tiles.
  private static var tileCount: Int { 100 }

  /// Creates a recorder that writes to `log`.
  ///
  /// - Parameters:
  ///   - interval: the iterations between losses.
  ///   - histograms: the approximate maximum number of evaluations with histograms.
  ///   - imageShape: the shape of the inputs as a picture; nil if they are none.
  ///   - components: the principal components of such pictures that the inputs are, or nil.
  /// - Precondition: `interval` is at least 1, `histograms` is not negative.
  public init(
    to log: TensorBoardLog, every interval: Int = 10, histograms: Int = 50,
    imageShape: ImageShape? = nil, components: PrincipalComponents? = nil
  ) {
    Self.requireSound(every: interval, histograms: histograms)
    self.log = log
    self.interval = interval
    self.histograms = histograms
    self.imageShape = imageShape
    self.components = components
  }

  static func requireSound(every interval: Int, histograms: Int) {
    require(interval >= 1, "tensorBoard: every \(interval) iterations, expected at least 1")
    require(histograms >= 0, "tensorBoard: \(histograms) histograms, expected 0 or more")
  }

  /// Records an iteration.
  public func record(_ moment: TrainingMoment<Scalar>) throws {
    let progress = moment.progress
    let step = progress.iteration
    let isFirstOrLast = lastDetailed == nil || step == progress.iterations - 1
    guard isFirstOrLast || step.isMultiple(of: interval) || progress.epoch != nil else { return }
    try log.scalars(
      [(Self.tag(.loss, .batch), progress.loss), ("learning rate", progress.learningRate)],
      step: step, descriptions: Self.descriptions)
    if let epoch = progress.epoch { try record(epoch, step: step) }
    if isFirstOrLast || (progress.epoch != nil && isTimeForHistograms(progress)) {
      try recordHistograms(of: moment.network, step: step)
      let isTimeForPicture = step - (lastPictured ?? 0) >= progress.iterations / Self.pictureCount
      if isFirstOrLast || isTimeForPicture { try recordPicture(of: moment.network, step: step) }
    }
  }

  private enum Part: String {
    case batch = "training batch"
    case validation
  }

  /// The tag of a metric: those of one metric are a group. Batches' losses are those of training.
  private static func tag(_ metric: Metric, _ part: Part) -> String {
    metric == .loss && part == .batch ? "loss/training" : "\(metric.rawValue)/\(part.rawValue)"
  }

  private static var descriptions: [String: String] {
    [
      tag(.loss, .batch): "The loss of an iteration's batch, with the penalty if the run has one.",
      tag(.loss, .validation): "The loss of the validation rows, without any penalty.",
    ]
  }

  private func record(_ epoch: History.Epoch, step: Int) throws {
    var numbers: [(tag: String, number: Double)] = []
    var measured: [Metric] = [.loss]
    for (part, values) in [(Part.batch, epoch.batch), (.validation, epoch.validation)] {
      for (metric, value) in values?.all ?? [] {
        numbers.append((Self.tag(metric, part), value))
        if !measured.contains(metric) { measured.append(metric) }
      }
    }
    numbers += epoch.validationLoss.map { [(Self.tag(.loss, .validation), $0)] } ?? []
    if !hasLayout && epoch.validation != nil {
      hasLayout = true
      try log.layout(
        measured.map { metric in
          (metric.title, [Self.tag(metric, .batch), Self.tag(metric, .validation)])
        })
    }
    try log.scalars(numbers, step: step, descriptions: Self.descriptions)
  }

  /// Records a diagnosis: the ratios of updates to weights, and the shares of dead ReLU units.
  public func record(_ diagnosis: Diagnosis, step: Int) throws {
    let ratios = diagnosis.parameters.filter(\.isWeight).compactMap { parameter in
      parameter.updateRatio.map { ("update ratio/\(parameter.name)", $0) }
    }
    let shares = diagnosis.layers.compactMap { layer in
      layer.deadShare.map { ("dead units/layer \(layer.index)", $0) }
    }
    try log.scalars(ratios + shares, step: step)
  }

  /// Records the end of the run and flushes the log.
  ///
  /// - Parameter network: the network after the last iteration; nil if the run diverged.
  public func end(_ network: Network<Scalar>?, after iterations: Int) throws {
    let last = iterations - 1
    if let network, let lastDetailed {
      if lastDetailed < last { try recordHistograms(of: network, step: last) }
      if lastPictured ?? 0 < last { try recordPicture(of: network, step: last) }
    }
    try log.flush()
  }

  private func isTimeForHistograms(_ progress: TrainingProgress) -> Bool {
    histograms > 0 && progress.iteration - (lastDetailed ?? 0) >= progress.iterations / histograms
  }

  private func recordHistograms(of network: Network<Scalar>, step: Int) throws {
    lastDetailed = step
    for parameter in network.parameters {
      try log.histogram("parameters/\(parameter.name)", parameter.tensor, step: step)
    }
  }

  private func recordPicture(of network: Network<Scalar>, step: Int) throws {
    lastPictured = step
    guard let imageShape,
      let tiles = network.firstLayerImages(imageShape, of: components, most: Self.tileCount),
      !tiles.isEmpty
    else { return }
    let columns = Int(Double(tiles.count).squareRoot().rounded(.up))
    // TensorBoard magnifies pictures itself, without smoothing.
    let grid = ImageGrid(tiles, columns: columns, magnification: 1, spacing: 1)
    try log.image("weights/first layer", grid.image, step: step)
  }
}

extension TrainingCallback {
  /// Writes an event file for TensorBoard during the run: see ``TensorBoardRecorder``.
  ///
  /// It records the first of several networks. A resumed run writes a new file; TensorBoard then
  /// drops the later events of earlier files.
  ///
  /// - Parameters:
  ///   - folder: the folder of the file, which is created at the first iteration.
  ///   - interval: the iterations between losses.
  ///   - histograms: the approximate maximum number of evaluations with histograms.
  ///   - imageShape: the shape of the inputs as a picture; nil if they are none.
  ///   - components: the principal components of such pictures that the inputs are, or nil.
  /// - Precondition: `interval` is at least 1, `histograms` is not negative.
  public static func tensorBoard(
    to folder: String, every interval: Int = 10, histograms: Int = 50,
    imageShape: ImageShape? = nil, components: PrincipalComponents? = nil
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
          histograms: histograms, imageShape: imageShape, components: components)
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

/// The histogram of a tensor's finite elements with 30 buckets of equal width, as in TensorBoard's
/// own writer (`tensorboard/plugins/histogram/summary_v2.py`).
///
/// Equal elements, or a single one, are one bucket; without finite elements there is one empty
/// bucket at 0.
struct HistogramBuckets: Equatable {
  static let bucketCount = 30

  private(set) var minimum = 0.0
  private(set) var maximum = 0.0
  private(set) var count = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private(set) var limits = [0.0]
  private(set) var counts = [0]

  init<Scalar: BLASScalar>(of tensor: Tensor<Scalar>) {
    // Reading a tensor of a known type is many times faster.
    let values = (tensor as? Tensor<Float>).map { Tensor<Double>($0) } ?? Tensor<Double>(tensor)
    self.init(of: values.elements.filter(\.isFinite))
  }

  /// - Parameter values: finite numbers.
  private init(of values: [Double]) {
    guard let first = values.first else { return }
    (minimum, maximum) = (first, first)
    for value in values {
      minimum = Swift.min(minimum, value)
      maximum = Swift.max(maximum, value)
      count += 1
      sum += value
      sumOfSquares += value * value
    }
    // Halved, so that the difference of extreme ends stays finite.
    let halfWidth = (maximum / 2 - minimum / 2) / Double(Self.bucketCount)
    guard halfWidth > 0 else {
      (limits, counts) = ([maximum], [count])
      return
    }
    limits = (1..<Self.bucketCount).map { minimum + Double($0) * halfWidth * 2 } + [maximum]
    counts = [Int](repeating: 0, count: Self.bucketCount)
    for value in values {
      let position = (value / 2 - minimum / 2) / halfWidth
      counts[Swift.min(Int(position), Self.bucketCount - 1)] += 1
    }
  }
}
