import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import Testing
@testable import PerceptronReports
@testable import PerceptronTraining
@testable import PerceptronVisualization

/// What the page of a run shows of decision regions.
@Suite("Decision regions on the page of a run")
struct RunRegionTests {
  private static let plane = DecisionPlane(x: 0...10, y: -1...1, columns: 10, rows: 10)

  /// Two moments at which everything is of class 0, without any confidence.
  private static let series = DecisionRegionSeries(
    on: plane,
    [0, 7].map {
      .init(
        iterations: $0, loss: 1, accuracy: 0.5,
        regions: .init(
          on: plane, classes: .init(repeating: 0, count: 100),
          confidences: .init(repeating: 0, count: 100)))
    })

  private static func data(_ points: [(x: Double, y: Double, label: Int)]) -> Dataset {
    Dataset(
      Features(.doubles(points.flatMap { [$0.x, $0.y] }), exampleShape: [2]),
      labels: points.map(\.label), classNames: ["a", "b", "c"])
  }

  private static func section(
    of rows: Dataset?, validation: Dataset? = nil, averageDecay: Double? = nil,
    bestIteration: Int? = nil, status: RunRecord.Status = .finished
  ) throws -> (text: String, pictures: [Report.Picture]) {
    var training = TrainerSettings(length: .iterations(7))
    training.averageDecay = averageDecay
    var results = RunRecord.Results(
      status: status, iterations: 7, finalLoss: 1, training: MetricValues(), validation: nil)
    results.bestIteration = bestIteration
    let record = RunRecord(
      settings: .init(
        data: "some",
        network: .init(
          layers: [.affine(outputs: 3)], loss: .softmax, initializer: .heNormal),
        training: training, validation: 0),
      seed: 1, results: results, secondsPerIteration: 0.1, seconds: 0.2, machine: .current)
    let report = Report(
      ofRun: TrainingRun(
        record: record, history: History(loss: .init(repeating: 1, count: 7), epochs: [])),
      named: "r",
      regions: RunRegions(
        series, schema: .classes(["a", "b", "c"]), training: rows, validation: validation))
    let section = try #require(report.sections.first { $0.heading == "Decision regions" })
    guard case .paragraph(let text)? = section.blocks.first,
      case .frames(let frames)? = section.blocks.last
    else {
      Issue.record("no frames")
      return ("", [])
    }
    #expect(frames.key.map(\.color) == (0..<3).map { RegionPicture.color(ofClass: $0) })
    return (text, frames.pictures)
  }

  private static func pixel(_ image: Image, x: Int, y: Int) -> UInt32 {
    let start = 3 * (y * image.width + x)
    return image.pixels[start..<start + 3].reduce(0) { $0 << 8 | UInt32($1) }
  }

  @Test("Each row is a point in its class's color where its features are")
  func points() throws {
    let training = Self.data([(2.5, -0.5, 0), (7.5, 0.5, 1)])
    let validation = Self.data([(5, 0, 2)])
    let found = try Self.section(of: training, validation: validation)
    let without = try Self.section(of: nil)
    #expect(found.pictures.count == 2)
    for (picture, empty) in zip(found.pictures, without.pictures) {
      for (x, y, label) in [(120, 360, 0), (360, 120, 1), (240, 240, 2)] {
        let color = RegionPicture.color(ofClass: label)
        #expect(Self.pixel(picture.image, x: x, y: y) == color)
        #expect(Self.pixel(empty.image, x: x, y: y) != color)
      }
    }
    #expect(found.text.contains("The dots are training rows, the squares validation rows"))
    #expect(!without.text.contains("dots"))
  }

  @Test("The text says which rows loss and accuracy are of, where these are not all")
  func measuredRows() throws {
    func text(_ count: Int) throws -> String {
      try Self.section(
        of: Self.data((0..<count).map { (Double($0 % 10), 0, $0 % 3) })
      ).text
    }
    #expect(try !text(DecisionRegionSeries.mostRows).contains("Loss and accuracy"))
    #expect(
      try text(2500).contains(
        "Loss and accuracy are those of 1,000 of the 2,500 training rows, evenly spaced."))
    #expect(try text(2500).contains("The dots are some of the training rows"))
    #expect(
      try Self.section(of: nil).text.contains(
        "Loss and accuracy are those of at most 1,000 training rows."))
  }

  @Test("The last caption says which weights the picture is of")
  func weights() throws {
    func captions(
      _ decay: Double?, _ best: Int?, _ status: RunRecord.Status = .finished
    ) throws -> [String] {
      let found = try Self.section(
        of: nil, averageDecay: decay, bestIteration: best, status: status)
      #expect(
        found.text.contains("The last picture is of the averaged weights")
          == (decay != nil && status != .diverged))
      return found.pictures.map { String($0.caption.prefix { $0 != ":" }) }
    }
    #expect(try captions(nil, nil) == ["Untrained", "After 7 iterations"])
    #expect(
      try captions(nil, 6) == ["Untrained", "After 7 iterations, whose weights were restored"])
    #expect(try captions(0.9, nil) == ["Untrained", "After 7 iterations, averaged weights"])
    #expect(
      try captions(0.9, 6) == [
        "Untrained", "After 7 iterations, whose averaged weights were restored",
      ])
    #expect(try captions(0.9, nil, .diverged) == ["Untrained", "After 7 iterations"])
  }
}
