import PerceptronFiles

/// The file of a ``DiagnosticSeries``: a line for each number, those of a look together, those of a
/// parameter or a layer together.
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
    series.looks.flatMap { look in
      look.parameters.flatMap { parameter in
        lines(
          "\(look.iteration),,\(parameter.name)",
          [
            (.norm, parameter.norm), (.gradientNorm, parameter.gradientNorm),
            (.updateRatio, parameter.updateRatio),
          ])
      }
        + look.layers.flatMap { layer in
          lines(
            "\(look.iteration),\(layer.index),\(unquoted(layer.name))",
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

  /// What a line is about.
  private struct Subject: Equatable {
    let iteration: Int
    let layer: Int?
    let name: String
  }

  /// Reads the file of a run that made `count` iterations.
  ///
  /// - Throws: `FileError` with the line of what is wrong.
  static func read(_ path: String, iterations count: Int) throws -> DiagnosticSeries {
    var looks: [DiagnosticSeries.Look] = []
    var subject: Subject?
    var values: [Quantity: Double] = [:]
    func close() throws {
      guard let subject else { return }
      if looks.last?.iteration != subject.iteration {
        looks.append(.init(iteration: subject.iteration, parameters: [], layers: []))
      }
      try add(subject, values, to: &looks[looks.count - 1], path: path)
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
    return DiagnosticSeries(looks)
  }

  private static func add(
    _ subject: Subject, _ values: [Quantity: Double], to look: inout DiagnosticSeries.Look,
    path: String
  ) throws {
    func value(_ quantity: Quantity) throws -> Double {
      guard let value = values[quantity] else {
        throw FileError(
          path,
          "iteration \(subject.iteration): expected a \(quantity.rawValue) of \(subject.name), "
            + "found none")
      }
      return value
    }
    if let layer = subject.layer {
      look.layers.append(
        .init(
          index: layer, name: subject.name, activationMean: try value(.activationMean),
          activationDeviation: try value(.activationDeviation),
          gradientMean: try value(.gradientMean),
          gradientDeviation: try value(.gradientDeviation),
          deadCount: values[.deadCount].map { Int($0) }, size: values[.size].map { Int($0) }))
    } else {
      look.parameters.append(
        .init(
          name: subject.name, norm: try value(.norm), gradientNorm: try value(.gradientNorm),
          updateRatio: values[.updateRatio]))
    }
  }
}
