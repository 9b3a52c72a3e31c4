import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import TestSupport
import Testing
@testable import PerceptronCLI

@Suite("Formatting of figures")
struct FigureTests {
  @Test("The median is the middle number, or the mean of the middle two")
  func medians() {
    #expect(median([]) == nil)
    #expect(median([4]) == 4)
    #expect(median([9, 1, 2]) == 2)
    #expect(median([100, 1, 3, 2]) == 2.5)
    #expect(median([1.6e308, 1.5e308]) == 1.55e308)
    #expect(median([.infinity, .infinity]) == .infinity)
    // 3.9806985826820034 where the sum is halved.
    #expect(median([0.31610992102607804, 7.645287244337929]) == 3.980698582682004)
  }

  @Test(
    "Times are read in the unit that suits them",
    arguments: [
      (0, "0 µs"), (1.24e-6, "1.2 µs"), (850e-6, "850 µs"), (2.125e-3, "2.12 ms"),
      (0.0425, "42 ms"), (2.14, "2.1 s"),
      (14.4, "14 s"), (59.7, "1 min 0 s"), (200, "3 min 20 s"), (18420, "5 h 7 min"),
      (1e300, "years"),
    ] as [(Double, String)])
  func times(seconds: Double, expected: String) {
    #expect(readableTime(seconds) == expected)
  }

  @Test(
    "Small and huge numbers have four digits that count, others four decimals",
    arguments: [
      (0, "0.0000"), (1e-5, "1e-05"), (-2.34567e-7, "-2.346e-07"), (0.001, "0.0010"),
      (0.29196, "0.2920"), (-99_999, "-99999.0000"), (3e38, "3e+38"), (.infinity, "inf"),
      (-.nan, "nan"),
    ] as [(Double, String)])
  func numbers(value: Double, expected: String) {
    #expect(readableNumber(value) == expected)
  }

  @Test("Singular and plural are distinguished")
  func counts() {
    #expect([0, 1, 2].map { counted($0, "thread") } == ["0 threads", "1 thread", "2 threads"])
  }

  @Test("A progress line has the rate and the time left")
  func progress() {
    let line = ProgressLine(
      done: 3093, iterations: 4000, elapsed: 2, loss: 0.29196, batchValue: 0.96,
      validationValue: 0.899)
    #expect(
      line.text()
        == "3093/4000  1546/s  loss 0.2920  batch 0.960  validation 0.899  586 ms left")
    let small = ProgressLine(done: 3, iterations: 9, elapsed: 6, loss: 1e-5)
    #expect(small.text() == "3/9  0.5/s  loss 1e-05  12 s left")
    let slow = ProgressLine(done: 3, iterations: 9, elapsed: 6, loss: 2.3)
    #expect(slow.text() == "3/9  0.5/s  loss 2.3000  12 s left")
    let last = ProgressLine(done: 9, iterations: 9, elapsed: 6, loss: 2.3, isFinal: true)
    #expect(last.text() == "9/9  1.5/s  loss 2.3000  in 6.0 s")
    let narrow = "3093/4000  loss 0.2920  validation 0.899  586 ms left"
    #expect(line.text(columns: 60) == narrow)
    #expect(line.text(columns: 40) == "3093/4000  loss 0.2920  586 ms left")
    #expect(line.text(columns: 5) == "3093/4000  loss 0.2920")
  }

  @Test("A progress line fits 79 columns, whatever its numbers")
  func progressWidth() {
    for done in [1, 99_999, 12_345_678, 999_999_999] {
      for iterations in [done, 1_000_000_000] {
        for elapsed in [1e-9, 0.1, 7777, 3e8] {
          for loss in [0.1, 9999.99999, 1e30, 1e300] {
            let text = ProgressLine(
              done: done, iterations: iterations, elapsed: elapsed, loss: loss, batchValue: 1,
              validationValue: 1
            ).text(columns: 79)
            #expect(text.count <= 79 && text.contains("loss"), "\(text)")
          }
        }
      }
    }
  }

  @Test("A product's speed counts two operations per term")
  func gigaflops() {
    #expect(MatmulSpeed.gigaflops(10, 20, 30, seconds: 1e-6) == 12)
    #expect(MatmulSpeed.gigaflops(1000, 1000, 1000, seconds: 2) == 1)
  }

  @Test("A product that is wrong anywhere is reported, with its shape")
  func wrongProduct() {
    let right = MatmulCheck(Double.self)
    #expect(right.passed && right.summary.hasPrefix("right: "))
    let forgetful = MatmulCheck(Double.self) { a, b, transposeA, transposeB in
      var product = matmul(a, b, transposeA: transposeA, transposeB: transposeB)
      // The last column of a width that no kernel works in.
      if product.shape[1] == 17 && product.shape[0] == 3 { product[0, 16] = 0 }
      return product
    }
    #expect(!forgetful.passed && forgetful.worstError == 1)
    #expect(forgetful.summary.hasPrefix("WRONG: ") && forgetful.summary.contains(" at 3×"))
    let broken = MatmulCheck(Float.self) { a, b, transposeA, transposeB in
      matmul(a, b, transposeA: transposeA, transposeB: transposeB) * Float.nan
    }
    #expect(!broken.passed && broken.summary.hasPrefix("WRONG: "))
  }

  @Test("The memory demand is computed without overflow and compared with the limit")
  func memory() throws {
    let demand = MemoryDemand(
      inputSize: 3072, layers: [.affine(outputs: 1_000_000), .relu, .affine(outputs: 10)],
      batchSize: 200, scalarSize: 4)
    #expect(demand.bytes == 4 * (2 * 3_083_000_010 + 200 * 2_003_092))
    let sizes = "--hidden 1000000"
    try demand.check(sizes: sizes, batchOption: "--batch", memory: .machine(demand.bytes))
    let error = #expect(throws: ValidationError.self) {
      try demand.check(sizes: sizes, batchOption: "--batch", memory: .machine(25.2e9))
    }
    #expect(
      error?.message == "--hidden 1000000 with --batch 200 on 3072 features needs 26.3 GB, "
        + "but 25.2 GB are left of the 25.2 GB that this machine has")
    let largest = MemoryDemand(
      inputSize: .max, layers: [.affine(outputs: .max)], batchSize: .max, scalarSize: 8)
    #expect(throws: ValidationError.self) {
      try largest.check(sizes: sizes, batchOption: "--rows")
    }
  }

  @Test("A NaN is shown without a sign")
  func nan() {
    for text in [decimal(-.nan, 4), significant(-.nan, 4), scientific(-.nan)] {
      #expect(text == "nan")
    }
    #expect(plain(-Double.nan) == "nan" && plain(-.infinity) == "-inf" && plain(0.1) == "0.1")
  }
}
