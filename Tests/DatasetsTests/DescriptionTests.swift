import PerceptronDatasets
import PerceptronLinearAlgebra
import Testing

@Suite("Descriptions")
struct DescriptionTests {
  /// 600 rows in which every number is 77.
  private let dataset = Dataset(
    Features(.bytes([UInt8](repeating: 77, count: 1_200)), exampleShape: [2]),
    labels: (0..<600).map { $0 % 2 }, classNames: ["left", "right"])

  private func dumped(_ value: some Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }

  @Test("Features are described by their sizes and type")
  func features() {
    let floats = Features(.floats([1, 2, 3, 4]), exampleShape: [1, 4])
    let doubles = Features(.doubles([1, 2, 3]), exampleShape: [1])
    #expect("\(dataset.features)" == "600 rows of [2] bytes")
    #expect("\(floats)" == "1 row of [1, 4] floats")
    #expect("\(doubles.subset(rows: [0, 2]))" == "2 rows of [1] doubles")
  }

  @Test("A data set is described by its features and classes")
  func dataSets() {
    #expect("\(dataset)" == "600 rows of [2] bytes, 2 classes")
    let one = Dataset(Tensor<Double>([1], shape: [1, 1]), labels: [0])
    #expect("\(one)" == "1 row of [1] doubles, 1 class")
  }

  @Test("Prepared data is described with its preprocessing")
  func prepared() {
    let plain = dataset.prepared(with: .none, as: Double.self)
    #expect("\(plain)" == "600 rows of [2] bytes, 2 classes, as Double, divided by 1.0")
    let scaled = dataset.prepared(
      with: Preprocessing(divisor: 255, mean: [77, 77]), as: Float.self)
    #expect("\(scaled.features)" == "600 rows of [2] bytes as Float, divided by 255.0, less a mean")
    #expect(
      "\(scaled)" == "600 rows of [2] bytes, 2 classes, as Float, divided by 255.0, less a mean")
  }

  @Test("Debugger views of data sets, and of values that hold them, list no numbers")
  func mirrors() throws {
    let prepared = dataset.prepared(with: Preprocessing(mean: [77, 77]), as: Float.self)
    let split = try dataset.splitLast(100)
    for text in [
      dumped(dataset.features), dumped(dataset), dumped(prepared), dumped(prepared.features),
      dumped(split), "\(split)", String(reflecting: prepared),
    ] {
      #expect(!text.contains("77"), "\(text)")
      #expect(text.contains("rows of [2] bytes") && text.count < 1_000, "\(text)")
    }
    #expect(dumped(dataset).contains("right"))
  }
}
