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
      Tensor(found.explainedShares),
      [0.8040965154340128, 0.16748728488854486, 0.02760540257952701] as Tensor<Double>)
    let plane = try PrincipalComponents(of: Self.rows, count: 2).coordinates(of: Self.rows)
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
      Tensor(found.explainedShares), [0.9767322867784644, 0.02326771322153568] as Tensor<Double>)
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
    let places = found.coordinates(of: rows)
    let products = naiveMatmul(places, places, transposeA: true) * Tensor(1 / Double(shape[0] - 1))
    for row in 0..<count {
      for column in 0..<count {
        expectClose(
          products[row, column], row == column ? found.variances[row] : 0, tolerance: 1e-10)
      }
    }
    expectClose(found.explainedShares.reduce(0, +), 1, tolerance: 1e-10)
  }

  @Test("Equal rows have no variance", arguments: [[4, 2], [2, 4]])
  func equalRows(shape: [Int]) throws {
    let rows = Tensor<Double>(shape: Shape(shape), repeating: 3)
    let found = try PrincipalComponents(of: rows, count: 2)
    #expect(found.variances == [0, 0] && found.explainedShares == [0, 0])
    #expect(found.coordinates(of: rows).elements.allSatisfy { $0 == 0 })
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
    expectMessage(result, "PrincipalComponents: 3 directions of 9 rows of 2 columns")
  }
}
