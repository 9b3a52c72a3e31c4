import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The settings of an optimizer or a schedule of your own, by name.
public struct CustomSettings: Sendable {
  let values: [String: Double]

  /// A setting's value.
  ///
  /// - Precondition: it was registered with this setting.
  public subscript(name: String) -> Double {
    guard let value = values[name] else {
      fatalError("CustomSettings: no setting \(name), only \(values.keys.sorted())")
    }
    return value
  }
}

/// What a program has registered under names, so that files can refer to it.
///
/// One of each kind for the process: a file is read without the code that wrote it at hand. Asked
/// where a run begins or goes on, not in its steps.
final class Registry<Value: Sendable>: Sendable {
  private struct Entry {
    let settings: [String]
    let value: Value
  }

  /// What is registered, such as `optimizer`, and the type that has `register`, for messages.
  private let kind: String
  private let type: String
  private let entries = Locked<[String: Entry]>([:])

  init(kind: String, type: String) {
    (self.kind, self.type) = (kind, type)
  }

  /// Registers a value, in place of what had the name before.
  func register(_ name: String, settings: [String], _ value: Value) {
    entries.withLock { $0[name] = Entry(settings: settings, value: value) }
  }

  /// What is registered under a name, and the settings for it.
  ///
  /// - Throws: `InvalidSetting` where there is no such name, or where `settings` does not have
  ///   exactly the names that were registered with it.
  func value(_ name: String, settings: [String: Double]) throws -> (Value, CustomSettings) {
    let (entry, names) = entries.withLock { ($0[name], $0.keys.sorted()) }
    guard let entry else {
      let known = names.isEmpty ? "none is" : names.joined(separator: ", ")
      throw InvalidSetting(
        name: kind, value: "\"\(name)\"",
        expected: "one that is registered (\(known)); "
          + "call \(type).register(\"\(name)\", settings: \(settings.keys.sorted())) first")
    }
    for setting in entry.settings where settings[setting] == nil {
      throw InvalidSetting(
        name: "\(setting) of \(kind) \"\(name)\"", value: "missing", expected: "a number")
    }
    for setting in settings.keys.sorted() where !entry.settings.contains(setting) {
      throw InvalidSetting(
        name: "a setting of \(kind) \"\(name)\"", value: "\"\(setting)\"",
        expected: "one of \(entry.settings)")
    }
    return (entry.value, CustomSettings(values: settings))
  }
}
