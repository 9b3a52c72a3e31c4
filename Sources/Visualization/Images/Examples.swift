import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Pictures of random examples of each class of a data set.
///
///     if let examples = ClassExamples(of: Digits.training, perClass: 10) {
///       try Report(of: examples, named: "digits").write(to: "digits.html", .drawn([:]))
///     }
public struct ClassExamples: Hashable, Sendable {
  /// A class with some of its examples.
  public struct Class: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The number of all examples.
    public let count: Int
    /// The distinct rows that were drawn.
    public let rows: [Int]
    /// The pictures, on one scale for all classes.
    public let images: [Image]
  }

  /// The classes in order, including those without examples.
  public let classes: [Class]
  /// The shape of a picture.
  public let shape: ImageShape

  /// Draws examples from data; nil if its rows are no pictures.
  ///
  /// - Parameter perClass: the number of examples of each class, at least 1; a class that has fewer
  ///   gives all.
  public init?(of data: Dataset, perClass: Int = 10, seed: UInt64 = 0) {
    require(perClass > 0, "ClassExamples: \(perClass) of each class, expected at least 1")
    var random = SeededRandom(seed: seed, purpose: "examples")
    let drawn = data.sampleRows(perClass: perClass, using: &random)
    guard let shape = data.image, var images = data.images(rows: drawn.flatMap { $0 })?[...] else {
      return nil
    }
    self.shape = shape
    let counts = data.classCounts
    classes = drawn.enumerated().map { label, rows in
      defer { images = images.dropFirst(rows.count) }
      return Class(
        name: data.classNames[label], count: counts[label], rows: rows,
        images: Array(images.prefix(rows.count)))
    }
  }

  /// The number of all examples.
  public var count: Int { classes.reduce(0) { $0 + $1.count } }

  /// A row of examples for each class, filled up with background.
  public var grid: ImageGrid {
    let columns = classes.map(\.images.count).max() ?? 0
    guard let first = classes.first(where: { !$0.images.isEmpty })?.images.first else {
      return ImageGrid([], columns: 1)
    }
    var grid = ImageGrid(forPage: [first], columns: columns)
    let blank = Image(
      width: first.width, height: first.height, channels: 1,
      pixels: [UInt8](repeating: grid.background, count: first.width * first.height))
    grid.tiles = classes.flatMap { entry in
      entry.images + Array(repeating: blank, count: columns - entry.images.count)
    }
    return grid
  }
}

extension Dataset {
  /// The examples at `rows` as pictures; nil if rows are no pictures.
  ///
  /// All share one scale, so that their brightness compares: black is 0 for bytes, else the least
  /// finite number of the data set, and white the largest.
  ///
  /// - Complexity: O(the features) once, to find the scale.
  /// - Precondition: every index lies within 0..<count.
  public func images(rows: [Int]) -> [Image]? {
    guard let image else { return nil }
    let chosen: PreparedFeatures<Double> = features.subset(rows: rows)
      .prepared(with: .none, as: Double.self)
    let range = features.brightness
    return rows.indices.map { index in
      Image(chosen.block(index..<index + 1).elements, shape: image, range: range)
    }
  }
}

extension Features {
  fileprivate var brightness: ClosedRange<Double> {
    switch storage {
    case .bytes(let elements): 0...Double(elements.max() ?? 0)
    case .floats(let elements):
      Image.finiteRange(of: elements).map { Double($0.lowerBound)...Double($0.upperBound) } ?? 0...0
    case .doubles(let elements): Image.finiteRange(of: elements) ?? 0...0
    case .mapped:
      finiteRange.map { isBytes ? 0...$0.upperBound : $0 } ?? 0...0
    }
  }
}

extension Network {
  /// Pictures of the first affine layer's weights over the inputs, one for each unit, each scaled
  /// by itself: see ``Image/init(_:shape:range:)``.
  ///
  /// - Parameters:
  ///   - shape: the shape of the inputs as a picture.
  ///   - components: the principal components that the inputs are, of pictures: their directions turn the
  ///     weights into those over the pixels. Nil where the inputs are pictures themselves.
  ///   - count: the maximum number of pictures, of the first units.
  /// - Returns: nil if there is no affine layer, or a custom layer before it may reorder the
  ///   inputs.
  /// - Precondition: `shape` has as many features as the network inputs, or as the components have columns,
  ///   and these are as many as inputs.
  public func firstLayerImages(
    _ shape: ImageShape, of components: PrincipalComponents? = nil, most count: Int = .max
  ) -> [Image]? {
    let inputs = components?.columnCount ?? inputSize
    require(
      shape.featureCount == inputs && components?.count ?? inputSize == inputSize,
      "firstLayerImages: pictures of \(shape.featureCount) features for \(inputs) "
        + (components.map { "columns of \($0.count) components, \(inputSize) " } ?? "") + "inputs")
    guard let index = layers.firstIndex(where: { $0 is Affine<Scalar> }),
      layers[..<index].allSatisfy({ $0.specification != nil })
    else { return nil }
    var weights = layers[index].parameter(at: 0)
    if let components { weights = matmul(Tensor<Scalar>(components.projection), weights) }
    let (elements, units) = (weights.elements, weights.shape[1])
    return (0..<min(units, max(count, 0))).map { unit in
      Image((0..<inputs).map { elements[$0 * units + unit] }, shape: shape)
    }
  }
}

extension Report {
  /// Creates a page of examples of the classes of the data set `name`.
  public init(of examples: ClassExamples, named name: String) {
    let shape = examples.shape
    var overview: [Block] = [
      .figures([
        .init("examples", grouped(examples.count)),
        .init("classes", grouped(examples.classes.count)),
        .init("pixels", "\(shape.width) × \(shape.height)"),
        .init("channels", "\(shape.channels)"),
      ])
    ]
    let missing = examples.classes.filter { $0.count == 0 }.map(\.name)
    if !missing.isEmpty {
      overview.append(.warning("There are no examples of \(missing.joined(separator: ", "))."))
    }
    var sections = [Section("Overview", overview)]
    let pictures = examples.classes.enumerated().compactMap { label, entry -> Picture? in
      if entry.images.isEmpty { return nil }
      return Picture(
        "class-\(label)",
        .init(ImageGrid(forPage: entry.images), names: entry.rows.map { "row \($0)" }),
        caption: "\(entry.name): \(grouped(entry.count)) example\(entry.count == 1 ? "" : "s")",
        summary: "\(counted(entry.images.count, "example")) of class \(entry.name)")
    }
    if !pictures.isEmpty { sections.append(Section("Examples by class", [.pictures(pictures)])) }
    self.init(
      title: "Examples of \(name)", subtitle: "Drawn at random from each class",
      sections: sections)
  }
}
