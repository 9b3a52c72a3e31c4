import Foundation
import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// Where the study's files are, and the command lines to go on with.
  var files: Report.Section? {
    guard let folder else { return nil }
    let commands = StudyCommands(study, in: folder)
    let slash = folder.hasSuffix("/") ? "" : "/"
    var facts = [Report.Fact("everything that happened", folder + slash + Study.journalName)]
    let best = folder + slash + Study.bestName
    if FileManager.default.fileExists(atPath: best) { facts.append(.init("best network", best)) }
    let lines = [
      ("Go on with the study:", isUnderWay ? nil : commands.resume),
      ("Train the best trial's network alone:", commands.train),
      ("Measure the best network on test data:", commands.evaluate),
      ("Write all trials as a table:", commands.export),
    ]
    return Report.Section(
      "Files and commands",
      [.facts(facts)]
        + lines.flatMap { text, command -> [Report.Block] in
          command.map { [.paragraph(text), .command($0)] } ?? []
        })
  }
}
