import PerceptronFiles

/// Snapshots of a network's health over a run, bounded in number.
///
/// At ``limit`` snapshots every second one is dropped, and from then on only every second one is stored,
/// and so on; the newest is always there.
public struct DiagnosticSeries: Codable, Equatable, Sendable {
  /// One snapshot.
  public struct Snapshot: Codable, Equatable, Sendable {
    /// The iteration, counted from 0.
    public var iteration: Int
    /// The parameters in the network's order.
    public var parameters: [Parameter]
    /// The layers from the input to the output.
    public var layers: [Layer]

    /// Creates a snapshot.
    public init(iteration: Int, parameters: [Parameter], layers: [Layer]) {
      self.iteration = iteration
      self.parameters = parameters
      self.layers = layers
    }
  }

  /// Euclidean norms of a parameter.
  public struct Parameter: Codable, Equatable, Sendable {
    /// Such as `W1`.
    public var name: String
    /// Its norm.
    public var norm: Double
    /// The norm of the loss's gradient with respect to it, penalty included.
    public var gradientNorm: Double
    /// The norm of its last update by its own; nil where the update is not known or the norm is 0.
    public var updateRatio: Double?

    /// Creates a parameter's norms.
    public init(name: String, norm: Double, gradientNorm: Double, updateRatio: Double? = nil) {
      self.name = name
      self.norm = norm
      self.gradientNorm = gradientNorm
      self.updateRatio = updateRatio
    }
  }

  /// The activations and gradients of a batch at a layer.
  public struct Layer: Codable, Equatable, Sendable {
    /// The layer's position, counted from 0.
    public var index: Int
    /// The layer with its settings, such as `relu`.
    public var name: String
    /// The mean and the standard deviation of its output over the batch.
    public var activationMean: Double, activationDeviation: Double
    /// The mean and the standard deviation of the loss's gradient with respect to its output.
    public var gradientMean: Double, gradientDeviation: Double
    /// The number of a ReLU's units that are 0 for every row of the batch; nil for other layers.
    public var deadCount: Int?
    /// The number of a ReLU's units; nil for other layers.
    public var size: Int?

    /// Creates a layer's numbers.
    public init(
      index: Int, name: String, activationMean: Double, activationDeviation: Double,
      gradientMean: Double, gradientDeviation: Double, deadCount: Int? = nil, size: Int? = nil
    ) {
      self.index = index
      self.name = name
      self.activationMean = activationMean
      self.activationDeviation = activationDeviation
      self.gradientMean = gradientMean
      self.gradientDeviation = gradientDeviation
      self.deadCount = deadCount
      self.size = size
    }

    /// The share of a ReLU's units that are 0 for every row of the batch; nil for other layers.
    public var deadShare: Double? {
      guard let deadCount, let size else { return nil }
      return Double(deadCount) / Double(size)
    }
  }

  /// The largest number of snapshots, besides the newest where that is not due.
  public static let limit = 500

  /// The snapshots in their order.
  public private(set) var snapshots: [Snapshot]
  /// The number of snapshots taken, including those dropped since.
  private var made: Int
  /// The number of snapshots taken for each one stored.
  private var interval = 1

  private enum CodingKeys: String, CodingKey {
    case snapshots = "looks"
    case made, interval
  }

  /// A series of snapshots, whose iterations ascend.
  public init(_ snapshots: [Snapshot] = []) {
    self.snapshots = snapshots
    made = snapshots.count
  }

  /// Whether two series have the same snapshots, however many were dropped.
  public static func == (a: Self, b: Self) -> Bool { a.snapshots == b.snapshots }

  /// Adds the newest snapshot.
  public mutating func append(_ snapshot: Snapshot) {
    // The last one was there as the newest only.
    if made > 0 && (made - 1) % interval != 0 { snapshots.removeLast() }
    if snapshots.count >= Self.limit && made % interval == 0 {
      snapshots = stride(from: 0, to: snapshots.count, by: 2).map { snapshots[$0] }
      interval *= 2
    }
    snapshots.append(snapshot)
    made += 1
  }
}

extension DiagnosticSeries.Snapshot {
  /// The snapshot of a diagnosis at an iteration.
  public init(_ diagnosis: Diagnosis, iteration: Int) {
    self.init(
      iteration: iteration,
      parameters: diagnosis.parameters.map {
        .init(
          name: $0.name, norm: $0.norm, gradientNorm: $0.gradientNorm, updateRatio: $0.updateRatio)
      },
      layers: diagnosis.layers.map {
        .init(
          index: $0.index, name: $0.name, activationMean: $0.activationMean,
          activationDeviation: $0.activationDeviation, gradientMean: $0.gradientMean,
          gradientDeviation: $0.gradientDeviation, deadCount: $0.deadCount,
          size: $0.deadCount == nil ? nil : $0.outputSize)
      })
  }
}

// MARK: - The file

/// The file of a ``DiagnosticSeries``: a line for each number, grouped by snapshot, then by parameter or
/// layer.
///
/// The columns are iteration, layer (its position, empty for a parameter), name, quantity and value.
/// Of a parameter there are norm, gradient_norm and, where it is known, update_ratio; of a layer
/// activation_mean, activation_deviation, gradient_mean, gradient_deviation and, for a ReLU,
/// dead_count and size.
enum DiagnosticTable {
  static let columns = ["iteration", "layer", "name", "quantity", "value"]

  private enum Quantity: String {
    case norm, size
    case gradientNorm = "gradient_norm"
    case updateRatio = "update_ratio"
    case activationMean = "activation_mean"
    case activationDeviation = "activation_deviation"
    case gradientMean = "gradient_mean"
    case gradientDeviation = "gradient_deviation"
    case deadCount = "dead_count"
  }

  /// The lines below the header.
  static func lines(of series: DiagnosticSeries) -> [String] {
    series.snapshots.flatMap { snapshot in
      snapshot.parameters.flatMap { parameter in
        lines(
          "\(snapshot.iteration),,\(parameter.name)",
          [
            (.norm, parameter.norm), (.gradientNorm, parameter.gradientNorm),
            (.updateRatio, parameter.updateRatio),
          ])
      }
        + snapshot.layers.flatMap { layer in
          lines(
            "\(snapshot.iteration),\(layer.index),\(unquoted(layer.name))",
            [
              (.activationMean, layer.activationMean),
              (.activationDeviation, layer.activationDeviation),
              (.gradientMean, layer.gradientMean), (.gradientDeviation, layer.gradientDeviation),
              (.deadCount, layer.deadCount.map(Double.init)), (.size, layer.size.map(Double.init)),
            ])
        }
    }
  }

  private static func lines(_ start: String, _ values: [(Quantity, Double?)]) -> [String] {
    values.compactMap { quantity, value in
      value.map { "\(start),\(quantity.rawValue),\(plain($0))\n" }
    }
  }

  /// A layer's name without what would end its field.
  private static func unquoted(_ name: String) -> String {
    String(name.map { $0 == "," || $0.isNewline ? ";" : $0 })
  }

  private struct Subject: Equatable {
    let iteration: Int
    let layer: Int?
    let name: String
  }

  /// Reads the file of a run that made `count` iterations.
  ///
  /// - Throws: `FileError` with the line of what is wrong.
  static func read(_ path: String, iterations count: Int) throws -> DiagnosticSeries {
    var snapshots: [DiagnosticSeries.Snapshot] = []
    var subject: Subject?
    var values: [Quantity: Double] = [:]
    func close() throws {
      guard let subject else { return }
      if snapshots.last?.iteration != subject.iteration {
        snapshots.append(.init(iteration: subject.iteration, parameters: [], layers: []))
      }
      try add(subject, values, to: &snapshots[snapshots.count - 1], path: path)
      values = [:]
    }
    try CSVReader(path: path, columns: columns).forEachRow { row in
      let first = subject?.iteration ?? 0
      if first >= count {
        throw row.error(0, expected: "no lines: there are \(count) iterations")
      }
      let next = Subject(
        iteration: try row.integer(
          0, in: first...(count - 1), expected: "\(first) to \(count - 1)"),
        layer: row.text(1).isEmpty
          ? nil : try row.integer(1, in: 0...Int.max, expected: "a layer's position or nothing"),
        name: String(row.text(2)))
      if next != subject { try close() }
      subject = next
      guard let quantity = Quantity(rawValue: String(row.text(3))), values[quantity] == nil else {
        throw row.error(3, expected: "a quantity of \(next.name) that is not there yet")
      }
      let isCount = quantity == .deadCount || quantity == .size
      values[quantity] = try row.number(4, expected: isCount ? "a count" : "a number") {
        !isCount || Int(exactly: $0).map { $0 >= 0 } ?? false
      }
    }
    try close()
    return DiagnosticSeries(snapshots)
  }

  private static func add(
    _ subject: Subject, _ values: [Quantity: Double], to snapshot: inout DiagnosticSeries.Snapshot,
    path: String
  ) throws {
    func value(_ quantity: Quantity) throws -> Double {
      guard let value = values[quantity] else {
        let expected = "\(quantity.rawValue) of \(subject.name)"
        throw FileError(path, "iteration \(subject.iteration): expected a \(expected), found none")
      }
      return value
    }
    if let layer = subject.layer {
      snapshot.layers.append(
        .init(
          index: layer, name: subject.name, activationMean: try value(.activationMean),
          activationDeviation: try value(.activationDeviation),
          gradientMean: try value(.gradientMean), gradientDeviation: try value(.gradientDeviation),
          deadCount: values[.deadCount].map { Int($0) }, size: values[.size].map { Int($0) }))
    } else {
      snapshot.parameters.append(
        .init(
          name: subject.name, norm: try value(.norm), gradientNorm: try value(.gradientNorm),
          updateRatio: values[.updateRatio]))
    }
  }
}
