import Foundation
import Perceptron
import TestSupport
import Testing

@Suite("Programs in the README and the modules' pages", .mayHang)
struct ProgramTests {
  /// Each program's file and the page that shows it.
  private static let programs = [
    ("ReadmeProgram", "README.md"),
    ("LineProgram", "README.md"),
    ("TwoLayerProgram", "Sources/Training/README.md"),
    ("DeepProgram", "Sources/Training/README.md"),
    ("NumbersProgram", "Sources/Training/README.md"),
    ("LoopProgram", "Sources/Training/README.md"),
    ("RowsProgram", "Sources/Training/README.md"),
    ("TuningProgram", "Sources/Tuning/README.md"),
    ("ReportProgram", "Sources/Reports/README.md"),
  ]

  @Test("The README's program reaches the accuracy that the README gives")
  func readme() throws {
    let directory = try TemporaryDirectory()
    let accuracy = try digits(savingTo: directory.file("digits.safetensors"))
    #expect(try directory.names == ["digits.safetensors"])
    let readme = try String(contentsOfFile: Pages.root + "README.md", encoding: .utf8)
    let given = try #require(readme.firstMatch(of: /It\s+returns (0\.\d+)/)).output.1
    // Processors of another kind round in other places.
    #expect(abs(accuracy - (Double(given) ?? 0)) < 0.02)
  }

  @Test("The README's line goes through all points but the odd one")
  func straightLine() throws {
    let x = Tensor<Double>.arange(10)
    var y = 2 * x + 1 + 0.01 * sin(7 * x)
    y[4] = 100
    let found = try line(through: x, y)
    #expect((found[0] - 2).magnitude < 0.01 && (found[1] - 1).magnitude < 0.01)
  }

  @Test("The programs that train save a model, and a checkpoint from which a run can resume")
  func training() throws {
    let directory = try TemporaryDirectory()
    #expect(try twoLayers(savingTo: directory.file("digits.safetensors")) > 0.87)
    #expect(try directory.names == ["digits.safetensors"])
    let right = try singleRows(readingFrom: directory.file("digits.safetensors"))
    #expect(right > Digits.test.count * 8 / 10)
    let confusion = try deepDigits(checkpointingAt: directory.file("checkpoint"))
    #expect(confusion.accuracy > 0.9)
    let path = directory.file("checkpoint")
    #expect(try Trainer<Float, SeededRandom>(resumingFrom: path).isFinished)
  }

  @Test("A loop of one's own learns as a trainer does, and steps by several batches at once")
  func loop() throws {
    #expect(try ownLoop() > 0.9)
    var random = SeededRandom(seed: 0)
    let start = Network<Float>(
      inputSize: 4, [.affine(outputs: 3), .batchNorm(), .affine(outputs: 2)], using: &random)
    var net = start
    var optimizer = OptimizerState(.sgd, for: net)
    step(
      &net, &optimizer,
      by: [(.sample([4, 4], seed: 1), [0, 1, 0, 1]), (.sample([4, 4], seed: 2), [1, 0, 1, 1])])
    // A step against a gradient of norm 1 at most.
    let length = zip(net.parameters, start.parameters).reduce(0.0) {
      $0 + Double(($1.0.tensor - $1.1.tensor).sumOfSquares())
    }.squareRoot()
    #expect(length > 1e-5 && length < 1.001e-3)
    #expect(net.statistics != start.statistics)
  }

  @Test("The program that learns numbers comes close to them")
  func numbers() throws {
    let directory = try TemporaryDirectory()
    // The numbers have a standard deviation of 5.
    #expect(try friedman(savingTo: directory.file("friedman.safetensors")) < 0.6)
    #expect(try directory.names == ["friedman.safetensors"])
  }

  @Test("The study resumes, and its best network does well on the test set")
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

  @Test("The page, the chart and the picture are made")
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
    var trainer = try settings.trainer(seed: 0, on: sets)
    try trainer.run(on: sets.training, validation: sets.validation)
    let record = RunRecord(
      settings: settings, seed: 0,
      results: .init(
        status: .finished, iterations: 50, finalLoss: trainer.history.loss.last,
        training: nil, validation: nil),
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

  @Test("Pages show the very programs that these tests compile", arguments: programs)
  func areShown(program: String, page: String) throws {
    let text = try String(contentsOfFile: Pages.root + page, encoding: .utf8)
    let source = try String(
      contentsOfFile: Pages.root + "Tests/PerceptronTests/\(program).swift", encoding: .utf8)
    let shown = try #require(source.split(separator: "// PAGE-BEGIN\n").first)
      .split(separator: "// PAGE-END")[0]
    #expect(shown.count > 400)
    #expect(text.contains("```swift\n\(shown)```"))
  }
}
