import Foundation
import PerceptronFiles

/// The NumPy arrays of a `.npz` archive, of a folder of `.npy` files, or of a single such file, by name.
struct NumPySource {
  private enum Place {
    case archive(NumPyArchive)
    /// The paths of files by their names.
    case files([String: String])
  }

  /// The archive's, the folder's or the file's path.
  let path: String
  /// The arrays' names, without `.npy`: those of an archive in its order, those of files sorted.
  let names: [String]
  private let place: Place

  /// Lists the arrays at `path`; throws a `FileError` where an archive's directory or a folder cannot be
  /// read.
  init(_ path: String) throws {
    self.path = path
    if isDirectory(path) {
      // A plain file goes before its compressed copy.
      let found = try fileNames(path).compactMap { file in
        Self.arrayName(file).map { (name: $0, path: join(path, file)) }
      }
      let files = Dictionary(found.map { ($0.name, $0.path) }) { $0.count < $1.count ? $0 : $1 }
      names = files.keys.stablySorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      place = .files(files)
    } else if path.lowercased().hasSuffix(".npz") {
      let archive = try NumPyArchive(readingFrom: path)
      names = archive.names
      place = .archive(archive)
    } else {
      let file = (path as NSString).lastPathComponent
      let name = Self.arrayName(file) ?? file
      names = [name]
      place = .files([name: path])
    }
  }

  /// The name of the array in a file; nil where the file's name is not that of one.
  static func arrayName(_ file: String) -> String? {
    let lower = file.lowercased()
    return [".npy", ".npy.gz"].first { lower.hasSuffix($0) && lower.count > $0.count }
      .map { String(file.dropLast($0.count)) }
  }

  /// Opens an array.
  ///
  /// - Parameter name: its name, with or without `.npy`, or else the path of a `.npy` file; a path that is
  ///   not there from here is looked for in the folder of the data.
  /// - Throws: `FileError` where there is no such array, it cannot be read, or it holds anything but
  ///   numbers.
  func array(named name: String) throws -> NumPyArray {
    let short = Self.arrayName(name)
    let inner = names.first { $0 == name } ?? names.first { $0 == short }
    if let inner {
      switch place {
      case .archive(let archive): return try archive.array(named: inner)
      case .files(let files): return try NumPyArray(readingFrom: files[inner] ?? inner)
      }
    }
    let folder = isDirectory(path) ? path : (path as NSString).deletingLastPathComponent
    for path in [name, join(folder, name)]
    where short != nil && FileManager.default.fileExists(atPath: path) {
      return try NumPyArray(readingFrom: path)
    }
    throw FileError(path, "expected an array named \(name), found \(list)")
  }

  /// The names, for messages.
  var list: String {
    if names.isEmpty { return "no arrays" }
    return names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }
}
