import Foundation
import Perceptron
import TestSupport
import Testing
@Suite struct ReadmeTests {
  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test("The README's programs that train do what the README says")
  func training() throws {
    let directory = try TemporaryDirectory()
    let accuracy = try digits(savingTo: directory.file("digits.safetensors"))
    #expect(accuracy > 0.87)
    #expect(try directory.names == ["digits.safetensors"])
    let confusion = try deepDigits(checkpointingAt: directory.file("checkpoint"))
    #expect(confusion.accuracy > 0.9)
    let path = directory.file("checkpoint")
    #expect(try Trainer<Float, SeededRandom>(resumingFrom: path).isFinished)
  }

  @Test("The README's study finds what the README says")
  func tuning() throws {
    let directory = try TemporaryDirectory()
    let folder = directory.file("study")
    let model = try tuneDigits(in: folder)
    let test = Digits.test.prepared(with: model.preprocessing, as: Float.self)
    #expect(model.network.evaluate(on: test).accuracy > 0.87)
    #expect(try Study.read(at: folder).counts == [.done: 8, .diverged: 4])
    // Again: there is nothing left to do.
    #expect(try tuneDigits(in: folder) == model)
  }

  @Test("The README's page, chart and pictures are made")
  func pictures() throws {
    let scratch = try TemporaryDirectory()
    let folder = try scratch.makeDirectory("run")
    let settings = Experiment(
      data: "digits",
      network: .init(
        layers: [.affine(outputs: 20), .relu, .affine(outputs: 10)], initializer: .heNormal),
      training: TrainerSettings(learningRate: 0.1, length: .iterations(50)), validation: 200,
      pixelScale: Digits.divisor, subtractMean: true)
    let sets = try settings.sets(of: Digits.training, as: Float.self)
    var trainer = try settings.seededTrainer(seed: 0, on: sets)
    try trainer.run(on: sets.training, validation: sets.validation)
    let record = RunRecord(
      settings: settings, seed: 0,
      results: .init(
        status: .finished, iterations: 50, finalLoss: trainer.history.loss.last,
        trainAccuracy: nil, validationAccuracy: nil),
      secondsPerIteration: nil, seconds: 1, machine: .current)
    let model = TrainedModel(
      network: trainer.network, preprocessing: sets.preprocessing,
      classNames: Digits.training.classNames, image: Digits.training.image)
    try RunDirectory(path: folder).write(record, history: trainer.history, model: model)
    let page = scratch.file("page.html")
    if Gnuplot.isInstalled {
      try picture(runIn: folder, to: page)
    } else {
      #expect(throws: FileError.self) { try picture(runIn: folder, to: page) }
    }
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("my run"))
  }

  @Test(
    "The README shows the very programs that these tests compile",
    arguments: ["ReadmeDigits", "ReadmeDeepDigits", "ReadmeTuning", "ReadmePicture"])
  func areShown(name: String) throws {
    let readme = try String(
      contentsOf: Self.here.appendingPathComponent("../../README.md"), encoding: .utf8)
    let source = try String(
      contentsOf: Self.here.appendingPathComponent("\(name).swift"), encoding: .utf8)
    let program = try #require(source.split(separator: "// README-BEGIN\n").first)
      .split(separator: "// README-END")[0]
    #expect(program.count > 1000)
    #expect(readme.contains("```swift\n\(program)```"))
  }
}
