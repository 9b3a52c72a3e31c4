import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Sixty rows of four classes, made by a linear congruential generator, and what scikit-learn 1.9.1
/// says of them.
enum ScikitLearnCase {
  static let labels = digits("221333230213001313122233323120012233211000133213221003222311")
  static let predicted = digits("331323130213101313123203320110012233313010013113221003232011")
  static let classNames = ["a", "b", "c", "d"]

  /// `confusion_matrix`.
  static let counts = [[8, 2, 0, 0], [1, 12, 0, 1], [0, 3, 10, 5], [3, 1, 1, 13]]
  /// `accuracy_score`.
  static let accuracy = 0.7166666666666667
  /// `precision_recall_fscore_support`, per class and with `average="macro"`.
  static let precision = [
    0.6666666666666666, 0.6666666666666666, 0.9090909090909091, 0.6842105263157895,
  ]
  static let recall = [0.8, 0.8571428571428571, 0.5555555555555556, 0.7222222222222222]
  static let f1 = [0.7272727272727273, 0.75, 0.6896551724137931, 0.7027027027027027]
  static let support = [10, 14, 18, 18]
  static let macro = (
    precision: 0.7316586921850079, recall: 0.7337301587301588, f1: 0.7174076505973057
  )
  /// `top_k_accuracy_score` of ``scores`` for a k of 1, 2 and 3.
  static let topK = [0.4666666666666667, 0.75, 0.9666666666666667]

  /// Scores of the rows without equal ones in a row, [60, 4].
  static func scores<Scalar: BLASScalar>(as: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    var state = 5
    var scores: [Scalar] = []
    for label in labels {
      for column in 0..<4 {
        state = (state * 1_103_515_245 + 12345) % (1 << 31)
        scores.append(Scalar(Double((state >> 16) % 997) / 997 + (column == label ? 0.3 : 0)))
      }
    }
    return Tensor(scores, shape: [60, 4])
  }

  private static func digits(_ text: String) -> [Int] { text.compactMap(\.wholeNumberValue) }
}

extension Network {
  /// A network whose outputs are its inputs.
  static func identity(_ size: Int) -> Network {
    var weights = Tensor<Scalar>.zeros([size, size])
    for index in 0..<size { weights[index, index] = 1 }
    return Network(
      inputSize: size, layers: [Affine(weights: weights, bias: .zeros([size]))])
  }
}

/// Some rows `times` times one after the other, with their classes.
func repeated<Scalar>(
  _ features: Tensor<Scalar>, labels: [Int], times: Int, classNames: [String]? = nil
) -> PreparedDataset<Scalar> {
  let rows = Dataset(features, labels: labels, classNames: classNames)
  let indices = (0..<times).flatMap { _ in labels.indices }
  return rows.subset(rows: indices).prepared(with: .none)
}
