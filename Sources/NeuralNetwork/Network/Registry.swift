import PerceptronFiles
import PerceptronLinearAlgebra

/// The settings of a layer, a loss, an optimizer or a schedule of your own, by name.
public struct CustomSettings: Sendable {
  let values: [String: Double]

  /// A setting's value.
  ///
  /// - Precondition: it was registered with this setting.
  public subscript(name: String) -> Double {
    guard let value = values[name] else {
      fatalError("CustomSettings: no setting \(name), only \(values.keys.stablySorted())")
    }
    return value
  }

  /// A name and settings for people, the settings in alphabetical order.
  package static func displayName(_ name: String, _ settings: [String: Double]) -> String {
    ([name] + settings.sortedByKey.map { "\($0.key) \($0.value)" })
      .joined(separator: ", ")
  }
}

/// What a program has registered under names, so that files can refer to it.
///
/// There is one registry of each kind in a process, since a file may be read far from the code that
/// wrote it. It is consulted when a network is built and when a run begins or resumes, not during steps.
package final class Registry<Value: Sendable>: Sendable {
  private struct Entry {
    let settings: [String]
    let value: Value
  }

  /// The kind of what is registered, such as `optimizer`, and the type that has `register`, for messages.
  private let kind: String
  private let type: String
  private let entries = Locked<[String: Entry]>([:])

  package init(kind: String, type: String) { (self.kind, self.type) = (kind, type) }

  /// Registers a value, replacing any earlier one of that name.
  package func register(_ name: String, settings: [String], _ value: Value) {
    entries.withLock { $0[name] = Entry(settings: settings, value: value) }
  }

  /// The value that is registered under a name, and the settings for it.
  ///
  /// - Throws: `InvalidSetting` where there is no such name, or where `settings` does not have
  ///   exactly the names that were registered with it.
  package func value(_ name: String, settings: [String: Double]) throws -> (Value, CustomSettings) {
    guard let entry = entries.withLock({ $0[name] }) else {
      let names = entries.withLock { $0.keys.stablySorted() }
      let known = names.isEmpty ? "none is" : names.joined(separator: ", ")
      throw InvalidSetting(
        name: kind, value: "\"\(name)\"",
        expected: "one that is registered (\(known)); "
          + "call \(type).register(\"\(name)\", settings: \(settings.keys.stablySorted())) first")
    }
    for setting in entry.settings where settings[setting] == nil {
      throw InvalidSetting(
        name: "\(setting) of \(kind) \"\(name)\"", value: "missing", expected: "a number")
    }
    if settings.count > entry.settings.count,
      let setting = settings.keys.stablySorted().first(where: { !entry.settings.contains($0) })
    {
      throw InvalidSetting(
        name: "a setting of \(kind) \"\(name)\"", value: "\"\(setting)\"",
        expected: "one of \(entry.settings)")
    }
    return (entry.value, CustomSettings(values: settings))
  }
}
