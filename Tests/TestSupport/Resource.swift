import Foundation

/// The JSON files of vectors that other programs computed.
public enum Resource {
  /// What the file called `name`.json holds.
  public static func decode<Value: Decodable>(_ type: Value.Type, from name: String) -> Value {
    let url = Bundle.module.bundleURL.appendingPathComponent("Resources/\(name).json")
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    } catch {
      fatalError("Resource: \(name).json cannot be read: \(error)")
    }
  }
}
