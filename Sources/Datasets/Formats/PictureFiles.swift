import Foundation
import PerceptronFiles

/// The PNG files of a folder by part and class; see ``PictureFolder``.
struct PictureFiles {
  /// The folder of a class within a part.
  struct Class {
    let name: String
    let path: String
    /// The pictures, sorted by name.
    let paths: [String]
  }

  /// A folder with a folder for each class.
  struct Part {
    /// The classes, sorted by name.
    let classes: [Class]
  }

  private(set) var training: Part?
  private(set) var validation: Part?
  private(set) var test: Part?

  private static let trainingNames = ["train", "training"]
  private static let validationNames = ["validation", "valid", "val"]
  private static let testNames = ["test", "testing"]

  /// Lists the files of a folder.
  ///
  /// - Throws: `FileError` where a folder cannot be read, a part is there twice or another folder of
  ///   pictures beside the parts, a picture is in no class, or there are other files among pictures.
  init(in path: String) throws {
    let folders = try Self.folders(in: path)
    let parts = folders.filter { Self.isPart($0, in: path) }
    if parts.isEmpty {
      training = try Self.part(path)
      return
    }
    try Self.requireNoPictures(in: path, besides: "parts")
    for other in folders where !parts.contains(other) {
      if Self.hasPictures(join(path, other)) {
        throw FileError(
          join(path, other),
          "expected the parts train, validation and test, found another folder of pictures")
      }
    }
    func part(_ names: [String]) throws -> Part? {
      let found = parts.filter(names.contains)
      if found.count > 1 {
        throw FileError(
          path, "expected one folder for each part, found \(found.joined(separator: " and "))")
      }
      return try found.first.map { try Self.part(join(path, $0)) }
    }
    training = try part(Self.trainingNames)
    validation = try part(Self.validationNames)
    test = try part(Self.testNames)
    if training == nil && validation != nil {
      throw FileError(path, "expected a training set (train) beside the validation set, found none")
    }
  }

  /// Whether a folder has PNG pictures in folders of classes, by their names.
  static func areIn(_ path: String) -> Bool {
    guard let folders = try? folders(in: path) else { return false }
    return folders.contains { name in
      let folder = join(path, name)
      return hasPNG(folder) || isPart(name, in: path) && hasPictures(folder)
    }
  }

  /// Advice about a folder of pictures that is not one of PNG files by class, if it has any.
  static func advice(on path: String) -> String? {
    if (try? visibleNames(in: path))?.contains(where: isPNG) == true {
      return "pictures belong in a folder for each class, such as cat/1.png"
    }
    guard let folders = try? folders(in: path) else { return nil }
    let all = folders.map { join(path, $0) }.flatMap { folder in
      [folder] + ((try? Self.folders(in: folder)) ?? []).map { join(folder, $0) }
    }
    for folder in all {
      if let name = (try? visibleNames(in: folder))?.first(where: isPicture), !isPNG(name) {
        return conversion(of: name, in: folder)
      }
    }
    return nil
  }

  // MARK: - Folders

  /// Whether a folder is a part and not a class: it has the name of one, and folders in it.
  private static func isPart(_ name: String, in path: String) -> Bool {
    (trainingNames + validationNames + testNames).contains(name)
      && (try? folders(in: join(path, name)))?.isEmpty == false
  }

  /// Whether a folder has PNG pictures, in itself or in its folders.
  private static func hasPictures(_ path: String) -> Bool {
    guard let folders = try? folders(in: path) else { return false }
    return hasPNG(path) || folders.contains { hasPNG(join(path, $0)) }
  }

  /// Whether at least half of what is in a folder are PNG pictures by their names: a report of a run may
  /// have some, too.
  private static func hasPNG(_ path: String) -> Bool {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let names = all.filter { !isHidden($0) }
    return !names.isEmpty && 2 * names.count(where: isPNG) >= names.count
  }

  private static func part(_ path: String) throws -> Part {
    try requireNoPictures(in: path, besides: "folders of the classes")
    return Part(
      classes: try folders(in: path).map { name in
        let folder = join(path, name)
        return Class(name: name, path: folder, paths: try pictures(in: folder))
      })
  }

  /// The paths of the files of a class, which are all PNG pictures by their names.
  private static func pictures(in path: String) throws -> [String] {
    try visibleNames(in: path).map { name in
      let file = join(path, name)
      if isPNG(name) { return file }
      let kind = FileKind(of: file)
      throw FileError(
        file,
        "expected PNG pictures in the folder of a class, found \(kind?.description ?? "another file")"
          + (isPicture(name) ? "; \(conversion(of: name, in: path))" : ""))
    }
  }

  /// How to convert all pictures in a folder that are called like one that is not read.
  private static func conversion(of name: String, in path: String) -> String {
    let others = ShellCommand.line([path]) + "/*." + (name as NSString).pathExtension
    return "pictures are read as PNG; convert others and remove them, such as with ImageMagick: "
      + "mogrify -format png \(others) && rm \(others)"
  }

  private static func requireNoPictures(in path: String, besides others: String) throws {
    if let name = try visibleNames(in: path).first(where: isPicture),
      !isDirectory(join(path, name))
    {
      throw FileError(
        join(path, name),
        "expected pictures in folders of their classes, found one beside the \(others)")
    }
  }

  // MARK: - Names

  private static func isPNG(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") }

  private static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"]
      .contains { name.hasSuffix($0) }
  }

  /// Whether a name is hidden on any system.
  private static func isHidden(_ name: String) -> Bool {
    name.hasPrefix(".") || ["Thumbs.db", "desktop.ini", "__MACOSX"].contains(name)
  }

  /// The sorted names in a folder without hidden ones.
  private static func visibleNames(in path: String) throws -> [String] {
    try directoryNames(path).filter { !isHidden($0) }
  }

  private static func folders(in path: String) throws -> [String] {
    try visibleNames(in: path).filter { isDirectory(join(path, $0)) }
  }
}
