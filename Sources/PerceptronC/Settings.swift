import PerceptronFiles
import PerceptronTraining

/// A value of the settings' JSON: a number, a text, true or false, or a list of numbers and texts.
private enum SettingValue: Decodable {
  case one(Hyperparameter.Value)
  case list([Hyperparameter.Value])
  case none

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let list = try? container.decode([Hyperparameter.Value].self) {
      self = .list(list)
    } else {
      self = .one(try container.decode(Hyperparameter.Value.self))
    }
  }

  /// The value for a hyperparameter; nil for null, which chooses nothing.
  func value(for hyperparameter: Hyperparameter) throws -> Hyperparameter.Value? {
    switch self {
    case .none: return nil
    case .list(let list):
      let text = list.map(\.description).joined(separator: ",")
      return .text(text.isEmpty && hyperparameter.name == "layers" ? "none" : text)
    case .one(.text(let text)): return try hyperparameter.value(parsing: text)
    case .one(let value): return hyperparameter.kind == .text ? .text(value.description) : value
    }
  }
}

extension Hyperparameters {
  /// The hyperparameters of settings in JSON; none are chosen by NULL.
  ///
  /// - Throws: ``ArgumentError`` for what is no JSON object; `HyperparameterError` for a name that is none, and for a
  ///   value of another kind or out of range.
  init(settings: String?) throws {
    guard let settings else {
      self.init()
      return
    }
    let values: [String: SettingValue]
    do {
      values = try [String: SettingValue](json: settings.utf8)
    } catch {
      throw ArgumentError("expected settings as a JSON object: \(decodingReason(error))")
    }
    var chosen: [(hyperparameter: Hyperparameter, value: Hyperparameter.Value)] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      let hyperparameter = try Hyperparameter.known(name)
      if let value = try value.value(for: hyperparameter) { chosen.append((hyperparameter, value)) }
    }
    try self.init(choosing: chosen)
    self = try withLayers()
    if let folds, fold == nil {
      throw HyperparameterError(
        "`folds` is \(folds), which trains as many networks; choose one of them by `fold`")
    }
  }
}

/// A setting in the list of all.
struct SettingEntry: Encodable {
  let name: String
  let kind: Hyperparameter.Value.Kind
  let help: String
  let choices: [String]

  /// Those of a single run.
  static var all: [SettingEntry] {
    Hyperparameter.all.filter { $0.use != .trials }.map {
      SettingEntry(name: $0.name, kind: $0.kind, help: $0.help, choices: $0.choices)
    }
  }
}
