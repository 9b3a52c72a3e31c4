import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTuning
import TestSupport
import Testing

/// Studies that get more points.
@Suite("Extending a study")
struct ExtensionTests {
  private static let space = SearchSpace([
    .init("rate", .numbers(lower: 0.001, upper: 1, scale: .logarithmic, points: nil)),
    .init("hidden", .integers(lower: 5, upper: 60)),
  ])

  private func run(_ study: Study) throws {
    try study.run { trial in
      trial.parameters.number("rate") * Double(trial.parameters.whole("hidden"))
    }
  }

  static let methods: [SearchMethod] = [
    .random(count: 8, seed: 3), .sobol(count: 8, seed: 1), .halton(count: 8, seed: 2),
  ]

  @Test(
    "A study of 8 points that is extended to 20 equals one of 20 from the start",
    arguments: methods,
    [[], [0, 1]])
  func equal(method: SearchMethod, seeds: [Int]) throws {
    let scratch = try TemporaryDirectory()
    let (short, long) = (scratch.file("short"), scratch.file("long"))
    func start(_ folder: String, _ method: SearchMethod) throws -> Study {
      try Study.open(at: folder, Self.space, by: method, seeds: seeds, context: ["data": "abc"])
    }
    let whole = try start(long, method.extended(to: 20))
    try run(whole)
    for isOver in [true, false] {
      try? FileManager.default.removeItem(atPath: short)
      do {
        let begun = try start(short, method)
        if isOver { try run(begun) } else { try begun.begin(0) }
      }
      do {
        let extended = try Study.extend(at: short, toPoints: 20, context: ["data": "def"])
        #expect(extended.trials.count == whole.trials.count)
        #expect(extended.trials.map(\.parameters) == whole.trials.map(\.parameters))
        #expect(extended.trials.map(\.configuration) == whole.trials.map(\.configuration))
        try run(extended)
        #expect(extended.trials.map(\.value) == whole.trials.map(\.value))
        #expect(extended.best?.id == whole.best?.id)
      }
      let again = try Study.resume(at: short)
      #expect(again.definition.method == method.extended(to: 20))
      #expect(again.definition.context == ["data": "def"])
      #expect(again.trials.map(\.value) == whole.trials.map(\.value))
      #expect(again.best?.id == whole.best?.id && again.isOver)
    }
  }

  @Test("A grid, fewer points, and a study under way are refused; as many points change nothing")
  func refused() throws {
    let scratch = try TemporaryDirectory()
    let grid = scratch.file("grid")
    do { _ = try Study.open(at: grid, StudySamples.space) }
    let error = #expect(throws: InvalidSetting.self) { try Study.extend(at: grid, toPoints: 50) }
    #expect(error?.expected.contains("grid") == true)
    let folder = scratch.file("study")
    do {
      let study = try Study.open(at: folder, Self.space, by: .random(count: 5, seed: 0))
      #expect(throws: FileError.self) { try Study.extend(at: folder, toPoints: 6) }
      #expect(study.trials.count == 5)
    }
    let journal = try scratch.bytes(of: "study/" + Study.journalName)
    #expect(throws: InvalidSetting.self) { try Study.extend(at: folder, toPoints: 4) }
    #expect(try Study.extend(at: folder, toPoints: 5).trials.count == 5)
    #expect(try scratch.bytes(of: "study/" + Study.journalName) == journal)
  }
}

extension SearchMethod {
  fileprivate func extended(to count: Int) -> SearchMethod {
    switch self {
    case .grid: .grid
    case .random(_, let seed): .random(count: count, seed: seed)
    case .sobol(_, let seed): .sobol(count: count, seed: seed)
    case .halton(_, let seed): .halton(count: count, seed: seed)
    }
  }
}
