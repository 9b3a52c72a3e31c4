import PerceptronNeuralNetwork
import PerceptronTraining
import Testing
@testable import PerceptronTuning

/// Trials dealt to several processes.
@Suite("Trials dealt to several processes")
struct StudyDealTests {
  /// A study whose trials are dealt.
  struct Sample: CustomTestStringConvertible {
    let testDescription: String
    /// The trials of each point.
    let points: [[Int]]
    let settings: [Experiment]
    var method = NetworkSearch.Method.sideBySide
    var folds: Int?

    func cells() -> [SearchWork.Cell] {
      SearchWork.cells(points, settings, method: method, data: SearchSamples.data)
    }

    func search() throws -> NetworkSearch {
      let perPoint = points.first?.count ?? 1
      let count = points.count
      let space = SearchSpace([.init("number", .integers(lower: 0, upper: max(count - 1, 1)))])
      let definition = StudyDefinition(
        space: space, method: .grid, seeds: perPoint > 1 && folds == nil ? Array(0..<perPoint) : [],
        folds: folds)
      let trials = definition.trials(
        of: (0..<count).map { Assignment([.init("number", .integer($0))]) })
      var search = try NetworkSearch(
        Study(definition: definition, trials: trials), on: SearchSamples.data, settings: settings)
      search.method = method
      return search
    }
  }

  static func settings(
    hidden: Int = 13, batch: Int = 17, seed: UInt64 = 4, iterations: Int = 60,
    random: Experiment.RandomKind = .fast
  ) -> Experiment {
    SearchSamples.settings(
      [.affine(outputs: hidden), .relu, .affine(outputs: 3)], random: random
    ) {
      ($0.batchSize, $0.seed, $0.length) = (batch, seed, .iterations(iterations))
    }
  }

  private static func single(_ name: String, _ settings: [Experiment]) -> Sample {
    Sample(testDescription: name, points: settings.indices.map { [$0] }, settings: settings)
  }

  static let samples: [Sample] = [
    single("no trial", []),
    single("one trial", [settings()]),
    single("equal networks", (0..<20).map { settings(hidden: 10 + $0 % 2) }),
    single(
      "two batch sizes in turn", (0..<18).map { settings(hidden: 5 + $0, batch: 17 + 3 * ($0 % 2)) }
    ),
    single(
      "merged prefixes",
      [40, 80, 120].flatMap { length in
        (0..<5).map { settings(hidden: 10 + $0, iterations: length) }
      }),
    single("on their own", (0..<9).map { settings(hidden: 10 + $0, random: .numpy) }),
    Sample(
      testDescription: "independent", points: (0..<9).map { [$0] },
      settings: (0..<9).map { settings(hidden: 10 + $0) }, method: .independent),
    Sample(
      testDescription: "repeats", points: (0..<7).map { point in (0..<3).map { 3 * point + $0 } },
      settings: (0..<7).flatMap { point in
        (0..<3).map { settings(hidden: 10 + point, seed: UInt64($0)) }
      }),
    Sample(
      testDescription: "repeats of merged prefixes",
      points: (0..<8).map { [2 * $0, 2 * $0 + 1] },
      settings: (0..<8).flatMap { point in
        (0..<2).map {
          settings(hidden: 10 + point / 2, seed: UInt64($0), iterations: 40 + 20 * (point % 2))
        }
      }),
    Sample(
      testDescription: "folds", points: (0..<5).map { point in (0..<3).map { 3 * point + $0 } },
      settings: (0..<5).flatMap { point in
        (1...3).map { fold in
          var own = settings(hidden: 10 + point)
          own.fold = Fold(fold, of: 3)
          own.validation = (try? own.parts(of: SearchSamples.data).validation.count) ?? 0
          return own
        }
      }, folds: 3),
  ]

  @Test(
    "Every trial is in one part, points and runs are whole, and parts cost nearly the same",
    arguments: samples, 1...7)
  func parts(_ sample: Sample, count: Int) throws {
    let parts = try sample.search().dealt(to: count).parts
    #expect(parts.count == count)
    #expect(parts.flatMap(\.trials).sorted() == Array(sample.settings.indices))
    #expect(parts.allSatisfy { $0.trials == $0.trials.sorted() })
    let cells = sample.cells()
    for cell in cells {
      #expect(parts.filter { !Set($0.trials).isDisjoint(with: cell.trials) }.count == 1)
    }
    for point in sample.points {
      #expect(cells.contains { Set($0.trials).isSuperset(of: point) })
    }
    // As many parts have trials as there are cells to give them.
    #expect(parts.count { !$0.trials.isEmpty } == min(count, cells.count))
    let costs = parts.map(\.operations)
    let largest = cells.map(\.operations).max() ?? 0
    let all = costs.reduce(0, +)
    #expect(abs(all - cells.reduce(0) { $0 + $1.operations }) <= 1e-9 * all)
    // A cut is at most half a cell, or 5 % of a part, from where it would be.
    let share = all / Double(count)
    let most = (costs.max() ?? 0) - share
    #expect(most <= 1.001 * max(largest, 0.1 * share))
  }

  @Test("Networks that share batches are in one part or in neighbours", arguments: samples, 2...5)
  func contiguous(_ sample: Sample, count: Int) throws {
    let parts = try sample.search().dealt(to: count).parts
    let batches = Dictionary(
      uniqueKeysWithValues: sample.cells().flatMap { cell in cell.trials.map { ($0, cell.batches) }
      })
    let sequence = parts.flatMap { Set($0.trials.compactMap { batches[$0] }).sorted() }
    #expect(sequence == sequence.sorted())
  }

  @Test("Trials that differ in their length only are one cell, with the cost of the longest")
  func prefixes() throws {
    let lone = try #require(Self.single("", [Self.settings(iterations: 120)]).cells().first)
    let cells = Self.single(
      "", [40, 120, 80].map { Self.settings(iterations: $0) }
    ).cells()
    #expect(cells.map(\.trials) == [[0, 1, 2]])
    #expect(cells[0].operations == lone.operations)
    // One at a time, they are trained once each.
    var apart = Self.single("", [40, 120, 80].map { Self.settings(iterations: $0) })
    apart.method = .independent
    #expect(apart.cells().map(\.trials) == [[0], [1], [2]])
  }

  @Test("A cut goes to where batches change if that is near, and else through a group")
  func seams() {
    // Groups of 10 and 10.4 cells of the same cost: the middle is inside the second.
    let near = DealtCells((0..<204).map { (1, $0 < 100 ? 0 : 1) })
    #expect(near.bounds(of: 2) == [0..<100, 100..<204])
    let far = DealtCells((0..<240).map { (1, $0 < 100 ? 0 : 1) })
    #expect(far.bounds(of: 2) == [0..<120, 120..<240])
  }

  @Test("No part is empty while there are cells, whatever they cost", arguments: 1...9)
  func costs(count: Int) {
    for costs in [[100, 1, 1, 1, 1], [1, 1, 1, 1, 100], [1, 100, 1, 1, 1], [0, 0, 0, 0, 0]] {
      let bounds = DealtCells(costs.map { (Double($0), 0) }).bounds(of: count)
      #expect(bounds.count == count && bounds.first?.lowerBound == 0)
      #expect(bounds.last?.upperBound == 5)
      #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(bounds.count { !$0.isEmpty } == min(count, 5))
    }
  }

  @Test("Parts do not depend on what has been trained")
  func pure() throws {
    let sample = Self.samples[3]
    let search = try sample.search()
    let before = search.dealt(to: 3)
    try search.run()
    #expect(search.dealt(to: 3) == before)
  }
}
