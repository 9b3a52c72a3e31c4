import Foundation
import PerceptronFiles
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Diagnostics over a run")
struct DiagnosticSeriesTests {
  private func look(_ iteration: Int, norm: Double = 1) -> DiagnosticSeries.Snapshot {
    .init(
      iteration: iteration,
      parameters: [
        .init(name: "W1", norm: norm, gradientNorm: 1e-300, updateRatio: 1.0 / 3),
        .init(name: "b1", norm: 0, gradientNorm: .infinity),
      ],
      layers: [
        .init(
          index: 0, name: "affine(3)", activationMean: -0.5, activationDeviation: 2,
          gradientMean: 0.1 + 0.2, gradientDeviation: 0),
        .init(
          index: 1, name: "relu", activationMean: 0, activationDeviation: 0, gradientMean: 0,
          gradientDeviation: 0, deadCount: 2, size: 3),
      ])
  }

  /// A folder with a run of three iterations.
  private func write(
    _ series: DiagnosticSeries?, in directory: RunDirectory
  ) throws {
    let lock = try directory.create(overwrite: true)
    try directory.write(
      .sample(iterations: 3, finalLoss: 1), history: History(loss: [3, 2, 1], epochs: []),
      diagnostics: series, model: TrainedModel<Float>?.none, under: lock)
  }

  @Test(
    "About 500 snapshots are kept, evenly spaced and with the newest, however many there are",
    arguments: [0, 1, 2, 499, 500, 501, 502, 1000, 1001, 5000, 5001])
  func bounded(count: Int) {
    var series = DiagnosticSeries()
    for index in 0..<count { series.append(look(index * 10 + 1)) }
    let iterations = series.snapshots.map(\.iteration)
    #expect(iterations.count == (count <= 500 ? count : iterations.count))
    #expect(iterations.count <= DiagnosticSeries.limit + 1)
    #expect(count < 500 || iterations.count > DiagnosticSeries.limit / 2)
    #expect(iterations.last == (count == 0 ? nil : count * 10 - 9))
    let distances = Set(zip(iterations.dropFirst(), iterations).dropLast().map { $0 - $1 })
    #expect(distances.count <= 1)
  }

  @Test("A series is read with its run as it was written, to the last bit")
  func roundTrip() throws {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("run"))
    let series = DiagnosticSeries([look(0), look(1, norm: .infinity), look(2)])
    try write(series, in: directory)
    #expect(try directory.read().diagnostics == series)
    try write(DiagnosticSeries([look(1, norm: .nan)]), in: directory)
    let first = try #require(try directory.read().diagnostics?.snapshots.first)
    #expect(first.parameters[0].norm.isNaN)
    #expect(first.layers == look(1).layers)
  }

  @Test("A new run without looks leaves no earlier one's, and no check of its gradients")
  func replaced() throws {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("run"))
    try write(DiagnosticSeries([look(1)]), in: directory)
    try AtomicFile.write(Array("{}".utf8), to: directory.gradientCheckPath)
    try write(nil, in: directory)
    #expect(try directory.read().diagnostics == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        == ["epochs.csv", "history.csv", "run.json"])
  }

  @Test(
    "Errors in the file are reported with their line",
    arguments: [
      ("3,,W1,norm,1", "line 2: iteration: expected 0 to 2, found 3"),
      ("1,-1,relu,norm,1", "line 2: layer: expected a layer's position or nothing, found -1"),
      ("1,,W1,size of it,1", "line 2: quantity: expected a quantity of W1"),
      ("1,,W1,norm,one", "line 2: value: expected a number, found one"),
      ("1,0,relu,dead_count,0.5", "line 2: value: expected a count, found 0.5"),
      ("1,,W1,norm,1", "iteration 1: expected a gradient_norm of W1, found none"),
    ])
  func damaged(line: String, message: String) throws {
    let scratch = try TemporaryDirectory()
    let directory = RunDirectory(path: scratch.file("run"))
    try write(DiagnosticSeries([look(1)]), in: directory)
    try AtomicFile.write(
      Array("iteration,layer,name,quantity,value\n\(line)\n".utf8),
      to: directory.path + "/diagnostics.csv")
    let error = try #require(throws: FileError.self) { try directory.read() }
    #expect(error.message.contains(message), "\(error.message)")
  }
}
