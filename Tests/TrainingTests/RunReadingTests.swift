import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Reading of runs")
struct RunReadingTests {
  private struct Written {
    let scratch: TemporaryDirectory
    let directory: RunDirectory
    let run: TrainingRun
  }

  /// A run of three iterations whose files are in `runs/a` of a folder.
  private func written(
    _ loss: [Double] = [2.5, 0.1, 1e-300], status: RunRecord.Status = .finished,
    epochs: [History.Epoch] = RunReadingTests.epochs
  ) throws -> Written {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("runs/a"))
    let run = TrainingRun(
      record: .sample(status, iterations: loss.count, finalLoss: loss.last),
      history: History(loss: loss, epochs: epochs))
    let lock = try directory.create(overwrite: false)
    try directory.write(
      run.record, history: run.history, model: TrainedModel<Float>?.none, under: lock)
    return Written(scratch: scratch, directory: directory, run: run)
  }

  private static let epochs = [
    History.Epoch(
      iteration: 0, trainAccuracy: 0.125, validationAccuracy: nil, learningRate: 0.1 + 0.2),
    History.Epoch(
      iteration: 2, trainAccuracy: 1, validationAccuracy: 1.0 / 3, validationLoss: 2.5,
      learningRate: 0),
  ]

  @Test(
    "A run is read as it was written, to the last bit",
    arguments: [RunRecord.Status.finished, .interrupted, .diverged])
  func roundTrip(status: RunRecord.Status) throws {
    let written = try self.written(status: status)
    #expect(written.directory.holdsRecord)
    #expect(try written.directory.read() == written.run)
  }

  @Test("The epochs of a version that knew no validation loss are read")
  func earlierEpochs() throws {
    let written = try self.written()
    let text = "iteration,train_accuracy,validation_accuracy,learning_rate\n2,1.0,0.5,0.1\n"
    try written.scratch.write(Array(text.utf8), to: "runs/a/epochs.csv")
    #expect(
      try written.directory.read().history.epochs == [
        History.Epoch(
          iteration: 2, trainAccuracy: 1, validationAccuracy: 0.5, learningRate: 0.1)
      ])
  }

  @Test("Tables whose lines an editor ended as Windows does are read")
  func lineEnds() throws {
    let written = try self.written()
    for name in ["history.csv", "epochs.csv"] {
      let text = String(decoding: try written.scratch.bytes(of: "runs/a/" + name), as: UTF8.self)
      try written.scratch.write(
        Array(text.replacing("\n", with: "\r\n").utf8), to: "runs/a/" + name)
    }
    #expect(try written.directory.read() == written.run)
  }

  @Test("Settings of a version that knew no other split have the last rows held out")
  func earlierSettings() throws {
    let settings = RunRecord.sample(iterations: 0, finalLoss: nil).settings
    #expect(settings.split == .stratified(seed: 0))
    var values = try #require(
      try JSONSerialization.jsonObject(with: Data(settings.json.utf8)) as? [String: Any])
    #expect(values.removeValue(forKey: "split") != nil)
    let earlier = try JSONSerialization.data(withJSONObject: values)
    var expected = settings
    expected.split = .last
    #expect(try Experiment(json: earlier) == expected)
  }

  @Test("A run without an iteration is read")
  func empty() throws {
    let written = try self.written([], status: .interrupted, epochs: [])
    #expect(try written.directory.read() == written.run)
  }

  @Test(
    "Losses that are not finite are read", arguments: [Double.nan, -.nan, .infinity, -.infinity])
  func notFinite(loss: Double) throws {
    let written = try self.written([1, loss, 3], status: .diverged)
    let read = try written.directory.read()
    #expect(read.history.loss.count == 3)
    #expect(read.history.loss[1] == loss || read.history.loss[1].isNaN && loss.isNaN)
  }

  @Test(
    "An invalid line is reported with its number",
    arguments: [
      ("history.csv", "0,2.5", "0;2.5", "line 2: expected iteration,loss, found 0;2.5"),
      ("history.csv", "1,0.1", "2,0.1", "line 3: iteration: expected 1, found 2"),
      ("history.csv", "1,0.1", "1,", "line 3: loss: expected a number, found nothing"),
      ("history.csv", "1,0.1", "1,x1", "line 3: loss: expected a number, found x1"),
      ("history.csv", "1e-300\n", "1e-300", "line 4: expected a whole line, found 2,1e-300"),
      ("history.csv", "iteration,loss\n", "", "line 1: expected iteration,loss, found 0,2.5"),
      (
        "history.csv", "2,1e-300\n", "",
        "expected the losses of 3 iterations, as run.json says, found those of 2"
      ),
      ("epochs.csv", "0,0.125", "3,0.125", "line 2: iteration: expected 0 to 2, found 3"),
      ("epochs.csv", "\n2,", "\n0,", "line 3: iteration: expected 1 to 2, found 0"),
      (
        "epochs.csv", "0,0.125", "0,1.5",
        "line 2: batch_accuracy: expected a share of 1 or nothing, found 1.5"
      ),
      (
        "epochs.csv", "0.125,,", "0.125,nan,",
        "line 2: validation_accuracy: expected a share of 1 or nothing, found nan"
      ),
      (
        "epochs.csv", "33333,0.0,", "33333,-1,",
        "line 3: learning_rate: expected a number of 0 or more, found -1"
      ),
      (
        "epochs.csv", "0.0,2.5\n", "0.0,x\n",
        "line 3: validation_loss: expected a number or nothing, found x"
      ),
      (
        "epochs.csv", "0.0,2.5\n", "0.0,2.5\n3,1,1,1,1\n",
        "line 4: iteration: expected no more lines: there are 3 iterations, found 3"
      ),
      ("run.json", "\"finished\"", "\"done\"", "expected the record of a run: results.status: "),
      ("run.json", "\"seed\"", "\"sead\"", "expected the record of a run: there is no seed"),
      ("run.json", "{", "[", "expected the record of a run: "),
      ("run.json", "\"seconds\" : 2", "\"seconds\" : -2", "seconds is -2.0, expected 0 or more"),
      (
        "run.json", "\"trainAccuracy\" : 0.5", "\"trainAccuracy\" : 5",
        "results.trainAccuracy is 5.0, expected a share of 1"
      ),
      ("run.json", "\"outputs\" : 3", "\"outputs\" : 0", "settings: "),
    ])
  func damage(name: String, from: String, to: String, message: String) throws {
    let written = try self.written()
    let text = String(decoding: try written.scratch.bytes(of: "runs/a/" + name), as: UTF8.self)
    let start = try #require(text.firstRange(of: from), "\(text)")
    try written.scratch.write(
      Array(text.replacingCharacters(in: start, with: to).utf8), to: "runs/a/" + name)
    let error = #expect(throws: FileError.self) { try written.directory.read() }
    #expect(error?.path == written.directory.path + "/" + name)
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test(
    "Missing and empty files are reported", arguments: ["run.json", "history.csv", "epochs.csv"])
  func missing(name: String) throws {
    let written = try self.written()
    try written.scratch.write([], to: "runs/a/" + name)
    #expect(throws: FileError.self) { try written.directory.read() }
    try AtomicFile.remove(written.directory.path + "/" + name)
    let error = #expect(throws: FileError.self) { try written.directory.read() }
    #expect(error?.path == written.directory.path + "/" + name)
    #expect(error?.message == "cannot be read: No such file or directory")
  }

  @Test("No cut of a file makes reading trap")
  func cuts() throws {
    let written = try self.written()
    for name in ["run.json", "history.csv", "epochs.csv"] {
      let whole = try written.scratch.bytes(of: "runs/a/" + name)
      for damage in Damage.cuts(of: whole, every: 7)
        + Damage.flips(of: whole, in: 0..<min(40, whole.count))
      {
        try written.scratch.write(damage.bytes, to: "runs/a/" + name)
        do { _ = try written.directory.read() } catch let error as FileError { _ = error }
      }
      try written.scratch.write(whole, to: "runs/a/" + name)
    }
    #expect(try written.directory.read() == written.run)
  }

  @Test("A record in which a key stands twice is refused by name")
  func twice() throws {
    let written = try self.written()
    let text = String(decoding: try written.scratch.bytes(of: "runs/a/run.json"), as: UTF8.self)
    let changed = text.replacing(#""pixelScale" :"#, with: #""pixelScale" : 2, "pixelScale" :"#)
    try written.scratch.write(Array(changed.utf8), to: "runs/a/run.json")
    let error = #expect(throws: FileError.self) { try written.directory.read() }
    #expect(
      error?.message
        == #"expected the record of a run: the key "pixelScale" stands twice in "settings""#)
  }

  @Test("The record is read without the histories")
  func record() throws {
    let written = try self.written()
    try FileManager.default.removeItem(atPath: written.scratch.file("runs/a/history.csv"))
    #expect(try written.directory.record() == written.run.record)
  }
}

extension RunRecord {
  /// A record of a small network's run.
  static func sample(
    _ status: Status = .finished, iterations: Int, finalLoss: Double?
  ) -> RunRecord {
    RunRecord(
      settings: .init(
        data: "digits",
        network: .init(
          layers: [.affine(outputs: 4), .relu, .affine(outputs: 3)], initializer: .heNormal),
        training: TrainerSettings(length: .iterations(3)), validation: 1),
      seed: 7,
      results: .init(
        status: status, iterations: iterations, finalLoss: finalLoss, training: [.accuracy: 0.5],
        validation: nil),
      secondsPerIteration: 0.5, seconds: 2, machine: .current)
  }
}
