/// As an object with a `name`, the domain's fields, and the condition as `when` where there is one.
extension SearchSpace.Parameter: Codable {
  private enum Key: String, CodingKey {
    case name, when
  }

  /// Decodes one parameter.
  ///
  /// - Throws: ``SearchSpaceError`` for a key that is unknown and a field that is missing or of a
  ///   wrong type.
  public init(from decoder: any Decoder) throws { try self.init(json: JSONValue(from: decoder)) }

  /// Encodes the fields.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try domain.encode(to: encoder)
    if !condition.isEmpty { try container.encode(condition, forKey: .when) }
  }

  /// The parameter in an object.
  init(json: JSONValue) throws {
    guard case .object(let fields) = json else {
      throw SearchSpaceError(found: "\(json)", expected: "an object with a parameter's name")
    }
    guard case .text(let name)? = fields[Key.name.rawValue] else {
      throw SearchSpaceError(
        found: "a parameter \(json)", expected: "one whose name is a text")
    }
    let reader = ParameterFields(name: name, fields: fields)
    self.init(
      name, try reader.domain(besides: [Key.name.rawValue, Key.when.rawValue]),
      when: try reader.condition())
  }
}

/// As an object with `values`, or with a `range` and its `scale`, `points` and `integer`.
extension SearchSpace.Domain: Codable {
  private enum Key: String, CodingKey {
    case values, range, scale, points, integer
  }

  /// Decodes one domain.
  ///
  /// - Throws: ``SearchSpaceError`` for a key that is unknown and a field that is missing or of a
  ///   wrong type.
  public init(from decoder: any Decoder) throws {
    let value = try JSONValue(from: decoder)
    guard case .object(let fields) = value else {
      throw SearchSpaceError(found: "\(value)", expected: "an object with values or a range")
    }
    self = try ParameterFields(name: nil, fields: fields).domain(besides: [])
  }

  /// Encodes the fields that are not what is taken without them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func encode(_ scale: SearchSpace.Scale, _ points: Int?) throws {
      if scale != .linear { try container.encode(scale, forKey: .scale) }
      try container.encodeIfPresent(points, forKey: .points)
    }
    switch self {
    case .values(let values):
      try container.encode(values, forKey: .values)
      // Without a fraction, nothing else would tell.
      let areWhole = values.allSatisfy { $0.whole != nil }
      if areWhole, values.contains(where: { $0.kind == .number }) {
        try container.encode(false, forKey: .integer)
      }
    case .numbers(let lower, let upper, let scale, let points):
      try container.encode([lower, upper], forKey: .range)
      try encode(scale, points)
    case .integers(let lower, let upper, let scale, let points):
      try container.encode([lower, upper], forKey: .range)
      try container.encode(true, forKey: .integer)
      try encode(scale, points)
    }
  }
}
