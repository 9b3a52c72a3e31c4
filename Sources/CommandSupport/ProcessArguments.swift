import Foundation

/// The words that the process was started with. `CommandLine.arguments` repairs bytes that are no
/// UTF-8, and a path would then name another file.
enum ProcessArguments {
  /// A word that is not UTF-8.
  struct InvalidText: Error, CustomStringConvertible {
    /// Which word it is.
    let place: String
    let bytes: [UInt8]

    var description: String {
      "\(place) is '\(escaped)', which is not UTF-8; names of files have to be"
    }

    /// The text, with `\xFF` for each byte that is none.
    private var escaped: String {
      var rest = bytes[...]
      var text = ""
      while let first = rest.first {
        let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
        text +=
          length.map { String(decoding: rest.prefix($0), as: UTF8.self) }
          ?? "\\x" + String(first >> 4, radix: 16) + String(first & 15, radix: 16)
        rest = rest.dropFirst(length ?? 1)
      }
      return text
    }
  }

  /// All words, the program's name first.
  ///
  /// - Throws: ``InvalidText`` for the first that is not UTF-8, and for a working directory that is
  ///   not, in which relative paths could not be kept.
  static func read() throws -> [String] {
    let words = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    var arguments: [String] = []
    for word in words.compactMap({ $0 }) {
      let last = arguments.last ?? ""
      let place = last.hasPrefix("-") ? "what follows \(last)" : "argument \(arguments.count)"
      arguments.append(try text(word, place))
    }
    if let folder = getcwd(nil, 0) {
      defer { free(folder) }
      _ = try text(folder, "the working directory")
    }
    return arguments
  }

  private static func text(_ word: UnsafePointer<CChar>, _ place: String) throws -> String {
    if let text = String(validatingCString: word) { return text }
    let bytes = UnsafeRawBufferPointer(start: word, count: strlen(word))
    throw InvalidText(place: place, bytes: Array(bytes))
  }
}
