// PAGE-BEGIN
import Perceptron

/// Predicts each of the digits' test rows on its own and returns how many are right.
func singleRows(readingFrom path: String) throws -> Int {
  let model = try TrainedModel<Float>(readingFrom: path)
  let predictor = RowPredictor(model)  // packs the weights once; all threads share it
  let workspace = predictor.makeWorkspace()  // for one thread
  let rows = Digits.test.features.prepared(with: .none, as: Float.self)
  var right = 0
  for row in 0..<rows.count {
    let pixels = rows.block(row..<row + 1).elements  // bytes, floats or doubles as they came
    let found = try predictor.predict(pixels, in: workspace)
    if found.classIndex == Digits.test.labels[row] { right += 1 }
  }
  // The activations of hidden units, of a row and of many.
  let hidden = model.network.hiddenLayers[0]
  let first = try predictor.activations(
    of: rows.block(0..<1).elements, afterLayer: hidden, in: workspace)
  let all = model.activations(of: Digits.test.features, afterLayer: hidden)
  print("active units of the first row", first.count { $0 > 0 }, "of", all.shape[1])
  return right
}
// PAGE-END
