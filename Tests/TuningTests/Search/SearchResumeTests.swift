import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// Searches that are interrupted or killed, and gone on with.
@Suite("Resuming a search", .mayHang)
struct SearchResumeTests {
  /// Some side by side, with prefixes and one that diverges, two alone, and a second group.
  static let settings: [Experiment] = {
    func run(_ change: @escaping (inout TrainerSettings) -> Void) -> Experiment {
      SearchSamples.settings(precision: .float) {
        $0.length = .iterations(40)
        change(&$0)
      }
    }
    return [
      run { _ in },
      run { $0.length = .iterations(15) },
      run { $0.learningRate = 1e4 },
      run { $0.optimizer = .adam(epsilon: 0.01) },
      run { $0.optimizer = .momentum() },
      run { $0.maxNorm = 0.5 },
      run {
        $0.maxNorm = 0.5
        $0.length = .iterations(20)
      },
      run { $0.batchSize = 30 },
    ]
  }()

  /// Trains what is left in a folder, until `stop` says so.
  static func train(
    in folder: String, stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Study {
    let study = try SearchSamples.study(of: settings.count, in: folder)
    var search = try NetworkSearch(study, on: SearchSamples.data, settings: settings)
    search.workers = 1
    search.checkpointEvery = 0
    try search.run(stop: stop)
    return study
  }

  /// What is to be the same however often a search was interrupted.
  struct Findings {
    var trials: [[String]]
    var best: Int?
    var model: Data
    var files: [String]

    init(_ study: Study, in folder: String) throws {
      trials = study.trials.map(\.timeless)
      best = study.best?.id
      model = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + Study.bestName))
      files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    func expect(_ expected: Findings, _ what: String) {
      for (trial, other) in zipped(trials, expected.trials) {
        #expect(trial == other, "\(what)")
      }
      #expect(best == expected.best, "\(what)")
      #expect(model == expected.model, "\(what)")
      #expect(files == expected.files, "\(what)")
    }
  }

  static func uninterrupted() throws -> Findings {
    let folder = try TemporaryDirectory()
    return try Findings(train(in: folder.file("study")), in: folder.file("study"))
  }

  /// Counts how often it is asked.
  final class Count: Sendable {
    private let value = Locked(0)
    func next() -> Int {
      value.withLock {
        $0 += 1; return $0
      }
    }
  }

  @Test("A search that is stopped again and again finds the same")
  func searchStoppedAgainAgainFinds() throws {
    let expected = try Self.uninterrupted()
    #expect(expected.files == ["best.safetensors", "journal.jsonl"])
    let folder = try TemporaryDirectory()
    var study: Study?
    var rounds = 0
    repeat {
      study = nil
      let count = Count()
      study = try Self.train(in: folder.file("study")) { count.next() > 9 }
      rounds += 1
    } while study?.counts[.waiting] != nil && rounds < 100
    #expect(rounds > 8)
    try Findings(#require(study), in: folder.file("study")).expect(expected, "stopped")
  }

  @Test("A search that is killed at any step finds the same")
  func searchKilledAtAnyStep() throws {
    let expected = try Self.uninterrupted()
    let folder = try TemporaryDirectory()
    let (whole, killed) = (folder.file("whole"), folder.file("killed-"))
    // What a kill would leave: the folder as it is at the moment.
    let count = Count()
    _ = try Self.train(in: whole) {
      let step = count.next()
      if step % 7 == 3 {
        try? FileManager.default.copyItem(atPath: whole, toPath: "\(killed)\(step)")
      }
      return false
    }
    let copies = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("killed")
    }
    #expect(copies.count > 10)
    for copy in copies {
      let study = try Self.train(in: folder.file(copy))
      try Findings(study, in: folder.file(copy)).expect(expected, copy)
    }
  }

  @Test("A damaged checkpoint is refused by name")
  func damagedCheckpointRefusedByName() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("study")
    let count = Count()
    _ = try Self.train(in: path) { count.next() > 12 }
    let checkpoint = path + "/sweep.safetensors"
    #expect(FileManager.default.fileExists(atPath: checkpoint))
    var bytes = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    for damage in [
      Data("nothing".utf8),
      {
        bytes[bytes.count - 9] ^= 1; return bytes
      }(),
    ] {
      try damage.write(to: URL(fileURLWithPath: checkpoint))
      #expect { _ = try Self.train(in: path) } throws: { "\($0)".contains("sweep.safetensors") }
    }
  }

  @Test("A network of a checkpoint that is not finite does not keep the others from resuming")
  func notFiniteCheckpointDoesNot() throws {
    let folder = try TemporaryDirectory()
    // The first layer's numbers overflow in the running variance, which the loss does not show.
    let settings = [1e21, 0.1].map { scale in
      var own = SearchSamples.settings(
        [.affine(outputs: 8), .batchNorm(), .relu, .affine(outputs: 3)], precision: .float
      ) { $0.penalty = .none }
      own.network.initializer = .normal(scale: scale)
      return own
    }
    func search() throws -> NetworkSearch {
      var search = try NetworkSearch(
        SearchSamples.study(of: 2, in: folder.file("study")), on: SearchSamples.data,
        settings: settings)
      search.checkpointEvery = 0
      return search
    }
    let count = Count()
    try search().run(stop: { count.next() > 20 })
    let rest = try search()
    try rest.run()
    #expect(rest.study.trials.map(\.state) == [.diverged, .done])
  }

  @Test("A checkpoint of other settings is not resumed")
  func checkpointOtherSettingsNotGone() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("study")
    func search(_ rate: Double) throws -> NetworkSearch {
      var search = try NetworkSearch(
        SearchSamples.study(of: 1, in: path), on: SearchSamples.data,
        settings: [SearchSamples.settings { $0.learningRate = rate }])
      search.checkpointEvery = 0
      return search
    }
    let count = Count()
    try search(0.05).run(stop: { count.next() > 20 })
    let other = try search(0.01)
    try other.run()
    let expected = try SearchSamples.trials([SearchSamples.settings { $0.learningRate = 0.01 }])
    #expect(other.study.trials.map(\.timeless) == expected.map(\.timeless))
  }
}
