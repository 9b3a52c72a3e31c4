import Foundation
import PerceptronFiles

/// Which arrays are the features and the targets of which part of a data set.
struct NumPyRoles {
  struct Pair: Hashable {
    var features: String
    var targets: String
  }

  private(set) var training: Pair?
  private(set) var validation: Pair?
  private(set) var test: Pair?

  /// Finds the roles by the arrays' names, or by what is chosen.
  ///
  /// Features and targets that are chosen are those of the training set. Arrays that are named alike, with
  /// `test` in place of `train`, are the test set if both are there, and so with `val`.
  ///
  /// - Throws: `FileError` where there are no features or no targets, or several to choose from, or one
  ///   array of a pair is missing.
  init(of source: NumPySource, _ options: ReadingOptions) throws {
    if options.targets.count > 1 {
      throw FileError(
        source.path,
        "expected one array of targets, found \(options.targets.joined(separator: ", ")); several "
          + "targets are the columns of one array")
    }
    let (features, targets) = (
      try NumPyRole.features(of: source, chosen: options.features),
      try NumPyRole.targets(of: source, chosen: options.targets.first)
    )
    let isChosen = options.features != nil || !options.targets.isEmpty
    /// The arrays of the first of some parts that has any, or nil.
    func pair(_ parts: NumPyName.Part...) throws -> Pair? {
      let names = (
        features: try features.name(in: parts), targets: try targets.name(in: parts)
      )
      switch names {
      case (nil, nil): return nil
      case (let features?, let targets?): return Pair(features: features, targets: targets)
      case (let name?, nil), (nil, let name?):
        // What is chosen need not have a test set.
        if isChosen && parts.first != .training { return nil }
        let missing = names.features == nil ? features : targets
        throw FileError(
          source.path,
          "found \(name), expected its \(missing.what) beside it, found \(source.list); choose an "
            + "array with `\(missing.option)`")
      }
    }
    training = try pair(.training, .whole)
    validation = try pair(.validation)
    test = try pair(.test)
  }
}

/// The arrays of features, or of targets, of all parts.
struct NumPyRole {
  /// `features` or `targets`.
  let what: String
  /// The option that chooses them.
  let option: String
  /// The array that is chosen, if any is.
  private let chosen: String?
  /// What the names of the parts' arrays have in common.
  private let stem: String
  private let source: NumPySource

  /// Features, which are a single array's whatever its name.
  static func features(of source: NumPySource, chosen: String?) throws -> NumPyRole {
    let single = source.names.count == 1 ? source.names[0] : nil
    let isTargets = single.map { NumPyName.targets.contains(NumPyName($0).stem) } ?? true
    return try NumPyRole(
      "features", option: "features", chosen: chosen ?? (isTargets ? nil : single),
      among: NumPyName.features, of: source)
  }

  /// Targets.
  static func targets(of source: NumPySource, chosen: String?) throws -> NumPyRole {
    try NumPyRole(
      "targets", option: "target", chosen: chosen, among: NumPyName.targets, of: source)
  }

  private init(
    _ what: String, option: String, chosen: String?, among common: Set<String>,
    of source: NumPySource
  ) throws {
    (self.what, self.option, self.chosen, self.source) = (what, option, chosen, source)
    if let chosen {
      let file = (chosen as NSString).lastPathComponent
      let name = NumPyName(NumPySource.arrayName(file) ?? file)
      // The other parts of a test set are not sought.
      stem = [.training, .whole].contains(name.part) ? name.stem : ""
      return
    }
    let candidates = source.names.filter { common.contains(NumPyName($0).stem) }
    let stems = Set(candidates.map { NumPyName($0).stem })
    guard let stem = stems.first, stems.count == 1 else {
      let example = common.contains("x") ? "x_train" : "y_train"
      let expected =
        stems.isEmpty
        ? "expected an array of \(what), such as \(example), found \(source.list)"
        : "expected one array of \(what), found \(candidates.joined(separator: ", "))"
      throw FileError(source.path, "\(expected); choose one with `\(option)`")
    }
    self.stem = stem
  }

  /// The array of the first of some parts that has one; nil for none.
  func name(in parts: [NumPyName.Part]) throws -> String? {
    if let chosen, parts.contains(.training) { return chosen }
    for part in parts {
      let names = source.names.filter { NumPyName($0) == NumPyName(part, stem) }
      if names.count > 1 {
        throw FileError(
          source.path,
          "expected one array of \(what), found \(names.joined(separator: ", ")); choose one with "
            + "`\(option)`")
      }
      if let name = names.first { return name }
    }
    return nil
  }
}
