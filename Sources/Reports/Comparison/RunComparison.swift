import PerceptronDatasets
import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

/// A comparison of runs: the settings in which they differ, and their results.
public struct RunComparison: Sendable {
  /// A run with its name.
  public struct Entry: Sendable {
    /// The name, unique in the comparison.
    public var name: String
    /// The records of the run.
    public var run: TrainingRun

    /// Creates an entry.
    public init(_ name: String, _ run: TrainingRun) {
      self.name = name
      self.run = run
    }
  }

  /// A row of values, one for each run.
  public struct Row: Hashable, Sendable, Codable {
    /// The name.
    public var name: String
    /// The value of each run as text; `–` for none.
    public var values: [String]
  }

  /// The runs.
  public var entries: [Entry]

  /// Creates a comparison.
  ///
  /// - Precondition: there is at least one run.
  public init(_ entries: [Entry]) {
    precondition(!entries.isEmpty, "RunComparison: no runs")
    self.entries = entries
  }

  private var records: [RunRecord] { entries.map(\.run.record) }
  static let none = "–"

  /// The settings, data and machines in which the runs differ; numbers with all digits.
  public var differences: [Row] {
    let lists = records.map { RunSetting.all(of: $0.settings, seed: $0.seed) }
    let settings = lists.map { Dictionary($0.map { ($0.name, $0) }) { $1 } }
    let names = lists.joined().reduce(into: [String]()) { names, setting in
      if !names.contains(setting.name) { names.append(setting.name) }
    }
    var rows = names.map { name in
      Row(
        name: name,
        values: settings.map { all in
          all[name].map { if case .flag = $0.value { $0.text } else { $0.value.description } }
            ?? Self.none
        })
    }
    rows.append(row("data digest") { $0.dataSource.map { String($0.digest.prefix(12)) } })
    rows.append(row("processor") { $0.machine.processor })
    rows.append(row("BLAS") { "\($0.machine.blas), \($0.machine.blasCore)" })
    rows.append(row("BLAS threads") { "\($0.machine.blasThreads)" })
    let differing = rows.filter { Set($0.values).count > 1 }
    if differing.isEmpty && Set(records.map(\.settings)).count > 1 {
      // Settings without rows must not go unnoticed.
      let kinds = records.map(\.settings)
      return [
        Row(
          name: "other settings, see run.json",
          values: kinds.map { "as run \((kinds.firstIndex(of: $0) ?? 0) + 1)" })
      ]
    }
    return differing
  }

  /// The results of the runs.
  public var results: [Row] {
    let rows =
      [
        row("status") { $0.results.status.rawValue },
        row("iterations") { "\($0.results.iterations)" },
        row("stopped early") { $0.results.stoppedEarly ? "yes" : "no" },
        row("weights of iteration") { $0.results.bestIteration.map { "\($0)" } },
        row(hasPenalty ? "last batch's loss, with penalty" : "last batch's loss") {
          $0.results.finalLoss.map(readableNumber)
        },
        row("training loss" + (hasPenalty ? ", without penalty" : "")) {
          $0.results.trainLoss.map(readableNumber)
        },
        row("validation loss" + (hasPenalty ? ", without penalty" : "")) {
          $0.results.validationLoss.map(readableNumber)
        },
      ] + metricRows + [
        row("time") { readableTime($0.seconds) },
        row("median iteration") { $0.secondsPerIteration.map(readableTime) },
      ]
    return rows.filter { $0.values.contains { $0 != Self.none } }
  }

  /// Whether some run's batches have a penalty in their losses.
  var hasPenalty: Bool { records.contains { $0.settings.training.penalty != .none } }

  /// The metrics that the runs have, in the order of `Metric.allCases`.
  var metrics: [Metric] {
    Metric.allCases.filter { metric in
      metric != .loss
        && entries.contains { entry in
          let results = entry.run.record.results
          return results.training?[metric] != nil || results.validation?[metric] != nil
            || entry.run.history.epochs.contains {
              $0.batch[metric] != nil || $0.validation?[metric] != nil
            }
        }
    }
  }

  /// A row for each metric of the saved networks on the training rows and one on the validation rows.
  private var metricRows: [Row] {
    metrics.flatMap { metric in
      let text = RunPage.text(of: metric)
      return [
        row(Self.name("training", metric)) { $0.results.training?[metric].map(text) },
        row(Self.name("validation", metric)) { $0.results.validation?[metric].map(text) },
      ]
    }
  }

  private static func name(_ part: String, _ metric: Metric) -> String {
    "\(part) \(metric.title)"
  }

  /// The metric that a row of the results has; nil for other rows.
  static func metric(of row: Row) -> Metric? {
    Metric.allCases.first { metric in
      metric != .loss
        && ["training", "validation"].contains { name($0, metric) == row.name }
    }
  }

  private func row(_ name: String, _ value: (RunRecord) -> String?) -> Row {
    Row(name: name, values: records.map { value($0) ?? Self.none })
  }

  /// What is not comparable, a sentence each.
  public var cautions: [String] {
    let digests = records.map { $0.dataSource?.digest }
    let unknown = zip(entries, digests).filter { $1 == nil }.map(\.0.name)
    let losses = Set(
      records.map {
        "\($0.settings.network.loss), \($0.settings.training.penalty), "
          + ($0.settings.classWeights?.description ?? "")
      })
    let kinds = records.map(\.settings.task).reduce(into: [TargetKind]()) { kinds, kind in
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    let isSameKind = kinds.count == 1
    return [
      isSameKind
        ? nil
        : "The runs predict different kinds of targets, \(Self.list(kinds.map(\.rawValue))): their "
          + "losses and metrics are not comparable.",
      isSameKind && Set(digests.compactMap { $0 }).count > 1
        ? "The runs were trained on different data: their losses and metrics are not comparable."
        : !isSameKind || unknown.isEmpty
          ? nil
          : "It is unknown whether the runs were trained on the same data: the record of "
            + "\(unknown.joined(separator: ", ")) does not say.",
      isSameKind && Set(records.map { Self.heldOut($0.settings) }).count > 1
        ? "The runs held out different rows: their validation metrics are not comparable." : nil,
      isSameKind && losses.count > 1
        ? "The runs have different loss functions, penalties or class weights: their losses are not "
          + "comparable." : nil,
    ].compactMap { $0 }
  }

  private static func list(_ words: [String]) -> String {
    words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }

  private static func heldOut(_ settings: Experiment) -> String {
    "\(settings.validation) \(settings.split) \(settings.fold?.description ?? "") "
      + (settings.test.map { "\($0.size) \($0.rule)" } ?? "")
  }
}
