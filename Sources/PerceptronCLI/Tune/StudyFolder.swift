import Perceptron

/// The folder of a study, with its error messages.
enum StudyFolder {
  /// Throws `FileError` unless there is a folder with a study at `path`.
  static func demand(_ path: String) throws {
    try requireFolder(path, of: "a study")
    if !Study.exists(at: path) {
      throw FileError(path, "holds no study; `perceptron tune` starts one")
    }
  }

  /// The study in the folder at `path`, and whether a process runs it. If none does, trials that have
  /// begun and not ended wait.
  static func read(_ path: String) throws -> (study: Study, isUnderWay: Bool) {
    try demand(path)
    return try Study.current(at: path)
  }

  /// Throws `FileError` if the study in the folder is divided into shards.
  static func demandWhole(_ path: String, otherwise: String = "") throws {
    guard let shard = Study.shards(at: path).first else { return }
    let resumption = StudyCommands.resumption(of: path, shard)
    throw FileError(
      path,
      "holds a study of \(counted(shard.count, "shard")); resume each, as in `\(resumption)`, or merge "
        + "them first with `\(StudyCommands.merger(of: path))`\(otherwise)")
  }

  /// What a folder already holds in which a study should begin, and how to continue that.
  static func describe(
    _ path: String, expected: StudyDefinition, trials: [Assignment]
  ) throws -> String {
    let resumption = "`\(StudyCommands.resumption(of: path))`"
    do {
      let study = try Study.resume(at: path, expecting: expected, trials: trials)
      let left = study.trials.count { !$0.state.isFinal }
      return "holds this study already, "
        + (left == 0
          ? "which has ended; see `\(ShellCommand.line(["perceptron", "tune", "show", path]))`"
          : "\(left) of \(study.trials.count) trials are left; resume it with \(resumption)")
    } catch let difference as StudyDifference {
      return "holds another study, in which \(difference.name) is \(difference.recorded), not "
        + "\(difference.expected); resume that one with \(resumption)"
    }
  }
}

/// The command lines that continue with a study in a folder, and with its best trial.
struct StudyCommands {
  private let study: Study
  private let folder: String
  private let context: TuneContext?

  init(_ study: Study, in folder: String) {
    self.study = study
    self.folder = folder
    context = TuneContext(of: study)
  }

  /// Trains the best trial's network alone; nil for another program's study.
  var train: String? { study.best.flatMap { context?.trials.trainCommand(of: $0.parameters) } }

  /// Measures the best network on the study's test data, which it has if the study was measured on it.
  var evaluate: String? {
    context == nil || study.best == nil || study.test == nil
      ? nil : ShellCommand.line(["perceptron", "evaluate", folder])
  }

  /// Continues a study that `perceptron tune` began and that is not over; of a study in shards, the
  /// first that is interrupted or missing.
  var resume: String? {
    if context == nil || study.isOver { return nil }
    if study.shards.isEmpty { return Self.resumption(of: folder) }
    return waitingShard.map { Self.resumption(of: folder, $0) }
  }

  /// The first shard that is interrupted or missing.
  var waitingShard: StudyShard? {
    study.shards.first { $0.state == .interrupted || $0.state == .missing }?.shard
  }

  /// Merges the shards, if the study has any.
  var merge: String? { study.shards.isEmpty ? nil : Self.merger(of: folder) }

  static func resumption(of folder: String, _ shard: StudyShard? = nil) -> String {
    ShellCommand.line(
      ["perceptron", "tune", "--resume", folder] + (shard.map { ["--shard", $0.text] } ?? []))
  }

  static func merger(of folder: String) -> String {
    ShellCommand.line(["perceptron", "tune", "merge", folder])
  }

  /// Writes all trials as a table.
  var export: String {
    ShellCommand.line(["perceptron", "tune", "export", folder, "--output", "trials.csv"])
  }
}

extension StudyDetails {
  /// The data and the next commands, for the page of a study in a folder.
  init(of study: Study, in folder: String) {
    let commands = StudyCommands(study, in: folder)
    let isUnderWay = study.trials.contains { $0.state == .running }
    let context = TuneContext(of: study)
    self.init(
      data: context?.trials.source, format: context?.trials.format?.rawValue,
      fixed: context?.trials.fixed ?? [:], training: context?.training,
      commands: [
        (
          "Resume \(commands.waitingShard.map { "\($0)" } ?? "the study"):",
          isUnderWay && study.shards.isEmpty ? nil : commands.resume
        ),
        ("Make one study of its shards:", commands.merge),
        ("Train the best trial's network alone:", commands.train),
        ("Measure the best network on test data:", commands.evaluate),
        ("Write all trials as a table:", commands.export),
      ].compactMap { purpose, line in line.map { .init(purpose: purpose, line: $0) } })
  }
}
