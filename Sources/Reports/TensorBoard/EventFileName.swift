import Foundation

/// The names of event files, by whose order readers take the files of a folder.
///
/// They begin as TensorFlow's do, with the seconds since 1970; its readers know event files by
/// `tfevents` alone. The microseconds after them keep apart files that are made in one second.
package enum EventFileName {
  private static let prefix = "events.out.tfevents."
  private static let microseconds = 1_000_000.0

  /// The event files of a folder by their order, or none where there is no such folder.
  package static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.sorted()
  }

  /// A name after all that are in the folder, also where the clock was set back.
  static func next(in folder: String, at time: Double) -> String {
    let last = names(in: folder).compactMap(self.time).max() ?? 0
    let time = max(Int(time * microseconds), last + 1)
    let fraction = String(format: "%06d", time % Int(microseconds))
    let unique = UUID().uuidString.prefix(8)
    return "\(prefix)\(time / Int(microseconds)).\(fraction).\(host).\(getpid()).\(unique)"
  }

  /// The microseconds that a name begins with, if it does.
  private static func time(of name: String) -> Int? {
    let parts = name.dropFirst(prefix.count).split(separator: ".")
    guard parts.count > 1, parts[1].count == 6, let seconds = Int(parts[0]), seconds < 1 << 40,
      let fraction = Int(parts[1])
    else { return nil }
    return seconds * Int(microseconds) + fraction
  }

  /// The machine's own name for itself. `ProcessInfo` would ask the network for it.
  private static var host: String {
    var buffer = [CChar](repeating: 0, count: 256)
    if gethostname(&buffer, buffer.count - 1) != 0 { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .replacing("/", with: "-")
  }
}
