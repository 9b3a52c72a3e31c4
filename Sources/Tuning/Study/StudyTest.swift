/// What the best network of a study does on rows that had no part in choosing it.
public struct StudyTest: Equatable, Sendable {
  /// The number of the trial whose network it is.
  public let trial: Int
  /// The share of rows that are classified rightly.
  public let accuracy: Double
  /// The mean loss without the penalty.
  public let loss: Double
  /// How many rows there are.
  public let rowCount: Int
  /// `Dataset.digest()` of the rows.
  public let digest: String

  /// The given measurement.
  public init(trial: Int, accuracy: Double, loss: Double, rowCount: Int, digest: String) {
    self.trial = trial
    self.accuracy = accuracy
    self.loss = loss
    self.rowCount = rowCount
    self.digest = digest
  }
}

/// In the journal it is a note, which programs that know nothing of it read over.
extension Study {
  private static let testKind = "test"
  private enum Key: String { case trial, accuracy, loss, rows, digest }

  /// What the best trial's network does on test data; nil where that was not measured.
  public var test: StudyTest? {
    guard let best, let note = notes.last(where: { $0.kind == Self.testKind }) else { return nil }
    func text(_ key: Key) -> String? { note.values[key.rawValue] }
    guard let trial = text(.trial).flatMap({ Int($0) }), trial == best.id,
      let accuracy = text(.accuracy).flatMap({ Double($0) }),
      let loss = text(.loss).flatMap({ Double($0) }),
      let rows = text(.rows).flatMap({ Int($0) }), let digest = text(.digest)
    else { return nil }
    return StudyTest(
      trial: trial, accuracy: accuracy, loss: loss, rowCount: rows, digest: digest)
  }

  /// Records what a trial's network does on test data.
  ///
  /// - Throws: `FileError` where the journal cannot be written.
  public func record(_ test: StudyTest) throws {
    let values: [Key: String] = [
      .trial: "\(test.trial)", .accuracy: "\(test.accuracy)", .loss: "\(test.loss)",
      .rows: "\(test.rowCount)", .digest: test.digest,
    ]
    try note(
      Self.testKind,
      Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) }))
  }
}
