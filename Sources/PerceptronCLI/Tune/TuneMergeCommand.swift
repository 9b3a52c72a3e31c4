import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `perceptron tune merge`.
struct TuneMergeCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Make one study of the shards in a folder.",
    usage: "perceptron tune merge <folder> [--quiet]",
    discussion: """
      `perceptron tune --shard 2/4` trains a part of a study, in the subfolder shard-2-of-4. This command \
      writes the journal of the whole study and its best network, and removes the subfolders. The results \
      are those of a study that one process has trained, bit for bit, except for which trials --prune \
      stops. Without it, `perceptron tune show`, `export`, `report`, `evaluate` and `predict` take the \
      shards for one study, also while they run; --trials and --tensorboard need it.

      A shard that is running is refused. Trials of shards that are interrupted or have not begun wait; \
      `perceptron tune --resume` trains them from their start. A merge that was killed is completed by \
      another one.
      """,
    helpNames: .shortAndLong)

  static let examples = [
    CommandExample("Merge the shards of a study.", "perceptron tune merge runs/study"),
    CommandExample("Merge them without a summary.", "perceptron tune merge runs/study --quiet"),
  ]

  @Argument(help: "Folder of the study.") var folder: String
  @Flag(help: "Print only errors.") var quiet = false

  func run() throws {
    let before = try StudyFolder.read(folder).study
    for shard in Study.shards(at: folder) {
      try FolderViews(folder: shard.path(in: folder)).removePages(isQuiet: quiet)
    }
    Interruption.install()
    let (study, kept) = try Interruption.deferred { try Study.merge(at: folder) }
    if !before.shards.isEmpty { try FolderViews(folder: folder).removePages(isQuiet: quiet) }
    for path in kept { Console.error("\(path) contains other files and is kept") }
    if quiet { return }
    try Console.output(text(of: study, before).joined(separator: "\n"))
  }

  /// - Parameter before: the study as it was before its shards were merged.
  private func text(of study: Study, _ before: Study) -> [String] {
    let report = StudyReport(study, folder: folder)
    let merged = before.shards.count { $0.state != .missing }
    var lines = [
      merged == 0 ? "there are no shards to merge" : "merged \(counted(merged, "shard"))",
      "\(study.trialCountText): \(study.countsText)",
    ]
    if study.best != nil {
      lines += ["", report.leaderboard(top: 10), ""] + study.choiceText + report.commandLines
    }
    if !study.isOver {
      lines.append((before.shardsText + [report.advice]).joined(separator: "; "))
    }
    return lines + FolderViews(folder: folder).commands(tensorBoard: false)
  }
}
