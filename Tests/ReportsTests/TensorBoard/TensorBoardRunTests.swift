import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization
import TestSupport
import Testing
@testable import PerceptronReports

@Suite("TensorBoard event files of runs", .mayHang)
struct TensorBoardRunTests {
  private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

  private static func run(_ code: String, _ arguments: [String] = []) throws -> Command.Outcome {
    try Command.run(program: "/usr/bin/env", [python, "-c", code] + arguments)
  }

  private static func hasTensorBoard() -> Bool {
    (try? run("import tensorboard"))?.status == 0
  }

  /// Prints the tag, step and number of each scalar, then those of each histogram's counts.
  private static let reader = """
    import sys
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    log = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'histograms': 0}).Reload()
    for tag in sorted(log.Tags()['scalars']):
      for event in log.Scalars(tag):
        print(tag, event.step, repr(event.value), sep='|')
    for tag in sorted(log.Tags()['histograms']):
      for event in log.Histograms(tag):
        value = event.histogram_value
        print(tag, event.step, value.num, value.min, value.max, sum(value.bucket), sep='|')
    for tag in log.Tags()['images']:
      for event in log.Images(tag):
        print(tag, event.step, event.width, event.height, event.encoded_image_string.hex(), sep='|')
    """

  @Test(
    "Python's reader finds what was written, and drops what a later start revokes",
    .requires(.tensorBoard, hasTensorBoard(), "PYTHON has no package tensorboard"))
  func readBack() throws {
    let scratch = try TemporaryDirectory()
    let image = Image(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    let first = try TensorBoardLog(in: scratch.path)
    for step in 0..<4 { try first.scalar("größe/🙂", Double(step) + 0.5, step: step) }
    try first.flush()
    let second = try TensorBoardLog(in: scratch.path, fromStep: 2)
    try second.scalar("größe/🙂", 9, step: 2)
    try second.histogram("h", Tensor<Float>([0, .nan, 3], shape: [3]), step: 2)
    try second.image("i", image, step: 2)
    try second.flush()
    let outcome = try Self.run(Self.reader, [scratch.path])
    let hexadecimal = try image.png.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
    #expect(
      outcome.lines.map(String.init) == [
        "größe/🙂|0|0.5", "größe/🙂|1|1.5", "größe/🙂|2|9.0", "h|2|2.0|0.0|3.0|2.0",
        "i|2|2|1|\(hexadecimal)",
      ], "\(outcome.errors)")
  }

  @Test(
    "A run's event file has the losses and accuracies of its history",
    .requires(.tensorBoard, hasTensorBoard(), "PYTHON has no package tensorboard"))
  func run() throws {
    let scratch = try TemporaryDirectory()
    let split = try Digits.training.splitLast(200)
    let preprocessing = try Preprocessing.fitted(
      to: split.training, divisor: Digits.divisor, subtractMean: true)
    let training = split.training.prepared(with: preprocessing, as: Float.self)
    var weights = SeededRandom(seed: 0, purpose: "weights")
    let net = Network<Float>(
      inputSize: 64, [.affine(outputs: 9), .relu, .affine(outputs: 10)], using: &weights)
    var trainer = try Trainer(
      net, rowCount: training.count,
      settings: TrainerSettings(
        length: .iterations(25), batchSize: 50, evaluation: .iterations(10)),
      random: SeededRandom(seed: 0, purpose: "batches"))
    let history = try trainer.run(
      on: training,
      validation: split.validation.prepared(with: preprocessing, as: Float.self),
      callbacks: [.tensorBoard(to: scratch.path, every: 6)])
    let lines = try Self.run(Self.reader, [scratch.path]).lines.map(String.init)
    func found(_ tag: String) throws -> [Int: Double] {
      var numbers: [Int: Double] = [:]
      for line in lines where line.hasPrefix(tag + "|") {
        let fields = line.split(separator: "|")
        let number: Double = try #require(Double(fields[2]))
        numbers[try #require(Int(fields[1]))] = number
      }
      return numbers
    }
    let losses = [0, 6, 9, 12, 18, 19, 24].map { ($0, Double(Float(history.loss[$0]))) }
    #expect(try found("loss/training") == Dictionary(uniqueKeysWithValues: losses))
    let accuracies = history.epochs.map {
      ($0.iteration, Double(Float($0.validationAccuracy ?? .nan)))
    }
    #expect(accuracies.map(\.0) == [9, 19])
    #expect(
      try found("accuracy/validation") == Dictionary(uniqueKeysWithValues: accuracies))
    #expect(try found("loss/validation").keys.sorted() == [9, 19])
    #expect(try found("parameters/W1") == [0: 576, 9: 576, 19: 576, 24: 576])
    #expect(
      try Self.run(Self.layout, [scratch.path]).lines.map(String.init) == [
        "loss: loss/training, loss/validation",
        "accuracy: accuracy/training batch, accuracy/validation",
        "The loss of an iteration's batch, with the penalty if the run has one.",
      ])
  }

  /// Prints the charts of the tab of custom scalars, and the text at the training loss.
  private static let layout = """
    import sys
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata
    log = EventAccumulator(sys.argv[1]).Reload()
    [event] = log.Tensors(metadata.CONFIG_SUMMARY_TAG)
    assert metadata.PLUGIN_NAME in log.summary_metadata[
        metadata.CONFIG_SUMMARY_TAG].plugin_data.plugin_name
    layout = layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])
    for category in layout.category:
      for chart in category.chart:
        print(chart.title + ': ' + ', '.join(chart.multiline.tag))
    print(log.summary_metadata['loss/training'].summary_description)
    """

  @Test("A run that stops early has its last histograms, and continues in another file")
  func runStopsEarlyLastHistograms()
    throws
  {
    let scratch = try TemporaryDirectory()
    let preprocessing = try Preprocessing.fitted(
      to: Digits.training, divisor: Digits.divisor, subtractMean: true)
    let training = Digits.training.prepared(with: preprocessing, as: Float.self)
    var weights = SeededRandom(seed: 0, purpose: "weights")
    let net = Network<Float>(inputSize: 64, [.affine(outputs: 10)], using: &weights)
    var trainer = try Trainer(
      net, rowCount: training.count,
      settings: TrainerSettings(length: .iterations(25), batchSize: 50),
      random: SeededRandom(seed: 0, purpose: "batches"))
    let log = TrainingCallback<Float>.tensorBoard(to: scratch.path)
    let stop = TrainingCallback<Float>.perform { $0.progress.iteration == 6 ? .stop : .proceed }
    try trainer.run(on: training, callbacks: [log, stop])
    func steps(_ name: String) throws -> [Int] {
      try RecordedEvent.read(scratch.bytes(of: name))
        .filter { $0.text.contains("parameters/W1") }.map(\.step)
    }
    // The callback still exists, and with it whatever it has not written.
    #expect(try steps(#require(try scratch.names.first)) == [0, 6])
    try trainer.run(on: training, callbacks: [log])
    let names = try scratch.names
    #expect(names.count == 2)
    #expect(try steps(#require(names.last)) == [7, 24])
  }

  @Test("A callback with invalid numbers is refused before a run")
  func callbackSenselessNumbersRefusedBefore() async {
    await #expect(processExitsWith: .failure) {
      _ = TrainingCallback<Float>.tensorBoard(to: "none", histograms: -1)
    }
    await #expect(processExitsWith: .failure) {
      _ = TrainingCallback<Float>.tensorBoard(to: "none", every: 0)
    }
  }
}
