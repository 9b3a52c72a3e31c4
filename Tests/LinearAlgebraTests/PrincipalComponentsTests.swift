import Foundation
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Principal components")
struct PrincipalComponentsTests {
  private static let rows: Tensor<Double> = [
    [2, 0, 1, -1], [0.5, 3, -2, 4], [1, 1, 1, 0], [-3, 2, 0.25, 2], [4, -1, 1.5, -2],
    [0, 0.5, -1, 1],
  ]

  @Test("Directions, variances, shares and coordinates are scikit-learn's")
  func scikitLearn() throws {
    let found = try PrincipalComponents(of: Self.rows, count: 3)
    expectClose(found.mean, Tensor([0.75, 11 / 12, 0.125, 2 / 3]))
    expectClose(
      found.directions,
      [
        [-0.5949257680450225, 0.7729371084401929, 0.2149296353924275],
        [0.4016305834949401, 0.1644863204088708, 0.6608212232313755],
        [-0.31880118781148875, -0.4686677032490526, 0.7051550988406113],
        [0.6189685028881019, 0.3947949603600864, 0.1409852805655766],
      ] as Tensor<Double>)
    expectClose(
      Tensor(found.variances),
      [11.19871917849245, 2.332609373916505, 0.3844627421752876] as Tensor<Double>)
    expectClose(
      Tensor(found.explainedVarianceRatio),
      [0.8040965154340128, 0.16748728488854486, 0.02760540257952701] as Tensor<Double>)
    let plane = try PrincipalComponents(of: Self.rows, count: 2).transform(Self.rows)
    expectClose(
      plane,
      [
        [-2.422383789075196, -0.2526835824342886], [3.7261426913521345, 2.4613476276796242],
        [-0.8068589346471311, -0.46633941010552443], [3.4515126176627198, -2.252510825300463],
        [-4.792235005454027, 0.4995755020526136], [0.8438224201615008, 0.01061068810803887],
      ] as Tensor<Double>)
  }

  @Test("Fewer rows than columns have scikit-learn's components, too")
  func wide() throws {
    let few = Tensor(Self.rows.elements.prefix(12), shape: [3, 4])
    let found = try PrincipalComponents(of: few, count: 2)
    expectClose(
      found.directions,
      [
        [-0.18644447756559476, 0.694061937631512], [0.4257730736579066, -0.3922781218889651],
        [-0.4786571921846237, -0.6035676314850934], [0.7448778684476558, 0.01010029910109685],
      ] as Tensor<Double>)
    expectClose(
      Tensor(found.variances), [12.616125370888499, 0.3005412957781693] as Tensor<Double>)
    expectClose(
      Tensor(found.explainedVarianceRatio),
      [0.9767322867784644, 0.02326771322153568] as Tensor<Double>)
  }

  @Test(
    "Coordinates vary by the variances along orthonormal directions",
    arguments: [[9, 3], [3, 9], [5, 5], [40, 17], [17, 40], [2, 1]])
  func coordinates(shape: [Int]) throws {
    let rows = Tensor<Float>.sample(Shape(shape))
    let count = min(shape[0] - 1, shape[1])
    let found = try PrincipalComponents(of: rows, count: count)
    expectClose(
      naiveMatmul(found.directions, found.directions, transposeA: true), QRTests.identity(count),
      tolerance: 1e-10)
    let places = found.transform(rows)
    let products = naiveMatmul(places, places, transposeA: true) * Tensor(1 / Double(shape[0] - 1))
    for row in 0..<count {
      for column in 0..<count {
        expectClose(
          products[row, column], row == column ? found.variances[row] : 0, tolerance: 1e-10)
      }
    }
    expectClose(found.explainedVarianceRatio.reduce(0, +), 1, tolerance: 1e-10)
  }

  @Test("Equal rows have no variance", arguments: [[4, 2], [2, 4]])
  func equalRows(shape: [Int]) throws {
    let rows = Tensor<Double>(shape: Shape(shape), repeating: 3)
    let found = try PrincipalComponents(of: rows, count: 2)
    #expect(found.variances == [0, 0] && found.explainedVarianceRatio == [0, 0])
    #expect(found.transform(rows).elements.allSatisfy { $0 == 0 })
  }

  @Test("An element that is not finite is refused with its place")
  func notFinite() {
    var rows = Self.rows
    rows[4, 2] = .infinity
    let error = #expect(throws: LAPACKError.self) { try PrincipalComponents(of: rows, count: 1) }
    #expect(
      error?.description
        == "PrincipalComponents: element (4, 2) is inf, expected a finite number")
  }

  @Test("More directions than columns trap")
  func tooMany() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try PrincipalComponents(of: Tensor<Float>.zeros([9, 2]), count: 3)
    }
    expectMessage(
      result, "PrincipalComponents: 3 directions of 9 rows of 2 columns", "at most 2 directions")
  }

  @Test("Whitened coordinates are scikit-learn's, and of variance 1")
  func whitened() throws {
    let found = try PrincipalComponents(of: Self.rows, count: 2, whitening: 0)
    let places = found.transform(Self.rows)
    expectClose(
      places,
      [
        [-0.7238669934316558, -0.16544590307074072], [1.1134617558335553, 1.611580289900235],
        [-0.24110900749111538, -0.30533817867826535], [1.031395632932623, -1.4748432964194205],
        [-1.432035980780855, 0.32709968448625876], [0.25215459293744813, 0.006947403781933501],
      ] as Tensor<Double>)
    let damped = try PrincipalComponents(of: Self.rows, count: 2, whitening: 0.5)
    let factors = found.variances.map { ($0 / ($0 + 0.5)).squareRoot() }
    expectClose(damped.transform(Self.rows), places * Tensor(factors))
  }

  @Test("A direction without variance is whitened to 0, not to infinity", arguments: [0, 1e-5])
  func whitenedConstant(epsilon: Double) throws {
    let rows = Tensor<Double>([1, 7, 2, 7, 4, 7, 8, 7], shape: [4, 2])
    let found = try PrincipalComponents(of: rows, count: 2, whitening: epsilon)
    let places = found.transform(rows)
    #expect((0..<4).allSatisfy { abs(places[$0, 1]) < 1e-9 })
    expectClose(found.inverseTransform(places), rows, tolerance: 1e-9)
  }

  @Test(
    "All components lead back to the rows, with and without whitening",
    arguments: [[9, 3], [3, 9], [40, 17]], [nil, 0, 1e-3])
  func inverse(shape: [Int], whitening: Double?) throws {
    let rows = Tensor<Double>.sample(Shape(shape))
    let found = try PrincipalComponents(of: rows, .all, whitening: whitening)
    #expect(found.count == min(shape[0] - 1, shape[1]))
    expectClose(found.inverseTransform(found.transform(rows)), rows, tolerance: 1e-9)
  }

  @Test("Rows count by their weights, in proportion, also where they are fewer than columns")
  func weights() throws {
    let weights = [1, 0.5, 2, 0, 3, 1.5]
    let found = try PrincipalComponents(of: Self.rows, count: 2, weights: weights)
    expectClose(found.mean, Tensor([2.03125, 0.15625, 0.625, -0.4375]))
    expectClose(
      Tensor(found.variances), [8.616223868802594, 0.619182550627544] as Tensor<Double>)
    expectClose(
      Tensor(found.explainedVarianceRatio),
      [0.890988461666635, 0.06402857175890986] as Tensor<Double>)
    expectClose(
      found.directions,
      [
        [-0.5802305455127693, 0.7765136236573916], [0.38680301861988287, 0.034501676055794905],
        [-0.38532957714038674, -0.45785034033692273], [0.6043484556291275, 0.4315197474938682],
      ] as Tensor<Double>)
    let scaled = try PrincipalComponents(
      of: Self.rows, count: 2, weights: weights.map { $0 * 1e6 })
    expectClose(scaled.directions, found.directions)
    expectClose(Tensor(scaled.variances), Tensor(found.variances))

    // Weight 0 is absence.
    let wide = Tensor(Self.rows.elements.prefix(16), shape: [2, 8])
    let more = Tensor(Self.rows.elements.prefix(16) + [9, 9, 9, 9, 9, 9, 9, 9], shape: [3, 8])
    let few = try PrincipalComponents(of: wide, count: 1)
    let same = try PrincipalComponents(of: more, count: 1, weights: [2, 2, 0])
    expectClose(same.directions, few.directions)
    expectClose(Tensor(same.variances), Tensor(few.variances))
  }

  @Test("A share is reached by the fewest components", arguments: [0.1, 0.8, 0.81, 0.98, 0.999999])
  func share(_ share: Double) throws {
    let all = try PrincipalComponents(of: Self.rows, count: 4)
    let found = try PrincipalComponents(of: Self.rows, .share(share))
    let sums = all.explainedVarianceRatio.indices.map {
      all.explainedVarianceRatio[...$0].reduce(0, +)
    }
    #expect(found.count == (sums.firstIndex { $0 >= share } ?? 3) + 1)
    #expect(found.variances == Array(all.variances.prefix(found.count)))
  }

  @Test(
    "Randomized components are the exact ones where variances fall off",
    arguments: [[300, 60], [60, 300]])
  func randomized(shape: [Int]) throws {
    // Columns of falling size.
    let scales = Tensor((0..<shape[1]).map { 1 / Double(1 + $0) })
    let rows = Tensor<Double>.sample(Shape(shape)) * scales
    let exact = try PrincipalComponents(of: rows, count: 5, solver: .exact)
    let found = try PrincipalComponents(of: rows, count: 5, solver: .randomized(seed: 3))
    expectClose(Tensor(found.variances), Tensor(exact.variances), tolerance: 1e-8)
    expectClose(
      Tensor(found.explainedVarianceRatio), Tensor(exact.explainedVarianceRatio), tolerance: 1e-8)
    expectClose(found.directions, exact.directions, tolerance: 1e-4)
    #expect(try PrincipalComponents(of: rows, count: 5, solver: .randomized(seed: 3)) == found)
    #expect(try PrincipalComponents(of: rows, count: 5, solver: .automatic) == exact)
  }

  @Test("Randomized components of a matrix of low rank are exact, and the rest have no variance")
  func lowRank() throws {
    let rows = naiveMatmul(
      Tensor<Double>.sample([40, 2]), Tensor<Double>.sample([2, 30], seed: 2))
    let found = try PrincipalComponents(of: rows, count: 4, solver: .randomized())
    expectClose(
      found.explainedVarianceRatio[0] + found.explainedVarianceRatio[1], 1, tolerance: 1e-12)
    expectClose(
      found.inverseTransform(found.transform(rows)), rows, tolerance: 1e-10)
  }

  @Test("Components come back from JSON with the same bits", arguments: [nil, 1e-5])
  func coding(whitening: Double?) throws {
    let found = try PrincipalComponents(of: Self.rows, count: 3, whitening: whitening)
    let text = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(PrincipalComponents.self, from: text) == found)
  }

  @Test(
    "JSON of parts that do not fit is refused",
    arguments: [
      #"{"mean":[0,0],"directions":[1,0,1],"variances":[1],"explainedVarianceRatio":[1]}"#,
      #"{"mean":[0,0],"directions":[1,0],"variances":[-1],"explainedVarianceRatio":[1]}"#,
      #"{"mean":[0,0],"directions":[1,0],"variances":[1],"explainedVarianceRatio":[1,0]}"#,
      #"{"mean":[0,0],"directions":[1,0],"variances":[1],"explainedVarianceRatio":[1],"whitening":-1}"#,
    ])
  func badJSON(_ text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(PrincipalComponents.self, from: Data(text.utf8))
    }
  }

  @Test("A count is read from text and JSON as it is written")
  func counts() throws {
    for (text, count) in [
      ("all", PrincipalComponents.Count.all), ("12", .number(12)), ("0.95", .share(0.95)),
    ] {
      #expect(PrincipalComponents.Count(text) == count && count.description == text)
      let json = try JSONEncoder().encode([count])
      #expect(try JSONDecoder().decode([PrincipalComponents.Count].self, from: json) == [count])
    }
    for text in ["0", "-1", "1.5", "none", "", "nan", "0.0"] {
      #expect(PrincipalComponents.Count(text) == nil, "\(text)")
    }
  }
}

@Suite("Moments of rows")
struct RowMomentsTests {
  /// The covariance by its definition.
  private func covariance(_ rows: Tensor<Double>) -> Tensor<Double> {
    let centered = rows - rows.mean(axis: 0)
    return naiveMatmul(centered, centered, transposeA: true)
      * Tensor(1 / Double(rows.shape[0] - 1))
  }

  @Test("Blocks of any size have the moments of the whole", arguments: [1, 2, 7, 50])
  func blocks(size: Int) {
    let rows = Tensor<Double>.sample([50, 6]) + Tensor([1e6, 0, -3e5, 2, 0, 1e3])
    var moments = RowMoments(columnCount: 6)
    for start in stride(from: 0, to: 50, by: size) {
      moments.add(rows[rows: start..<min(start + size, 50)])
    }
    #expect(moments.count == 50 && moments.weight == 50)
    expectClose(moments.mean, rows.mean(axis: 0), tolerance: 1e-14)
    expectClose(moments.covariance, covariance(rows), tolerance: 1e-9)
  }

  @Test("Single precision loses nothing to means that are large beside the differences")
  func singlePrecision() {
    // Whole numbers below 2²⁴ are exact in both types.
    let numbers: [Int] = (0..<120).map { (place: Int) in 16_000_000 + place * place % 7 + place % 5
    }
    let rows = Tensor<Double>(numbers.map(Double.init), shape: [40, 3])
    var moments = RowMoments(columnCount: 3)
    for start in [0, 10, 20, 30] {
      moments.add(Tensor<Float>(rows[rows: start..<start + 10]))
    }
    expectClose(moments.covariance, covariance(rows), tolerance: 1e-5)
  }

  @Test("No rows and weights of 0 add nothing")
  func nothing() {
    var moments = RowMoments(columnCount: 2)
    moments.add(Tensor<Float>.zeros([0, 2]))
    moments.add(Tensor<Float>([1, 2, 3, 4], shape: [2, 2]), weights: [0, 0])
    #expect(moments.count == 0 && moments.weight == 0)
    moments.add(Tensor<Float>([1, 2, 3, 4], shape: [2, 2]))
    #expect(
      moments.mean == Tensor([2, 3]) && moments.covariance == Tensor([2, 2, 2, 2], shape: [2, 2]))
  }

  @Test("A weight that is negative or not finite traps with its row")
  func wrongWeights() async {
    let added = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var moments = RowMoments(columnCount: 1)
      moments.add(Tensor<Float>([1, 2, 3], shape: [3, 1]), weights: [1, .nan, -1])
    }
    expectMessage(added, "RowMoments: a weight of nan of row 1, expected a finite number from 0 up")
    let few = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let rows = Tensor<Double>([1, 2, 3, 5, 7, 11], shape: [2, 3])
      _ = try PrincipalComponents(of: rows, count: 1, weights: [1, -0.5])
    }
    expectMessage(
      few, "PrincipalComponents: a weight of -0.5 of row 1, expected a finite number from 0 up")
    let alone = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let rows = Tensor<Double>([1, 2, 3, 5, 7, 11], shape: [2, 3])
      _ = try PrincipalComponents(of: rows, count: 1, weights: [1, 0])
    }
    expectMessage(
      alone, "PrincipalComponents: 1 rows of a weight above 0, expected at least 2")
  }
}
