import PerceptronLinearAlgebra

// Small programs as one writes them in NumPy's manner, each run by NumericsProgramTests against NumPy's numbers.
// With the training loop of one's own (Tests/PerceptronTests/LoopProgram.swift) they are sixteen.

/// The coefficients of the polynomial of `degree` next to points, highest power first.
func polynomialFit(_ x: Tensor<Double>, _ y: Tensor<Double>, degree: Int) throws -> Tensor<Double> {
  try leastSquares(vander(x, columns: degree + 1), y).solution
}

/// The directions in which rows vary most, in columns, and their shares of the variance.
func principalAxes(
  _ rows: Tensor<Double>
) throws -> (directions: Tensor<Double>, shares: Tensor<Double>) {
  let centered = rows - rows.mean(axis: 0)
  let svd = try SVD(centered)
  let variances = svd.singularValues * svd.singularValues
  return (svd.vTransposed.transposed(), variances / variances.sum())
}

/// The temperatures inside a rod whose ends are held at two temperatures.
func rodTemperatures(left: Double, right: Double, points: Int) throws -> Tensor<Double> {
  let neighbors = Tensor<Double>.eye(points, offset: 1) + Tensor.eye(points, offset: -1)
  var ends = Tensor<Double>.zeros([points])
  ends[0] = left
  ends[points - 1] = right
  return try solve(2 * .eye(points) - neighbors, ends, .positiveDefinite)
}

/// Each row as probabilities: its exponentials divided by their sum.
func softmax(_ scores: Tensor<Double>) -> Tensor<Double> {
  let powers = exp(scores - scores.max(axis: 1, keepingDimensions: true))
  return powers / powers.sum(axis: 1, keepingDimensions: true)
}

/// The columns with mean 0 and standard deviation 1; constant ones 0.
func standardized(_ x: Tensor<Double>) -> Tensor<Double> {
  let deviation = x.standardDeviation(axis: 0)
  return (x - x.mean(axis: 0)) / deviation.replacing(with: 1, where: deviation .== 0)
}

/// The centers that k-means finds from the first `count` rows, after so many rounds.
func kMeans(_ rows: Tensor<Double>, count: Int, rounds: Int) -> Tensor<Double> {
  var centers = rows[..<count]
  for _ in 0..<rounds {
    let differences = rows.expanded(axis: 1) - centers.expanded(axis: 0)
    let nearest = (differences * differences).sum(axis: 2).argmin(axis: 1)
    for center in 0..<count {
      let own = Mask(nearest.map { $0 == center })
      if own.any() { centers[center, .all] = rows[own].mean(axis: 0) }
    }
  }
  return centers
}

/// The means of `width` neighbors in a row.
func movingAverage(_ x: Tensor<Double>, width: Int) -> Tensor<Double> {
  let sums = concatenate([[0], x.cumulativeSum(axis: 0)])
  return (sums[width...] - sums[..<(sums.count - width)]) / width
}

/// π by the share of random points that lie in a circle.
func circleNumber(points: Int) -> Double {
  var random = NumPyRandom(seed: 0)
  let x = Tensor<Double>.uniform([points, 2], using: &random)
  return 4 * Double(((x * x).sum(axis: 1) .< 1).trueCount()) / Double(points)
}

/// The indices of the rows of `items` that point most in the direction of `query`, best first.
func mostSimilar(to query: Tensor<Double>, in items: Tensor<Double>, count: Int) -> [Int] {
  let cosines = matmul(items, query) / (items.norm(axis: 1) * query.norm())
  return cosines.topK(count, axis: 0).indices
}

/// A picture cut into square tiles, [tiles, side, side], from left to right and top to bottom.
func tiles(_ picture: Tensor<Double>, side: Int) -> Tensor<Double> {
  let (rows, columns) = (picture.shape[0] / side, picture.shape[1] / side)
  return picture[..<(rows * side), ..<(columns * side)]
    .reshaped(to: [rows, side, columns, side])
    .transposed(axes: [0, 2, 1, 3])
    .reshaped(to: [rows * columns, side, side])
}

/// The numbers, those beyond 1.5 times the distance of the quartiles from them put back to that border.
func withoutOutliers(_ x: Tensor<Double>) -> Tensor<Double> {
  let quartiles = x.quantiles([0.25, 0.75])
  let reach = 1.5 * (quartiles[1] - quartiles[0])
  return x.clipped(to: quartiles[0] - reach...quartiles[1] + reach)
}

/// The share of visits to each page, by the links from pages in rows to those in columns.
func pageRank(_ links: Tensor<Double>, damping: Double = 0.85) throws -> Tensor<Double> {
  let moves = links / links.sum(axis: 1, keepingDimensions: true)
  let count = links.shape[0]
  let jumps = Tensor<Double>(shape: [count], repeating: (1 - damping) / Double(count))
  return try solve(.eye(count) - damping * moves.transposed(), jumps)
}

/// The mean and the standard deviation of a Gaussian process at new points, of a squared exponential kernel.
func gaussianProcess(
  _ x: Tensor<Double>, _ y: Tensor<Double>, at new: Tensor<Double>, noise: Double
) throws -> (mean: Tensor<Double>, deviation: Tensor<Double>) {
  func kernel(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double> {
    exp(-0.5 * pow(a.expanded(axis: 1) - b, 2))
  }
  let factor = try Cholesky(kernel(x, x) + noise * .eye(x.count))
  let cross = kernel(x, new)
  let explained = (cross * (try factor.solve(cross))).sum(axis: 0)
  return (matmul(cross, try factor.solve(y), transposeA: true), sqrt(1 - explained))
}

/// The mean square distances from the start of random walks of so many steps.
func walkDistances(walks: Int, steps: Int) -> Tensor<Double> {
  var random = NumPyRandom(seed: 1)
  let places = Tensor<Double>.normal([walks, steps], using: &random).cumulativeSum(axis: 1)
  return (places * places).mean(axis: 0)
}

/// The weights of a logistic regression by Newton's method, for labels 0 and 1.
func logisticRegression(
  _ x: Tensor<Double>, _ y: Tensor<Double>, rounds: Int
) throws -> Tensor<Double> {
  var weights = Tensor<Double>.zeros([x.shape[1]])
  for _ in 0..<rounds {
    let p = sigmoid(matmul(x, weights))
    let curvature = matmul(x, x * (p * (1 - p)).expanded(axis: 1), transposeA: true)
    weights += try solve(curvature, matmul(y - p, x), .positiveDefinite)
  }
  return weights
}
