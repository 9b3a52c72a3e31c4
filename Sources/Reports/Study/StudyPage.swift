import Foundation
import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

/// What the parts of a study's page share.
struct StudyPage {
  let study: Study
  let folder: String?
  let context: TuneContext?
  let goal: Goal
  /// All trials by their numbers, and those that are done from the best to the worst, repeats as one.
  let trials: [Trial], done: [Configuration]
  let best: Configuration?
  let board: Leaderboard
  let marginals: [MarginalEffect]
  /// Where the effects of settings are told from.
  let basis: EffectBasis
  /// The parameters of which trials that have begun have more than one value, counting that of not
  /// being set.
  let varied: [SearchSpace.Parameter]

  init(_ study: Study, folder: String?) {
    self.study = study
    self.folder = folder
    context = TuneContext(of: study)
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
    // A folder that is called study, or study-2, says so itself.
    return name.lowercased().hasPrefix("study")
      ? name.prefix(1).uppercased() + name.dropFirst() : "Study \(name)"
  }

  var subtitle: String {
    let data = context.map { " on " + URL(fileURLWithPath: $0.data).lastPathComponent } ?? ""
    let head = "\(study.trialCountInWords)\(data)"
    return trials.isEmpty ? head : "\(head): \(study.countsInWords)"
  }

  var isUnderWay: Bool { trials.contains { $0.state == .running } }

  /// What trials are compared by, in words.
  var goalName: String { goal.name.replacing("_", with: " ") }

  /// Such as `higher is better`.
  var direction: String { goal.direction == .maximize ? "higher is better" : "lower is better" }

  /// How many digits after the point tell values apart beside one another: three for shares of 1.
  var digits: Int {
    let largest = done.compactMap(\.result?.value.magnitude).max() ?? 0
    if largest == 0 { return 3 }
    return Int(min(max(3 - log10(largest).rounded(.up), 0), 9))
  }

  /// What the first and the last colour mean: the worst and the best of some results, but a tenth of
  /// the larger one apart at least, so that results that hardly differ look alike.
  func colorRange(of values: [Double]) -> ClosedRange<Double>? {
    guard let least = values.min(), let most = values.max() else { return nil }
    let span = 0.1 * max(abs(least), abs(most))
    let (low, high) =
      goal.direction == .maximize
      ? (min(least, most - span), most) : (least, max(most, least + span))
    return low.isFinite && high.isFinite ? low...high : least...most
  }

  /// Where a result lies between the ends of the colours, 0 to 1.
  func shade(of value: Double) -> Double? {
    guard let range = colorRange(of: done.compactMap(\.result?.value)),
      range.lowerBound < range.upperBound
    else { return nil }
    // Halves, because the difference may overflow.
    let (low, high) = (range.lowerBound / 2, range.upperBound / 2)
    return min(max((value / 2 - low) / (high - low), 0), 1)
  }

  /// A name of a chart's files: letters, digits and hyphens of what it is about.
  static func fileName(_ parts: String...) -> String {
    let text = parts.joined(separator: "-").unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.isASCII && scalar.properties.isAlphabetic
        || ("0"..."9").contains(scalar)
      return isPlain ? Character(scalar) : "-"
    }
    return String(String(text).split(separator: "-").joined(separator: "-").prefix(60))
  }

  /// The first names of a list in words, such as `a, b and 3 more`.
  static func listed(_ names: [String], most: Int = 4) -> String {
    if names.count <= most { return names.joined(separator: ", ") }
    return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
  }
}
