import PerceptronFiles
import PerceptronTraining

/// The value of a hyperparameter.
public typealias ParameterValue = Hyperparameter.Value

/// Any JSON value, for files in which every field is checked.
enum JSONValue: Decodable, Equatable {
  case null
  case value(ParameterValue)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? ParameterValue(from: decoder) {
      self = .value(value)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The number, text or flag; nil for any other value.
  var value: ParameterValue? { if case .value(let value) = self { value } else { nil } }
}

extension JSONValue: CustomStringConvertible {
  /// The JSON text on one line.
  var description: String {
    switch self {
    case .null: "null"
    case .value(.text(let text)): "\"\(text)\""
    case .value(.number(let number)): "\(number)"
    case .value(let value): "\(value)"
    case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
    case .object(let fields):
      "{"
        + fields.sortedByKey.map { "\"\($0.key)\": \($0.value)" }
        .joined(separator: ", ") + "}"
    }
  }
}
