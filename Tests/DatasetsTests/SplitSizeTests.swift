import Foundation
import PerceptronDatasets
import Testing

@Suite("Sizes of held-out parts")
struct SplitSizeTests {
  @Test(
    "A whole number is rows, a fraction below 1 a share, as text and in JSON",
    arguments: [
      ("0", .rows(0)), ("1", .rows(1)), ("200", .rows(200)), ("0.2", .share(0.2)),
      ("1e-05", .share(1e-5)), ("0.999", .share(0.999)),
    ] as [(String, SplitSize)])
  func forms(text: String, size: SplitSize) throws {
    #expect(SplitSize(text) == size)
    #expect(size.description == text)
    let json = try JSONEncoder().encode(["size": size])
    #expect(try JSONDecoder().decode([String: SplitSize].self, from: json) == ["size": size])
    let read = try JSONDecoder().decode([SplitSize].self, from: Data("[\(text)]".utf8))
    #expect(read == [size])
  }

  @Test(
    "Other numbers are refused",
    arguments: ["-1", "-0.5", "1.5", "200.5", "nan", "inf", "", "a", "20%"])
  func refused(text: String) {
    #expect(SplitSize(text) == nil)
  }

  @Test("Numbers that are neither rows nor shares are refused in JSON", arguments: ["-1", "1.5"])
  func refusedJSON(text: String) throws {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([SplitSize].self, from: Data("[\(text)]".utf8))
    }
    #expect("\(try #require(error))".contains("expected a number of rows, or a share below 1"))
  }

  @Test(
    "A share of rows is rounded to the nearest number, and at least 1",
    arguments: [
      (0.2, 100, 20), (0.29, 100, 29), (0.25, 10, 3), (0.24, 10, 2), (0.001, 100, 1), (0, 100, 0),
    ])
  func rounding(share: Double, count: Int, rows: Int) throws {
    #expect(try SplitSize.share(share).rows(of: count) == rows)
  }

  @Test("A share from 1, below 0 or NaN is refused", arguments: [1, 1.5, -0.1, .nan, .infinity])
  func badShares(share: Double) {
    let error = #expect(throws: DatasetError.self) { try SplitSize.share(share).rows(of: 10) }
    #expect(
      error?.message == "a share of \(share) of the rows: expected 0 or more, and below 1")
  }
}
