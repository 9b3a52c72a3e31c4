import Foundation
import PerceptronTuning
import PerceptronVisualization

struct StudyPage {
  let study: Study
  let folder: String?
  let details: StudyDetails
  let goal: Goal
  /// All trials by number, and the completed configurations from the best to the worst.
  let trials: [Trial], done: [Configuration]
  let best: Configuration?
  let board: Leaderboard
  let marginals: [MarginalEffect]
  let basis: EffectBasis
  /// The parameters with several values in trials that have begun; not being set counts as a value.
  let varied: [SearchSpace.Parameter]

  init(_ study: Study, folder: String?, details: StudyDetails) {
    self.study = study
    self.folder = folder
    self.details = details
    goal = study.definition.goal
    trials = study.trials
    best = study.bestConfiguration
    board = study.leaderboard
    done = board.filter(.done).configurations
    marginals = study.marginalEffects
    basis = study.effectBasis
    let begun = trials.filter { $0.state != .waiting || $0.value != nil }
    varied = study.definition.space.parameters.filter { parameter in
      Set(begun.map { $0.parameters[parameter.name] }).count > 1
    }
  }

  var title: String {
    guard let folder else { return "Study" }
    let name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    // Without a second "study" for a folder such as study-2.
    return name.lowercased().hasPrefix("study")
      ? name.prefix(1).uppercased() + name.dropFirst() : "Study \(name)"
  }

  var subtitle: String {
    let data = details.data.map { " on " + URL(fileURLWithPath: $0).lastPathComponent } ?? ""
    let head = "\(study.trialCountText)\(data)"
    return trials.isEmpty ? head : "\(head): \(study.countsText)"
  }

  var isUnderWay: Bool { trials.contains { $0.state == .running } }

  var goalName: String { goal.title }

  /// Such as `higher is better`.
  var direction: String { goal.direction == .maximize ? "higher is better" : "lower is better" }

  /// The number of decimals of values in charts: three for shares of 1.
  var digits: Int {
    let largest = done.compactMap(\.result?.value.magnitude).max() ?? 0
    if largest == 0 { return 3 }
    return Int(min(max(3 - log10(largest).rounded(.up), 0), 9))
  }

  /// The values of the first and the last color: the worst and the best result, at least a tenth
  /// of the larger one apart, so that similar results have similar colors.
  func colorRange(of values: [Double]) -> ClosedRange<Double>? {
    guard let least = values.min(), let most = values.max() else { return nil }
    let span = 0.1 * max(abs(least), abs(most))
    let (low, high) =
      goal.direction == .maximize
      ? (min(least, most - span), most) : (least, max(most, least + span))
    return low.isFinite && high.isFinite ? low...high : least...most
  }

  /// The position of a result between the ends of the colors, from 0 to 1.
  func shade(of value: Double) -> Double? {
    guard let range = colorRange(of: done.compactMap(\.result?.value)),
      range.lowerBound < range.upperBound
    else { return nil }
    // Halved, since the difference may overflow.
    let (low, high) = (range.lowerBound / 2, range.upperBound / 2)
    return min(max((value / 2 - low) / (high - low), 0), 1)
  }

  static func fileName(_ parts: String...) -> String {
    let text = parts.joined(separator: "-").unicodeScalars.map { scalar -> Character in
      let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
      return isLetter || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
    }
    return String(String(text).split(separator: "-").joined(separator: "-").prefix(60))
  }

  /// The first names of a list, such as `a, b and 3 more`.
  static func listed(_ names: [String], most: Int = 4) -> String {
    if names.count <= most { return names.joined(separator: ", ") }
    return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
  }
}

extension Report {
  /// Creates the page of a study: its best trials, and the effect of each hyperparameter.
  ///
  /// The study may be in any state; sections without contents are left out or say why. Running
  /// trials are taken to be running now, as ``Study/current(at:)`` ensures.
  ///
  /// - Parameters:
  ///   - folder: the study's folder as shown on the page; nil for a study in memory.
  ///   - details: the parts that the study itself does not have.
  public init(of study: Study, in folder: String?, details: StudyDetails = StudyDetails()) {
    let page = StudyPage(study, folder: folder, details: details)
    self.init(
      title: page.title, subtitle: page.subtitle,
      sections: [
        page.overview, page.leaderboard, page.progress, page.coordinates, page.effects, page.pairs,
        page.learningCurves, page.timeline, page.files,
      ].compactMap { $0 })
  }
}

extension StudyPage {
  var files: Report.Section? {
    guard let folder else { return nil }
    let slash = folder.hasSuffix("/") ? "" : "/"
    let own = study.shards.first.map { "shard-*-of-\($0.shard.count)/" } ?? ""
    var facts = [Report.Fact("journal", folder + slash + own + Study.journalName)]
    let best = (try? Study.bestPath(at: folder)) ?? folder + slash + Study.bestName
    if FileManager.default.fileExists(atPath: best) { facts.append(.init("best network", best)) }
    let commands = details.commands.flatMap { command -> [Report.Block] in
      [.paragraph(command.purpose), .code(command.line)]
    }
    return Report.Section("Files and commands", [.facts(facts)] + commands)
  }
}

/// The parts of a study's page that the study itself does not have.
public struct StudyDetails: Sendable {
  /// A command line with its purpose.
  public struct Command: Sendable {
    /// The purpose, as a heading, and the line.
    public var purpose: String, line: String

    /// Creates a command line.
    public init(purpose: String, line: String) { (self.purpose, self.line) = (purpose, line) }
  }

  /// The data set's name or folder, and its format.
  public var data: String?, format: String?
  /// The settings that all trials share, by name.
  public var fixed: [String: String]
  /// How networks are trained.
  public var training: NetworkSearch.Method?
  /// The command lines that go on with the study and its best trial.
  public var commands: [Command]

  /// Creates the details that are known.
  public init(
    data: String? = nil, format: String? = nil, fixed: [String: String] = [:],
    training: NetworkSearch.Method? = nil, commands: [Command] = []
  ) {
    self.data = data
    self.format = format
    self.fixed = fixed
    self.training = training
    self.commands = commands
  }
}
