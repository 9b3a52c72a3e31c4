import Foundation

/// A size or value that does not fit the data at hand, in words.
public struct DatasetError: Error, Hashable, Sendable {
  /// What was asked for, and what there is.
  public var message: String

  /// An error with the given text.
  public init(_ message: String) { self.message = message }
}

extension DatasetError: CustomStringConvertible, LocalizedError {
  /// The text.
  public var description: String { message }
  /// The same as ``description``.
  public var errorDescription: String? { message }
}
