// PAGE-BEGIN
import Perceptron

/// The slope and the intercept of the line next to points, without those that lie far from a first line.
func line(through x: Tensor<Double>, _ y: Tensor<Double>) throws -> Tensor<Double> {
  let a = stack([x, .ones(x.shape)], axis: 1)
  let first = try leastSquares(a, y).solution
  let distance = abs(y - matmul(a, first))
  let isNear = distance .<= 3 * distance.median()
  return try leastSquares(a[isNear], y[isNear]).solution
}
// PAGE-END
