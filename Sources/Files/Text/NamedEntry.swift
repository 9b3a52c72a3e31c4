/// An entry of a list of things that are known by name, such as optimizers; `allCases` is the list.
public protocol NamedEntry: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

extension NamedEntry {
  /// The entry of a name, or nil where there is none.
  public init?(rawValue: String) {
    guard let entry = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = entry
  }
}
