/// What an array is by its name: `x_train` is the `x` of the training set, `test_labels` the `labels` of the
/// test set.
struct NumPyName: Hashable {
  /// The part of a data set whose rows an array has.
  enum Part: Hashable, CaseIterable {
    case training, validation, test
    /// Not said: all rows.
    case whole
  }

  /// Names of features without the part's, in lower case.
  static let features: Set = [
    "x", "features", "feature", "images", "image", "data", "inputs", "input",
  ]
  /// Names of targets likewise.
  static let targets: Set = ["y", "targets", "target", "labels", "label", "classes", "class"]

  let part: Part
  /// The name without the part's, in lower case, with `_` for other signs.
  let stem: String

  private static let words: [(part: Part, words: [String])] = [
    (.training, ["training", "train"]), (.validation, ["validation", "valid", "val"]),
    (.test, ["testing", "test"]),
  ]

  init(_ part: Part, _ stem: String) { (self.part, self.stem) = (part, stem) }

  /// Takes a name apart. The part's name begins it or ends it, apart from the rest by `_`, `-`, `.` or a
  /// space; or without where the rest is a common one, as in `xtrain`.
  init(_ name: String) {
    let text = String(name.lowercased().map { "-. ".contains($0) ? "_" : $0 })
    for (part, words) in Self.words {
      for word in words {
        let rests = [
          text.hasPrefix(word) ? text.dropFirst(word.count) : nil,
          text.hasSuffix(word) ? text.dropLast(word.count) : nil,
        ]
        for case let rest? in rests {
          let stem = rest.trimming("_")
          let isApart = rest.count > stem.count || Self.isCommon(stem)
          if isApart && !stem.isEmpty {
            (self.part, self.stem) = (part, stem)
            return
          }
        }
      }
    }
    (part, stem) = (.whole, text)
  }

  private static func isCommon(_ stem: String) -> Bool {
    features.contains(stem) || targets.contains(stem)
  }
}

extension Substring {
  /// Without `character` at both ends.
  fileprivate func trimming(_ character: Character) -> String {
    let start = drop { $0 == character }
    return String(start.reversed().drop { $0 == character }.reversed())
  }
}
