import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// The maximum number of lines of completed trials, and of diverged ones.
  private static let lineCount = 400, grayCount = 100
  private static let axisCount = 10
  /// The approximate maximum number of ticks of an axis.
  private static let tickCount = 12

  /// A line for each trial across the parameters to its result.
  var coordinates: Report.Section? {
    guard varied.count > 1, done.count > 1 else { return nil }
    let axes = mostImportant(Self.axisCount)
    let bright = Array(done.prefix(Self.lineCount))
    let gray = board.filter(.diverged).configurations.prefix(Self.grayCount)
    let values = bright.compactMap(\.result?.value)
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    // The best lines are drawn last, in front.
    let lines = (Array(gray) + bright.reversed()).map { trial in
      Chart.ParallelCoordinates.Line(
        trial.name,
        positions: axes.map { trial.parameters[$0.name].flatMap($0.domain.position) } + [
          trial.result.map {
            least == most ? 0.5 : ($0.value / 2 - least / 2) / (most / 2 - least / 2)
          }
        ],
        value: trial.result?.value,
        details: axes.map { axis in
          "\(axis.name): \(trial.parameters[axis.name]?.shortDescription ?? "–")"
        } + [
          "\(goalName): \(trial.result.map { readableNumber($0.value) } ?? trial.state.rawValue)"
        ])
    }
    let dimensions =
      axes.map(dimension) + [
        .init(
          goalName,
          ticks: least == most
            ? [.init(0.5, readableNumber(least))]
            : [.init(0, readableNumber(least)), .init(1, readableNumber(most))])
      ]
    let chart = Chart(
      title: "Settings and results",
      summary: "\(counted(bright.count, "trial")) that are done, colored by \(goalName) from "
        + "\(readableNumber(least)) to \(readableNumber(most))"
        + (gray.isEmpty ? "" : ", and \(gray.count) that diverged, in gray")
        + ", across \(Self.listed(axes.map(\.name), most: Self.axisCount)).",
      .parallelCoordinates(
        .init(
          dimensions: dimensions, lines: lines, valueLabel: goalName, range: colorRange(of: values))
      ))
    var blocks: [Report.Block] = [.charts([.init("parallel-coordinates", chart, isWide: true)])]
    let notes = notes(axes: axes.count, bright: bright.count, gray: gray.count)
    if !notes.isEmpty { blocks.append(.paragraph(notes.joined(separator: " "))) }
    return Report.Section("Settings and results", blocks)
  }

  private func notes(axes: Int, bright: Int, gray: Int) -> [String] {
    let diverged = board.filter(.diverged).configurations.count
    return [
      gray > 0
        ? "Gray lines are of trials that diverged"
          + (gray < diverged ? " (the first \(gray))." : ".")
        : nil,
      bright < done.count ? "Only the best \(bright) of \(done.count) trials are drawn." : nil,
      axes < varied.count
        ? "Only the \(axes) most important of \(varied.count) parameters have axes." : nil,
    ].compactMap { $0 }
  }

  /// At most `count` of the parameters that vary, the most important ones, in the order of the
  /// space.
  func mostImportant(_ count: Int) -> [SearchSpace.Parameter] {
    if varied.count <= count { return varied }
    let importance = Dictionary(
      uniqueKeysWithValues: marginals.map { ($0.name, $0.importance ?? 0) })
    let kept = Set(
      varied.map(\.name).stablySorted { importance[$0] ?? 0 > importance[$1] ?? 0 }.prefix(count))
    return varied.filter { kept.contains($0.name) }
  }

  private func dimension(
    _ parameter: SearchSpace.Parameter
  ) -> Chart.ParallelCoordinates.Dimension {
    let values: [ParameterValue] =
      switch parameter.domain {
      case .values(let all): all
      case .numbers(let lower, let upper, _, _): [.number(lower), .number(upper)]
      case .integers(let lower, let upper, _, _): [.integer(lower), .integer(upper)]
      }
    let ticks = values.compactMap { value in
      parameter.domain.position(of: value).map {
        Chart.ParallelCoordinates.Dimension.Tick($0, value.shortDescription)
      }
    }.stablySorted { $0.position < $1.position }
    // A long list gets ticks at both ends and some between.
    let stride = (ticks.count + Self.tickCount - 1) / Self.tickCount
    let written = ticks.indices.filter { $0 % max(stride, 1) == 0 || $0 == ticks.count - 1 }
    return .init(parameter.name, ticks: written.map { ticks[$0] })
  }
}
