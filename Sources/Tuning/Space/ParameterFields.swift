/// The fields of a parameter in a file, or of its domain alone.
struct ParameterFields {
  /// The parameter's name, for messages.
  let name: String?
  let fields: [String: JSONValue]

  private func failure(_ key: String, _ expected: String) -> SearchSpaceError {
    SearchSpaceError(
      parameter: name, found: fields[key].map { "\(key) is \($0)" } ?? "no key \(key)",
      expected: expected)
  }

  /// Throws unless all keys are known and none is about what the parameter is not.
  private func checkKeys(besides others: [String]) throws {
    let known = others + ["values", "range", "scale", "points", "integer"]
    if let key = fields.keys.sorted().first(where: { !known.contains($0) }) {
      throw SearchSpaceError(
        parameter: name, found: "the key \(key)",
        expected: "one of \(known.joined(separator: ", "))")
    }
    if (fields["values"] == nil) == (fields["range"] == nil) {
      throw SearchSpaceError(
        parameter: name,
        found: fields["values"] == nil ? "neither values nor a range" : "values and a range",
        expected: "one of the two")
    }
    if fields["values"] != nil, let key = ["points", "scale"].first(where: { fields[$0] != nil }) {
      throw SearchSpaceError(
        parameter: name, found: "the key \(key) beside values", expected: "it beside a range only")
    }
  }

  /// What the parameter may be set to; `others` are keys that are not about this.
  func domain(besides others: [String]) throws -> SearchSpace.Domain {
    try checkKeys(besides: others)
    if fields["values"] != nil { return .values(try values()) }
    guard case .list(let list)? = fields["range"], list.count == 2,
      let lower = list[0].value, let upper = list[1].value,
      let ends = lower.number.flatMap({ lower in upper.number.map { (lower, $0) } })
    else { throw failure("range", "two numbers, such as [0.1, 0.5]") }
    let (scale, points) = (try scale(), try points())
    if try isInteger() != true {
      return .numbers(lower: ends.0, upper: ends.1, scale: scale, points: points)
    }
    guard let lower = lower.whole, let upper = upper.whole else {
      throw failure("range", "whole numbers")
    }
    return .integers(lower: lower, upper: upper, scale: scale, points: points)
  }

  private func values() throws -> [ParameterValue] {
    guard case .list(let list)? = fields["values"], case let values = list.compactMap(\.value),
      values.count == list.count
    else { throw failure("values", "a list of numbers, texts, or true and false") }
    let isInteger = try isInteger()
    let areNumbers = values.allSatisfy { $0.number != nil }
    if isInteger != nil, !areNumbers { throw failure("integer", "it beside numbers only") }
    guard areNumbers else { return values }
    if isInteger ?? values.allSatisfy({ $0.kind == .integer }) {
      let whole = values.compactMap(\.whole)
      if whole.count < values.count { throw failure("values", "whole numbers") }
      return whole.map { .integer($0) }
    }
    return values.compactMap(\.number).map { .number($0) }
  }

  private func isInteger() throws -> Bool? {
    switch fields["integer"] {
    case nil: return nil
    case .flag(let flag)?: return flag
    default: throw failure("integer", "true or false")
    }
  }

  private func scale() throws -> SearchSpace.Scale {
    guard let field = fields["scale"] else { return .linear }
    guard case .text(let text) = field, let scale = SearchSpace.Scale(rawValue: text) else {
      throw failure("scale", "\"log\" or \"linear\"")
    }
    return scale
  }

  private func points() throws -> Int? {
    guard let field = fields["points"] else { return nil }
    guard case .integer(let count) = field else { throw failure("points", "a whole number") }
    return count
  }

  /// What other parameters have to be set to.
  func condition() throws -> [String: [ParameterValue]] {
    guard let field = fields["when"] else { return [:] }
    guard case .object(let demands) = field else {
      throw failure("when", "an object such as {\"depth\": [2, 3]}")
    }
    return try demands.mapValues { demand in
      let list = if case .list(let list) = demand { list } else { [demand] }
      let values = list.compactMap(\.value)
      if values.count < list.count {
        throw failure("when", "a value or a list of values for each parameter")
      }
      return values
    }
  }
}
