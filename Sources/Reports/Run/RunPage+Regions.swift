import PerceptronDatasets
import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

/// A run's decision regions at some moments, and the points that it was trained and validated on.
public struct RunRegions: Sendable, Hashable {
  /// A point of the plane with its class.
  struct Point: Sendable, Hashable {
    let x: Double, y: Double
    let label: Int
    let isHeldOut: Bool
  }

  /// The maximum number of points of either set on a picture.
  private static var mostPoints: Int { 500 }

  let series: DecisionRegionSeries
  let points: [Point]
  /// The names of the two features.
  let featureNames: [String]
  let classNames: [String]
  /// Whether only some of the points are drawn.
  let isSample: Bool
  /// The number of training rows; nil where they are not known.
  let trainingCount: Int?

  /// Creates regions with the points of some rows.
  ///
  /// - Parameters:
  ///   - schema: the classes.
  ///   - columns: the columns that the two features are, or nil.
  ///   - training: the rows that the network was trained on, or nil.
  ///   - validation: the rows that were held out, or nil.
  /// - Precondition: the rows have two features and classes.
  public init(
    _ series: DecisionRegionSeries, schema: TargetSchema, columns: [FeatureColumn]? = nil,
    training: Dataset? = nil, validation: Dataset? = nil
  ) {
    self.series = series
    classNames = schema.names
    featureNames = columns?.map(\.name) ?? ["the first feature", "the second"]
    func points(_ data: Dataset?, isHeldOut: Bool) -> [Point] {
      guard let data, data.count > 0 else { return [] }
      let rows = (0..<data.count).evenlySpaced(atMost: Self.mostPoints)
      let numbers = data.features.subset(rows: rows).withoutPreparation.block(0..<rows.count)
      return rows.enumerated().compactMap { place, row in
        let (x, y) = (numbers[place, 0], numbers[place, 1])
        return x.isFinite && y.isFinite
          ? Point(x: x, y: y, label: data.labels[row], isHeldOut: isHeldOut) : nil
      }
    }
    self.points = points(training, isHeldOut: false) + points(validation, isHeldOut: true)
    trainingCount = training?.count
    isSample = [training, validation].contains { $0?.count ?? 0 > Self.mostPoints }
  }
}

extension RunPage {
  /// The regions at each moment, which the page plays.
  var decisionRegions: Report.Section? {
    guard let regions, !regions.series.moments.isEmpty else { return nil }
    let plane = regions.series.plane
    let names = regions.featureNames
    func ends(_ range: ClosedRange<Double>) -> String {
      "\(significant(range.lowerBound, 3)) to \(significant(range.upperBound, 3))"
    }
    // Losses without probabilities give full confidence everywhere.
    let hasProbabilities = regions.series.moments.contains { moment in
      moment.regions.confidences.contains { $0 < 255 }
    }
    var text =
      "What the network predicts all over the plane: \(names[0]) lies across, from \(ends(plane.x)), "
      + "and \(names[1]) upwards, from \(ends(plane.y)). A region has the color of its class"
      + (hasProbabilities ? ", and is paler where the network is less sure." : ".")
    if !regions.points.isEmpty {
      text +=
        " The dots are \(regions.isSample ? "some of the " : "")training rows"
        + (regions.points.contains(where: \.isHeldOut) ? ", the squares validation rows" : "")
        + "; those within a region of another class are larger, with a dark outline."
    }
    text += measuredRows(regions)
    if endsWithAverage {
      text +=
        " The last picture is of the averaged weights, which the run keeps; the others are of the weights "
        + "before averaging."
    }
    if record.settings.ensemble != nil {
      text += " The regions are those of the first network of the ensemble."
    }
    let moments = regions.series.moments
    let pictures = moments.enumerated().map { place, moment in
      picture(moment, number: place + 1, of: regions, isLast: place == moments.count - 1)
    }
    let key = regions.classNames.enumerated().map { label, name in
      Report.Frames.Key(name, color: RegionPicture.color(ofClass: label))
    }
    return Report.Section(
      "Decision regions",
      [.paragraph(text), .frames(.init("Decision regions during training", pictures, key: key))])
  }

  /// Whether the last moment is that of averaged weights.
  private var endsWithAverage: Bool {
    record.settings.training.averageDecay != nil && record.results.status != .diverged
  }

  /// Which rows the losses and accuracies are of, a sentence with a space before it, unless all.
  private func measuredRows(_ regions: RunRegions) -> String {
    let most = DecisionRegionSeries.mostRows
    switch regions.trainingCount {
    case nil: return " Loss and accuracy are those of at most \(grouped(most)) training rows."
    case let count? where count > most:
      return
        " Loss and accuracy are those of \(grouped(most)) of the \(grouped(count)) training rows, "
        + "evenly spaced."
    default: return ""
    }
  }

  private func picture(
    _ moment: DecisionRegionSeries.Moment, number: Int, of regions: RunRegions, isLast: Bool
  ) -> Report.Picture {
    let plane = regions.series.plane
    func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
      (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
    let points = regions.points.compactMap { point -> RegionPicture.Point? in
      guard let predicted = moment.regions.predictedClass(x: point.x, y: point.y) else {
        return nil
      }
      return RegionPicture.Point(
        x: share(point.x, plane.x), y: share(point.y, plane.y), label: point.label,
        isWrong: predicted != point.label, isSquare: point.isHeldOut)
    }
    // A guess among all classes is palest.
    let chance = 255 / Double(max(regions.classNames.count, 2))
    let strengths = moment.regions.confidences.map { confidence in
      UInt8((255 * max(0, Double(confidence) - chance) / (255 - chance)).rounded())
    }
    let isAverage = isLast && endsWithAverage
    let isRestored = isLast && record.results.bestIteration != nil
    let weights =
      isRestored
      ? ", whose \(isAverage ? "averaged " : "")weights were restored"
      : isAverage ? ", averaged weights" : ""
    let time =
      moment.iterations == 0
      ? "Untrained"
      : "After \(grouped(moment.iterations)) iteration\(moment.iterations == 1 ? "" : "s")\(weights)"
    let figures =
      "training loss \(readableNumber(moment.loss)), accuracy "
      + "\(decimal(100 * moment.accuracy, 1)) %"
    return Report.Picture(
      "regions-\(number)",
      RegionPicture(
        columns: plane.columns, rows: plane.rows, classes: moment.regions.classes,
        strengths: strengths, points: points
      ).image,
      caption: "\(time): \(figures)", summary: "Decision regions: \(time.lowercased()), \(figures)")
  }
}
