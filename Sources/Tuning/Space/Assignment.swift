/// The values of a trial's hyperparameters, in the order of the space; parameters whose condition
/// is false are missing.
public struct Assignment: Hashable, Sendable {
  /// A parameter's name with its value.
  public struct Entry: Hashable, Sendable, Codable {
    /// The parameter's name, such as `learning-rate`.
    public let name: String
    /// The parameter's value.
    public let value: ParameterValue

    /// Creates an entry.
    public init(_ name: String, _ value: ParameterValue) {
      self.name = name
      self.value = value
    }
  }

  /// The entries in order.
  public let entries: [Entry]

  /// Creates an assignment.
  ///
  /// - Precondition: the names are distinct.
  public init(_ entries: [Entry]) {
    precondition(
      Set(entries.map(\.name)).count == entries.count,
      "Assignment: a name comes twice in \(entries.map(\.name))")
    self.entries = entries
  }

  /// A parameter's value; nil if it is not set.
  public subscript(_ name: String) -> ParameterValue? {
    entries.first { $0.name == name }?.value
  }
}

extension Assignment {
  /// A parameter's number, which must be set.
  public func number(_ name: String) -> Double { value(name, "a number", \.number) }

  /// A parameter's whole number, which must be set.
  public func whole(_ name: String) -> Int { value(name, "a whole number", \.whole) }

  /// A parameter's text, which must be set.
  public func text(_ name: String) -> String {
    value(name, "a text") { if case .text(let text) = $0 { text } else { nil } }
  }

  /// Whether a parameter is on, which must be set.
  public func flag(_ name: String) -> Bool {
    value(name, "true or false") { if case .flag(let flag) = $0 { flag } else { nil } }
  }

  private func value<Value>(
    _ name: String, _ expected: String, _ read: (ParameterValue) -> Value?
  ) -> Value {
    let found = self[name]
    guard let value = found.flatMap(read) else {
      fatalError("Assignment: \(name) is \(found?.description ?? "not set"), expected \(expected)")
    }
    return value
  }
}

extension Assignment: ExpressibleByDictionaryLiteral {
  /// Creates an assignment from names and values.
  public init(dictionaryLiteral elements: (String, ParameterValue)...) {
    self.init(elements.map { Entry($0.0, $0.1) })
  }
}

extension Assignment: CustomStringConvertible {
  /// Such as `learning-rate 0.001, hidden 50`.
  public var description: String {
    entries.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }
}

/// A list of names with values, which keeps their order.
extension Assignment: Codable {
  /// Decodes the list.
  public init(from decoder: any Decoder) throws {
    let entries = try [Entry](from: decoder)
    if Set(entries.map(\.name)).count != entries.count {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a parameter is set twice"))
    }
    self.entries = entries
  }

  /// Encodes the list.
  public func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }
}
