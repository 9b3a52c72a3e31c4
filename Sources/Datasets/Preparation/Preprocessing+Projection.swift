import PerceptronFiles
import PerceptronLinearAlgebra

/// The principal components that prepared features are projected onto, before they are fitted.
public struct ProjectionSettings: Codable, Hashable, Sendable {
  /// The number of components.
  public var count: PrincipalComponents.Count
  /// The ε of whitening, which divides each component by √(variance + ε); nil for components as they are.
  public var whitening: Double?

  /// Creates settings.
  ///
  /// - Precondition: ε is finite and not negative.
  public init(count: PrincipalComponents.Count = .all, whitening: Double? = nil) {
    require(
      whitening.map { $0.isFinite && $0 >= 0 } ?? true,
      "ProjectionSettings: ε is \(whitening ?? 0), expected a finite number from 0 up")
    self.count = count
    self.whitening = whitening
  }

  /// The usual ε of whitening, that of CS231n's notes: noise of variances far below it, such as that of
  /// rounding, stays small.
  public static let usualEpsilon = 1e-5
}

extension Preprocessing {
  /// The same steps without the projection onto principal components behind them.
  package var withoutProjection: Preprocessing {
    Preprocessing(steps: steps, columns: columns, magnitude: magnitude, targets: targets)
  }

  /// The same steps, and a projection of what they make onto principal components.
  ///
  /// - Precondition: the components are of as many columns as the steps make features.
  public func projecting(onto components: PrincipalComponents) -> Preprocessing {
    Preprocessing(
      steps: steps, columns: columns, magnitude: magnitude, targets: targets,
      projection: components)
  }

  /// What is wrong with a projection of what the steps make, or nil.
  package func problem(projectingOnto components: PrincipalComponents) -> String? {
    if components.count == 0 { return "a projection onto no principal components" }
    let made = inputCount.map { outputCount(of: $0) }
    return made == nil || made == components.columnCount
      ? nil
      : "principal components of \(components.columnCount) columns for \(made ?? 0) features"
  }

  /// The principal components of what the steps make of a data set's rows, by their weights.
  ///
  /// One pass over the rows, block by block: bytes are converted to single precision, other numbers to double
  /// precision. Where there are fewer rows than columns, all of them are converted at once.
  ///
  /// - Throws: ``DatasetError`` for less than two rows that count, for more components than columns or than
  ///   rows − 1, and for numbers whose products are too large.
  /// - Precondition: this is the preprocessing of such features, without a projection.
  public func components(
    of dataset: Dataset, _ settings: ProjectionSettings
  ) throws -> PrincipalComponents {
    let features = dataset.features
    let rowCount = dataset.weights?.count { $0 > 0 } ?? features.count
    let columnCount = outputCount(of: features.featureCount)
    if rowCount < 2 {
      throw DatasetError("principal components of \(counted(rowCount, "row")), expected at least 2")
    }
    if case .number(let count) = settings.count, count > min(columnCount, rowCount - 1) {
      throw DatasetError(
        "\(count) principal components: expected at most "
          + (columnCount < rowCount
            ? "\(columnCount), the number of features"
            : "\(rowCount - 1), one less than the number of training rows"))
    }
    do {
      if columnCount > features.count {
        let rows: PreparedFeatures<Double> = features.prepared(with: self)
        return try PrincipalComponents(
          of: rows.block(0..<rows.count), settings.count, weights: dataset.weights,
          whitening: settings.whitening)
      }
      return try PrincipalComponents(
        of: features.isBytes
          ? moments(of: dataset, columnCount, as: Float.self)
          : moments(of: dataset, columnCount, as: Double.self),
        settings.count, whitening: settings.whitening)
    } catch {
      throw DatasetError("the principal components: \(error)")
    }
  }

  private func moments<Scalar: BLASScalar>(
    of dataset: Dataset, _ columnCount: Int, as _: Scalar.Type
  ) -> RowMoments {
    var moments = RowMoments(columnCount: columnCount)
    let rows: PreparedFeatures<Scalar> = dataset.features.prepared(with: self)
    rows.forEachBlock(of: Self.blockSize(columnCount)) { range, block in
      moments.add(block, weights: dataset.weights.map { Array($0[range]) })
    }
    return moments
  }

  /// Rows enough that adding their products up is cheap, in at most 64 MiB of doubles.
  static func blockSize(_ columnCount: Int) -> Int {
    min(max((1 << 23) / max(columnCount, 1), 64), 2048)
  }
}

extension PreparedFeatures {
  /// All rows' coordinates along principal components, in this scalar type: [rows, components].
  ///
  /// - Precondition: these features have as many columns as the components, and no projection.
  func coordinates(along components: PrincipalComponents) -> Features {
    let isWide = features.elementType == .doubles
    let count = components.count
    let numbers = [Scalar](unsafeUninitializedCapacity: self.count * count) { numbers, filled in
      if isWide {
        // In double precision up to the last rounding: what the mean leaves may be small.
        let rows: PreparedFeatures<Double> = features.prepared(with: preprocessing)
        rows.project(onto: components) { start, block in
          block.withUnsafeElements { block in
            for (index, number) in block.enumerated() {
              numbers.initializeElement(at: start * count + index, to: Scalar(number))
            }
          }
        }
      } else {
        project(onto: components) { start, block in
          block.withUnsafeElements {
            _ = numbers[(start * count)...].initialize(from: $0)
          }
        }
      }
      filled = self.count * count
    }
    // Not a conversion of each element: the types are the same.
    let storage: Features.Storage =
      Scalar.self == Float.self
      ? .floats(unsafeBitCast(numbers, to: [Float].self))
      : .doubles(unsafeBitCast(numbers, to: [Double].self))
    return Features(storage, exampleShape: [count])
  }

  /// Calls `body` with the coordinates of some rows at a time, and the number of rows before them.
  private func project(
    onto components: PrincipalComponents, _ body: (Int, Tensor<Scalar>) -> Void
  ) {
    let mean = Tensor<Scalar>(components.mean)
    let projection = Tensor<Scalar>(components.projection)
    forEachBlock(of: Preprocessing.blockSize(featureCount)) { range, rows in
      var coordinates = Tensor<Scalar>.zeros([range.count, components.count])
      BLASLibrary.withSingleThread { multiply(rows - mean, projection, into: &coordinates) }
      body(range.lowerBound, coordinates)
    }
  }
}
