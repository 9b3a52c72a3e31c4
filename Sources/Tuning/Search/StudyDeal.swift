import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining

/// The trials of a study, dealt to several processes that train a part each.
///
/// The parts are a function of the study, the settings and their number alone. The trials of a point,
/// and those that are one run, stay together. Points are in the order of the batches that they share,
/// and cut so that the parts cost nearly the same: networks that can be trained side by side are in one
/// part, or in two or more that are next to each other.
public struct StudyDeal: Sendable, Equatable {
  /// The trials of one process.
  public struct Part: Sendable, Equatable {
    /// The numbers of the trials in order; empty if there are fewer points than parts.
    public internal(set) var trials: [Int] = []
    /// The floating-point operations of training them, in the layers' products.
    public internal(set) var operations = 0.0
  }

  /// The parts, as many as were asked for.
  public let parts: [Part]
}

extension NetworkSearch {
  /// Deals the trials of the study to `count` processes, those that have ended among them.
  ///
  /// - Precondition: `count` is at least 1.
  public func dealt(to count: Int) -> StudyDeal {
    // A shard finds the best network only of points that it has all trials of.
    dealt(to: count, keeping: study.configurations.map { $0.trials.map(\.id) })
  }

  /// - Parameter points: trials that stay together, such as those of each point.
  private func dealt(to count: Int, keeping points: [[Int]]) -> StudyDeal {
    require(count >= 1, "NetworkSearch: trials dealt to \(count)")
    let cells = SearchWork.cells(points, settings, method: method, data: data)
    let bounds = DealtCells(cells.map { ($0.operations, $0.batches) }).bounds(of: count)
    return StudyDeal(
      parts: bounds.map { range in
        StudyDeal.Part(
          trials: cells[range].flatMap(\.trials).sorted(),
          operations: cells[range].reduce(0) { $0 + $1.operations })
      })
  }

  /// The parts of a round's trials: those that are dealt to a few times as many processes as there are, so that
  /// all end at nearly the same time, and that are the same again when a search is resumed. The costliest come
  /// first.
  func parts(of round: [Int], for ranks: Int) -> [SearchPart] {
    let waiting = Set(round)
    let measured = study.trials.map { $0.measurements.last?.iteration ?? 0 }
    let folder = study.directory.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    var count = 3 * ranks
    while true {
      let parts = dealt(to: count, keeping: []).parts.enumerated().compactMap { number, part in
        let trials = part.trials.filter(waiting.contains)
        return trials.isEmpty
          ? nil
          : SearchPart(
            number: number, count: count, trials: trials, measured: trials.map { measured[$0] },
            folder: folder)
      }
      // Where most trials have ended, those that are left may be in a few parts.
      if parts.count >= ranks || count >= settings.count {
        let costs = parts.map { work(of: $0.trials).operations }
        return parts.indices.stablySorted { costs[$0] > costs[$1] }.map { parts[$0] }
      }
      count *= 2
    }
  }
}

extension SearchWork {
  /// Trials that must stay together.
  struct Cell {
    var trials: [Int] = []
    /// The number of the batches that the first network shares with others, in the order in which
    /// they first occur.
    var batches: Int
    var operations = 0.0
  }

  /// The cells of a study in the order of the batches that they share, then of their trials.
  ///
  /// - Parameter points: trials that stay together.
  static func cells(
    _ points: [[Int]], _ settings: [Experiment], method: NetworkSearch.Method, data: Dataset
  ) -> [Cell] {
    // The trials of a point are joined, and those of a network.
    var joined = DisjointSets(count: settings.count)
    let members = members(
      Array(settings.indices), settings, merges: method == .sideBySide, data)
    for point in points { for trial in point.dropFirst() { joined.join(point[0], trial) } }
    for member in members {
      for prefix in member.trials.dropFirst() { joined.join(member.trials[0].trial, prefix.trial) }
    }
    var numbers: [Sharing: Int] = [:]
    var cells: [Int: Cell] = [:]
    for member in members {
      guard let trial = member.trials.first?.trial else { continue }
      let sharing = Sharing(member, method)
      let batches = numbers[sharing, default: numbers.count]
      numbers[sharing] = batches
      cells[joined.first(of: trial), default: Cell(batches: batches)].operations +=
        member.operations * Double(member.iterations)
    }
    for trial in settings.indices { cells[joined.first(of: trial)]?.trials.append(trial) }
    // A cell's first trial is its key.
    var ordered = [[Cell]](repeating: [], count: numbers.count)
    for cell in cells.keys.sorted().compactMap({ cells[$0] }) { ordered[cell.batches].append(cell) }
    return ordered.flatMap { $0 }
  }

  /// What a network has in common with those that are trained beside it, or on the same prepared rows.
  private enum Sharing: Hashable {
    case batches(Experiment.Shared)
    case rows(Experiment)

    init(_ member: Member, _ method: NetworkSearch.Method) {
      self =
        member.sharesBatches(method)
        ? .batches(member.settings.shared) : .rows(member.settings.preparation)
    }
  }
}

/// Sets of numbers that are joined in pairs; the first number of each stands for it.
private struct DisjointSets {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func first(of number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  mutating func join(_ one: Int, _ other: Int) {
    let (first, second) = (first(of: one), first(of: other))
    parents[max(first, second)] = min(first, second)
  }
}

/// Cells in a row, to be cut into parts of nearly the same cost.
struct DealtCells {
  /// The cost of the cells before each place where the row may be cut, its ends included.
  private var sums = [0.0]
  /// The places between cells that share no batches, and the costs before them.
  private var seams: [Int] = [], seamSums: [Double] = []

  /// A cut is moved to a seam that is at most this share of a part away.
  private static let slack = 0.05

  init(_ cells: [(cost: Double, batches: Int)]) {
    // Networks without products cost something, too.
    let least = max(cells.map(\.cost).max() ?? 0, 1) * 1e-9
    for (index, cell) in cells.enumerated() {
      if index > 0 && cells[index - 1].batches != cell.batches {
        seams.append(index)
        seamSums.append(sums[index])
      }
      sums.append(sums[index] + max(cell.cost, least))
    }
  }

  /// The cells of each part. No part is empty unless there are fewer cells: then the last parts are.
  func bounds(of count: Int) -> [Range<Int>] {
    let cells = sums.count - 1
    let share = sums[cells] / Double(count)
    var cuts = [0]
    for part in 1..<max(count, 1) {
      if cells <= count {
        cuts.append(min(part, cells))
        continue
      }
      let target = share * Double(part)
      var cut = Self.nearest(to: target, in: sums)
      if !seams.isEmpty {
        let seam = Self.nearest(to: target, in: seamSums)
        if abs(seamSums[seam] - target) <= Self.slack * share { cut = seams[seam] }
      }
      cuts.append(min(max(cut, cuts[part - 1] + 1), cells - (count - part)))
    }
    cuts.append(cells)
    return zip(cuts, cuts.dropFirst()).map { $0..<$1 }
  }

  /// The index of the value that is nearest to a number, the first of equals.
  ///
  /// - Parameter values: in ascending order; at least one.
  private static func nearest(to number: Double, in values: [Double]) -> Int {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low > 0 && number - values[low - 1] <= values[low] - number ? low - 1 : low
  }
}
