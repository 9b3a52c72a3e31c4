import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The settings of an optimizer or a schedule, which files hold under its name:
/// `{"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}}`.
protocol NamedSettings: Codable, Hashable, Sendable {
  /// The name in files.
  static var name: String { get }
  /// The name and the settings for people, such as `epoch decay, factor 0.95`.
  var displayName: String { get }
}

extension NamedSettings {
  var displayName: String {
    let words = Self.name.reduce(into: "") { words, letter in
      words += letter.isUppercase ? " " + letter.lowercased() : String(letter)
    }
    let settings = Mirror(reflecting: self).children.map { "\($0.label ?? "") \($0.value)" }
    return ([words] + settings).joined(separator: ", ")
  }

  func isEqual(to other: any NamedSettings) -> Bool { self == other as? Self }

  fileprivate func encode(into container: inout KeyedEncodingContainer<AnyCodingKey>) throws {
    try container.encode(self, forKey: AnyCodingKey(Self.name))
  }
}

enum NamedSettingsCoding {
  /// Decodes the settings of one of some types.
  ///
  /// - Throws: `DecodingError` unless there is a single key that names one of the types, with its
  ///   settings.
  static func decode(
    from decoder: any Decoder, as types: [any NamedSettings.Type]
  ) throws -> any NamedSettings {
    let container = try decoder.container(keyedBy: AnyCodingKey.self)
    let keys = container.allKeys
    guard keys.count == 1, let type = types.first(where: { $0.name == keys[0].stringValue }) else {
      var names: [String] = []
      for type in types where !names.contains(type.name) { names.append(type.name) }
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected one of \(names), found \(keys.map(\.stringValue))"))
    }
    return try container.decode(type, forKey: keys[0])
  }

  static func encode(_ settings: any NamedSettings, to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyCodingKey.self)
    try settings.encode(into: &container)
  }
}
