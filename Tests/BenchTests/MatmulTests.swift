import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("Products that bench times")
struct MatmulTests {
  static let extents = [0, 1, 3, 4, 8, 17, 65]
  static let variants = MatmulVariant.all(threads: 2)

  @Test("Every implementation of products agrees with the definition", arguments: variants)
  func everyWay(variant: MatmulVariant) {
    let threads = BLASLibrary.threadCount
    defer { BLASLibrary.threadCount = threads }
    variant.prepare()
    var random = SeededRandom(seed: 0)
    for rows in Self.extents {
      for inner in Self.extents {
        for columns in Self.extents {
          for (transposeA, transposeB) in [
            (false, false), (true, false), (false, true), (true, true),
          ] {
            let product = Product(
              name: "", rows: rows, inner: inner, columns: columns, transposeA: transposeA,
              transposeB: transposeB)
            expectRight(variant, product, using: &random)
          }
        }
      }
    }
  }

  private func expectRight(
    _ variant: MatmulVariant, _ product: Product, using random: inout SeededRandom
  ) {
    let (rows, inner, columns) = (product.rows, product.inner, product.columns)
    let a = Tensor<Float>.uniform(
      product.transposeA ? [inner, rows] : [rows, inner], using: &random)
    let b = Tensor<Float>.uniform(
      product.transposeB ? [columns, inner] : [inner, columns], using: &random)
    var c = [Float](repeating: .nan, count: rows * columns)
    variant.run(product, a.elements, b.elements, &c)
    let expected = naiveMatmul(
      a, b, transposeA: product.transposeA, transposeB: product.transposeB)
    #expect(
      zip(c, expected.elements).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max($1, 1) },
      "\(variant.legend), \(product), \(product.transposeA), \(product.transposeB)")
  }

  @Test(
    "The reference is the definition", arguments: [(false, false), (true, false), (false, true)])
  func reference(transposeA: Bool, transposeB: Bool) throws {
    for (rows, inner, columns) in [(1, 1, 1), (5, 7, 3), (17, 31, 23), (3, 0, 2), (64, 130, 9)] {
      let work = MatmulWork(
        Product(
          name: "", rows: rows, inner: inner, columns: columns, transposeA: transposeA,
          transposeB: transposeB))
      // The loops are tested against the definition above.
      #expect(try work.check(.ijk) > 0)
    }
  }

  @Test(
    "Wrong elements and elements that are not written are found", arguments: [0, 7, 5 * 11 - 1])
  func wrongElement(index: Int) throws {
    let product = Product(name: "X·W1", rows: 5, inner: 300, columns: 11)
    let work = MatmulWork(product)
    var right = [Float](repeating: 0, count: 55)
    work.run(.ijk, into: &right)
    try work.checkResult(of: "loops", right)
    for wrong in [right[index] * 1.001, 0, .nan, .infinity] {
      var result = right
      result[index] = wrong
      let error = #expect(throws: WrongResult.self) {
        try work.checkResult(of: "loops", result)
      }
      let place = "[\(index / 11), \(index % 11)]"
      #expect(
        error?.description.hasPrefix("X·W1 5×300×11, loops, element \(place): expected") == true)
    }
  }

  @Test("Slow variants are left out, except BLAS")
  func skipping() throws {
    var maker = MatmulBenchmarks(longestRun: 1e-12)
    let product = Product(name: "", rows: 20, inner: 20, columns: 20)
    let benchmarks = try maker.make(
      of: [product], variants: MatmulVariant.all(threads: 1), where: { _, _ in true })
    #expect(benchmarks.map(\.variant) == ["BLAS 1"])
    maker = MatmulBenchmarks(longestRun: 1e12)
    let all = try maker.make(
      of: [product], variants: MatmulVariant.all(threads: 1), where: { _, _ in true })
    #expect(all.map(\.variant) == ["ijk", "ikj", "unsafe", "block", "BLAS 1"])
    #expect(all.allSatisfy { $0.operations == 16_000 && $0.expectedSeconds ?? 0 > 0 })
  }
}

@Suite("The table and the chart of products")
struct MatmulTableTests {
  private let variants = MatmulVariant.all(threads: 2)

  /// Timings of all products at the given billions of operations a second.
  private func timings(_ rate: (MatmulVariant) -> Double) -> [Timing] {
    Product.groups.flatMap(\.products).flatMap { product in
      variants.map { variant in
        var timing = Timing(
          subject: product.description, variant: variant.name,
          visits: [[product.operations / rate(variant) / 1e9]], runs: 1)
        timing.operations = product.operations
        return timing
      }
    }
  }

  @Test("Peak, share and speed-up are those of BLAS with all threads")
  func figures() throws {
    let table = MatmulTable(
      timings { $0 == .ijk ? 2 : $0 == variants.last ? 100 : 50 }, groups: Product.groups,
      variants: variants)
    #expect(abs((table.peak ?? 0) - 100) < 1e-9)
    let line = try #require(table.text.split(separator: "\n").first { $0.hasPrefix("512×") })
    #expect(
      line.split(whereSeparator: \.isWhitespace).map(String.init) == [
        "512×512×512", "2.00", "50.0", "50.0", "50.0", "50.0", "100", "2.68", "ms", "2.68", "ms",
        "0", "%", "100", "%", isOptimizedBuild ? "×50" : "–",
      ])
  }

  @Test("The table fits 110 columns, whatever its figures", arguments: [0.05, 1, 1e4])
  func width(factor: Double) {
    let table = MatmulTable(
      timings { $0 == .ijk ? factor / 999 : factor }, groups: Product.groups, variants: variants)
    for line in table.text.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
  }

  @Test("Missing timings, and figures derived from them, are dashes")
  func leftOut() throws {
    let fast = timings { _ in 10 }.filter { $0.variant != "ijk" && !$0.subject.hasPrefix("512") }
    let table = MatmulTable(fast, groups: Product.groups, variants: variants)
    let lines = table.text.split(separator: "\n")
    #expect(!lines.contains { $0.hasPrefix("512") })
    let line = try #require(lines.first { $0.hasPrefix("64×64×64") })
    #expect(line.split(separator: " ")[1] == "–" && line.hasSuffix("–"))
    let few = MatmulTable(
      fast.filter { $0.subject.hasPrefix("64×") }, groups: Product.groups, variants: variants)
    #expect(few.peak == nil && few.text.contains("unknown without a square"))
  }

  @Test("The chart has a curve with the squares' points for each variant")
  func chart() {
    let chart = MatmulPlot.chart(timings { _ in 10 }, variants: variants, on: "A \"processor\"")
    guard case .curves(let curves) = chart.content else {
      Issue.record("\(chart.content) are no curves")
      return
    }
    #expect(curves.series.map(\.name) == variants.reversed().map(\.legend))
    #expect(curves.series.allSatisfy { $0.points.first == .init(64, 10) })
    #expect(chart.title.hasSuffix("products, A \"processor\""))
  }
}
