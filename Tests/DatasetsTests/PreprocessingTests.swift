import Foundation
import PerceptronDatasets
import Testing

@Suite("Preprocessing")
struct PreprocessingTests {
  private func dataset(_ storage: Features.Storage, width: Int) -> Dataset {
    let features = Features(storage, exampleShape: [width])
    return Dataset(features, labels: [Int](repeating: 0, count: features.count))
  }

  @Test("The mean is that of the divided features, over the selected rows only")
  func mean() throws {
    let all = dataset(.bytes([255, 0, 255, 10, 0, 20, 9, 9]), width: 2)
    let fitted = try Preprocessing.fitted(to: all[rows: 0..<3], divisor: 10, subtractMean: true)
    #expect(fitted.divisor == 10)
    #expect(fitted.mean == [510.0 / 3 / 10, 1])
    #expect(try Preprocessing.fitted(to: all, divisor: 2, subtractMean: false).mean == nil)
    let floats = dataset(.floats([1, 2, 4, 8]), width: 2)
    #expect(try Preprocessing.fitted(to: floats, divisor: 1, subtractMean: true).mean == [2.5, 5])
    let doubles = dataset(.doubles([1, 2, 4, 8]), width: 2)
    #expect(
      try Preprocessing.fitted(to: doubles, divisor: 0.5, subtractMean: true).mean == [5, 10])
  }

  @Test("The mean of equal bytes is exact however many there are")
  func exact() throws {
    let bytes = [UInt8](repeating: 251, count: 30_011)
    let fitted = try Preprocessing.fitted(
      to: dataset(.bytes(bytes), width: 1), divisor: 1, subtractMean: true)
    #expect(fitted.mean == [251])
  }

  @Test(
    "A feature that is not a number is refused with its row and column",
    arguments: [
      Double.nan, .infinity, -.infinity,
    ])
  func nonFinite(value: Double) throws {
    var elements = [Double](repeating: 1, count: 12)
    elements[7] = value
    for storage in [
      Features.Storage.doubles(elements), .floats(elements.map { Float($0) }),
    ] {
      for subtractMean in [true, false] {
        let error = #expect(throws: DatasetError.self) {
          try Preprocessing.fitted(
            to: dataset(storage, width: 3), divisor: 1, subtractMean: subtractMean)
        }
        #expect(error?.message.contains("row 2, column 1 is \(value)") == true)
      }
      let elsewhere = dataset(storage, width: 3)[rows: 0..<2]
      #expect(throws: Never.self) {
        try Preprocessing.fitted(to: elsewhere, divisor: 1, subtractMean: true)
      }
    }
  }

  @Test("A mean of nothing, or one that overflows, is refused")
  func impossible() {
    #expect(throws: DatasetError.self) {
      try Preprocessing.fitted(to: dataset(.bytes([]), width: 3), divisor: 1, subtractMean: true)
    }
    let huge = dataset(.doubles([1e308, 1e308]), width: 1)
    let error = #expect(throws: DatasetError.self) {
      try Preprocessing.fitted(to: huge, divisor: 1, subtractMean: true)
    }
    #expect(error?.message.contains("column 0 is too large") == true)
  }

  @Test(
    "Rows that were scaled otherwise than those it was fitted to are noticed, whatever their type")
  func scale() throws {
    // The largest of each row: 200, 255, 3, of which one is a dark picture.
    let bytes: [UInt8] = [0, 200, 255, 10, 0, 3]
    let fitted = try Preprocessing.fitted(
      to: dataset(.bytes(bytes), width: 2), divisor: 255, subtractMean: true)
    #expect(fitted.magnitude == 200)
    let unit = dataset(.floats(bytes.map { Float($0) / 255 }), width: 2).features
    #expect(
      fitted.scaleMismatch(with: unit)
        == "a row's largest feature is about 0.784, and was about 200 in the training rows, which were "
        + "then divided by 255: the rows given seem to be scaled differently")
    let large = dataset(.doubles([-2000, 3, 5, 2500]), width: 2).features
    #expect(
      fitted.scaleMismatch(with: large)?.contains("about 2.25e+03, and was about 200") == true)
    for fit in [
      dataset(.doubles(bytes.map { Double($0) }), width: 2).features,
      dataset(.bytes([0, 21]), width: 2).features, dataset(.bytes([0, 0]), width: 2).features,
      dataset(.bytes([]), width: 2).features,
    ] {
      #expect(fitted.scaleMismatch(with: fit) == nil)
    }
    #expect(Preprocessing(divisor: 255).scaleMismatch(with: unit) == nil)
  }

  @Test("It comes back from JSON, and impossible values do not")
  func coding() throws {
    for value in [
      Preprocessing.none, Preprocessing(divisor: 255, mean: [0.1, 1 / 3]),
      Preprocessing(divisor: 16, magnitude: 1 / 3),
    ] {
      let data = try JSONEncoder().encode(value)
      #expect(try JSONDecoder().decode(Preprocessing.self, from: data) == value)
    }
    for text in [
      #"{"divisor":0}"#, #"{"divisor":-1}"#, "{}", #"{"divisor":1,"mean":["a"]}"#,
      #"{"divisor":1,"magnitude":-1}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Preprocessing.self, from: Data(text.utf8))
      }
    }
  }
}
