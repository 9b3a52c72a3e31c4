import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// What the units of a network's first hidden layer respond to: the training rows that excite each most.
public struct RunUnits: Sendable, Hashable {
  /// A unit.
  public struct Unit: Sendable, Hashable {
    /// The unit's index in its layer.
    public var index: Int
    /// The rows by descending activation; none where the unit is 0 or less for every row.
    public var rows: [RankedRow]
    /// The classes of the rows in the same order, or their first targets as text; empty for labels.
    public var targets: [String]
    /// The rows as one small picture; nil where rows are no pictures, or there are none.
    public var examples: Image?
    /// The names and weights of the inputs with the largest weights by magnitude, in descending order;
    /// empty for pictures, and where the inputs pass other layers before their weights.
    public var weights: [Weight]
  }

  /// The weight of an input.
  public struct Weight: Sendable, Hashable {
    /// The name of the input.
    public var name: String
    /// The weight.
    public var value: Double
  }

  /// The first units of a network of pictures; of others, those with the highest activations, in descending
  /// order.
  public var units: [Unit]
  /// The number of all units.
  public var unitCount: Int
  /// The layer whose outputs they are, such as `relu`.
  public var layer: String
  /// The number of training rows.
  public var rowCount: Int
  /// Whether the targets are classes.
  public var isOfClasses: Bool
  /// Whether examples are shown at a smaller size than they have.
  public var isReduced: Bool

  /// The number of rows of each unit.
  static let examplesPerUnit = 9
  /// The maximum number of units shown as pictures, and as lines of a table.
  private static let mostPictures = 60, mostLines = 12
  private static let weightsPerUnit = 3

  /// Looks for the rows in one pass over the training data; nil for a network without hidden layers, and
  /// without rows.
  ///
  /// - Parameters:
  ///   - network: a network of the data's number of inputs.
  ///   - training: the rows that it was trained on.
  public init?<Scalar: BLASScalar>(
    of network: Network<Scalar>, on training: PreparedDataset<Scalar>
  ) {
    guard let layer = network.hiddenLayers.first, training.count > 0 else { return nil }
    let top = network.topExamples(
      of: training.features, layer: layer, count: Self.examplesPerUnit)
    let isOfPictures = training.dataset.image != nil
    let shown =
      isOfPictures
      ? Array(top.indices.prefix(Self.mostPictures))
      : Array(
        top.indices.stablySorted { top[$0].highest > top[$1].highest }.prefix(Self.mostLines))
    // A ReLU's unit of 0 is not excited; other functions have no such value.
    let isRectified = network.layers[layer] is ReLU<Scalar>
    let examples = shown.map {
      top[$0].filter { isRectified ? $0.value > 0 : $0.value.isFinite }
    }
    var pictures = training.dataset.images(rows: examples.joined().map(\.row))?[...]
    isReduced = pictures?.first.map { $0.reduced(toSide: $0.thumbnailSide) != $0 } ?? false
    let weights = isOfPictures ? nil : InputWeights(network, names: training.inputNames)
    units = zip(shown, examples).map { unit, rows in
      let own = pictures?.prefix(rows.count)
      pictures = pictures?.dropFirst(rows.count)
      return Unit(
        index: unit, rows: rows, targets: training.dataset.targets.texts(of: rows.map(\.row)),
        examples: own.flatMap { Self.grid(of: Array($0)) },
        weights: weights?.largest(of: unit, count: Self.weightsPerUnit) ?? [])
    }
    unitCount = top.count
    self.layer = network.layers[layer].name
    rowCount = training.count
    isOfClasses = training.schema.kind == .classes
  }

  /// Nine pictures as one, in which missing ones are white; nil without pictures.
  private static func grid(of pictures: [Image]) -> Image? {
    if pictures.isEmpty { return nil }
    var small = pictures.map { $0.reduced(toSide: $0.thumbnailSide) }
    let pixels = [UInt8](repeating: 255, count: small[0].width * small[0].height)
    let blank = Image(
      width: small[0].width, height: small[0].height, channels: 1, pixels: pixels)
    while small.count < examplesPerUnit { small.append(blank) }
    return ImageGrid(small, columns: 3, magnification: 1, spacing: 1, background: 255).image
  }
}

/// The weights of a network's first layer over its named inputs.
private struct InputWeights<Scalar: BLASScalar> {
  let weights: Tensor<Scalar>
  let names: [String]

  /// Nil where the inputs pass other layers than dropout before their weights.
  init?(_ network: Network<Scalar>, names: [String]) {
    guard let index = network.layers.firstIndex(where: { $0 is Affine<Scalar> }),
      network.layers[..<index].allSatisfy({ $0 is Dropout<Scalar> })
    else { return nil }
    weights = network.layers[index].parameter(at: 0)
    self.names = names
  }

  func largest(of unit: Int, count: Int) -> [RunUnits.Weight] {
    names.indices.map { RunUnits.Weight(name: names[$0], value: Double(weights[$0, unit])) }
      .stablySorted { $0.value.magnitude > $1.value.magnitude }.prefix(count).map { $0 }
  }
}

extension [RankedRow] {
  /// The first row's number; −∞ where it is NaN.
  fileprivate var highest: Double {
    first.map { $0.value.isNaN ? -.infinity : $0.value } ?? -.infinity
  }
}

extension PreparedDataset {
  /// The names of the features that networks see.
  fileprivate var inputNames: [String] {
    preprocessing.outputNames ?? (0..<featureCount).map { "feature \($0)" }
  }
}

extension DatasetTargets {
  /// The classes of some rows, or their first numbers, as text; empty for labels.
  fileprivate func texts(of rows: [Int]) -> [String] {
    switch self {
    case .classes(let labels, let names): rows.map { names[labels[$0]] }
    case .numbers(let values, let names):
      RunPage.numbers(rows.map { values[$0 * names.count] })
    case .labels: []
    }
  }
}

extension Image {
  /// The longer side of a small picture: less of colors, which take three times the room.
  fileprivate var thumbnailSide: Int { channels == 1 ? 28 : 16 }
}
