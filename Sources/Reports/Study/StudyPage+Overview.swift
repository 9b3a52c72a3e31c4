import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// The figures that matter most, how far the study is, and what was searched.
  var overview: Report.Section {
    var blocks: [Report.Block] = [.figures(figures)]
    let choice = study.choiceInWords.map(Self.sentence)
    if !choice.isEmpty { blocks.append(.paragraph(choice.joined(separator: " "))) }
    blocks += states.map { .paragraph($0) }
    if let failure {
      blocks.append(.warning(failure))
    }
    blocks += study.edges.map { .warning(Self.sentence($0.description)) }
    if let best {
      let settings = best.parameters.entries.map {
        Report.Fact($0.name, $0.value.shortDescription)
      }
      blocks += [
        .paragraph(
          best.trials.count == 1
            ? "Trial \(best.id) is the best. Its settings:"
            : "The best are \(best.name). Their settings:"), .facts(settings),
      ]
    }
    blocks += [.paragraph("What was searched:"), .facts(searched)]
    return Report.Section("Overview", blocks)
  }

  private var figures: [Report.Fact] {
    let counts = study.counts
    var figures: [Report.Fact] = []
    if let best {
      let interval = study.bestInterval.map {
        ", 95 % interval \(decimal($0.lowerBound, 3))–\(decimal($0.upperBound, 3))"
      }
      figures.append(.init("best \(goalName)\(interval ?? "")", valueText(best)))
    }
    if let test = study.test {
      figures.append(.init("its test accuracy", readableNumber(test.accuracy)))
    }
    figures.append(.init("trials done", "\(counts[.done] ?? 0) of \(trials.count)"))
    for state in [Trial.State.diverged, .pruned, .failed, .running] {
      if let count = counts[state] { figures.append(.init(state.rawValue, "\(count)")) }
    }
    if let time = activeSeconds { figures.append(.init("time", readableTime(time))) }
    return figures
  }

  /// How long any trial ran, where that is known of all.
  var activeSeconds: Double? {
    let begun = trials.filter { $0.state.isFinal || !$0.measurements.isEmpty }
    if begun.isEmpty || begun.contains(where: { $0.began == nil }) { return nil }
    return study.activity.reduce(0) { $0 + $1.upperBound.timeIntervalSince($1.lowerBound) }
  }

  /// How far the study is, in sentences.
  private var states: [String] {
    let counts = study.counts
    var sentences: [String] = []
    if trials.isEmpty {
      sentences.append("The study has no trials.")
    } else if best == nil {
      let ended = trials.count(where: \.state.isFinal)
      if counts[.diverged] == trials.count {
        sentences.append(
          "All trials diverged, so that there is nothing to compare: lower learning rates, or "
            + "features of a smaller scale, may help.")
      } else {
        sentences.append(
          ended == 0 && !isUnderWay && trials.allSatisfy(\.measurements.isEmpty)
            ? "No trial has begun yet."
            : study.isOver ? "No trial is done." : "No trial is done yet.")
      }
    }
    if isUnderWay {
      sentences.append("The study is under way: this page shows it as it was when it was written.")
    } else if !study.isOver {
      sentences.append(
        "The study is not over: \(counted(counts[.waiting] ?? 0, "trial")) waiting.")
    }
    return sentences
  }

  /// How many trials failed, and why the first one did.
  private var failure: String? {
    let failed = trials.filter { $0.state == .failed }
    guard let first = failed.first else { return nil }
    return "\(counted(failed.count, "trial")) failed; trial \(first.id): \(first.message ?? "")"
  }

  /// What is the same in all trials, what is tried and how.
  private var searched: [Report.Fact] {
    let definition = study.definition
    var facts: [Report.Fact] = []
    if let context {
      facts.append(
        .init("data", context.data + (context.format.map { ", \($0.rawValue)" } ?? "")))
    }
    facts += definition.space.parameters.map { parameter in
      let condition = parameter.condition.sorted { $0.key < $1.key }.map { name, values in
        "\(name) is \(values.map(\.description).joined(separator: " or "))"
      }
      return .init(
        parameter.name,
        Self.words(for: parameter.domain)
          + (condition.isEmpty ? "" : " (where \(condition.joined(separator: " and ")))"))
    }
    if let repeats = definition.repeatsInWords { facts.append(.init("repeats", repeats)) }
    if let context {
      facts += context.fixed.sorted { $0.key < $1.key }.map { .init($0.key, "\($0.value) in all") }
    }
    facts.append(.init("goal", "\(goalName), \(direction)"))
    facts.append(.init("method", definition.method.words))
    facts.append(.init("pruning", definition.pruning.words))
    if let context { facts.append(.init("training", context.training.words)) }
    return facts
  }

  /// A domain with spaces between its values, where lines can break.
  private static func words(for domain: SearchSpace.Domain) -> String {
    guard case .values(let values) = domain else { return "\(domain)" }
    let texts = values.map(\.description)
    return texts.joined(separator: texts.contains { $0.contains(",") } ? "; " : ", ")
  }

  /// A text with a capital letter at its beginning and a full stop.
  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }
}
