import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport

/// Losses of weighted rows in PyTorch 2.15, in double precision, with `w`, `o` and the targets `t` as
/// below and c for the classes' weights:
///
///     o.requires_grad_(); C = 3
///     r = F.cross_entropy(o, t, reduction="none")
///     r = F.cross_entropy(o, t, reduction="none", weight=c, label_smoothing=a)
///     r = C * F.multi_margin_loss(o, t, p=1, reduction="none")  # p=2 for squared margins
///     r = F.binary_cross_entropy_with_logits(o, t, reduction="none").mean(1)
///     r = F.mse_loss(o, t, reduction="none").mean(1)  # l1_loss; huber_loss with delta=d
///     loss = (w * r).sum() / w.sum()  # (w * c[t]).sum() with weights of classes
///     loss.backward(); print(loss.item(), o.grad.tolist())
///
/// `columns: 1` is the first column of `o` and `t`.
enum RowWeightVectors {
  static let weights: [Double] = [2, 0, 0.5, 1.25, 3]
  static let outputs: Tensor<Double> = [
    [1, 2, -1], [0.5, -3, 2], [0.3, 0.2, -0.6], [4, 1, 1.5], [-2, 0.7, 0.1],
  ]

  enum TargetKind {
    case labels, binary, values, probabilities
  }

  static func targets<Scalar: BLASScalar>(
    _ kind: TargetKind, columns: Int, weights: [Scalar]?
  ) -> Targets<Scalar> {
    switch kind {
    case .labels: .labels([1, 0, 2, 2, 1], weights: weights)
    case .binary: .labels([1, 0, 1, 1, 0], weights: weights)
    case .values: .values(leading(columns, of: values), weights: weights)
    case .probabilities: .values(leading(columns, of: probabilities), weights: weights)
    }
  }

  private static let values: Tensor<Double> = [
    [0.5, 2.25, -1], [1, -3, 0], [0.25, 0, 1], [4, 2, -2], [0.75, -0.5, 0.2],
  ]
  private static let probabilities: Tensor<Double> = [
    [0.5, 1, 0], [1, 0, 0], [0.25, 0, 1], [1, 1, 0.75], [0, 0.5, 1],
  ]

  /// The first columns of a matrix of three.
  static func leading<Scalar: BLASScalar>(
    _ columns: Int, of matrix: Tensor<Double>
  ) -> Tensor<Scalar> {
    let rows = matrix.shape.rowCount
    return Tensor(
      (0..<rows * columns).map { Scalar(matrix[$0 / columns, $0 % columns]) },
      shape: [rows, columns])
  }

  struct Reference: Sendable {
    let specification: LossSpecification
    let kind: TargetKind
    let columns: Int
    let loss: Double
    let gradient: Tensor<Double>

    init(
      _ specification: LossSpecification, _ kind: TargetKind, columns: Int = 3, loss: Double,
      gradient: Tensor<Double>
    ) {
      (self.specification, self.kind, self.columns) = (specification, kind, columns)
      (self.loss, self.gradient) = (loss, gradient)
    }
  }

  static let references: [Reference] = [
    Reference(
      .softmax, .labels, loss: 0.9313611228396674,
      gradient: [
        [0.07688784010145752, -0.08729347771903964, 0.010405637617582142], [0, 0.0, 0.0],
        [0.0320471780095651, 0.02899748580551367, -0.061044663815078774],
        [0.16360964333836936, 0.00814564449852923, -0.17175528783689856],
        [0.01848316819829395, -0.16941986022812924, 0.15093669202983528],
      ]),
    Reference(
      .softmax(classWeights: [0.5, 2, 1.5]), .labels, loss: 0.8316032034405425,
      gradient: [
        [0.08221670030650903, -0.09334352072927012, 0.011126820422761103], [0, 0.0, 0.0],
        [0.025701202166086862, 0.02325540940838225, -0.048956611574469115],
        [0.13121169416245465, 0.006532645587929384, -0.13774433975038403],
        [0.01976417985560145, -0.1811618307389897, 0.16139765088338823],
      ]),
    Reference(
      .softmax(labelSmoothing: 0.1, classWeights: [0.5, 2, 1.5]), .labels, loss: 0.8555300126454546,
      gradient: [
        [0.07683587960322276, -0.07967101393268386, 0.0028351343294611463], [0, 0.0, 0.0],
        [0.024755567246529688, 0.020356751944108697, -0.04511231919063839],
        [0.12810362143303683, -0.00014059942905421098, -0.1279630220039826],
        [0.015144977820810776, -0.1592815188892742, 0.1441365410684634],
      ]),
    Reference(
      .hinge, .labels, loss: 1.1925925925925926,
      gradient: [
        [0.0, 0.0, 0.0], [0, 0.0, 0.0],
        [0.07407407407407407, 0.07407407407407407, -0.14814814814814814],
        [0.18518518518518517, 0.18518518518518517, -0.37037037037037035],
        [0.0, -0.4444444444444444, 0.4444444444444444],
      ]),
    Reference(
      .squaredHinge, .labels, loss: 2.8933333333333335,
      gradient: [
        [0.0, 0.0, 0.0], [0, 0.0, 0.0],
        [0.28148148148148144, 0.26666666666666666, -0.5481481481481482],
        [1.2962962962962963, 0.18518518518518517, -1.4814814814814814],
        [0.0, -0.3555555555555555, 0.3555555555555555],
      ]),
    Reference(
      .logistic, .probabilities, loss: 0.4702571398077197,
      gradient: [
        [0.022820600358519, -0.011773128100949895, 0.026562115690863714], [0, 0.0, 0.0],
        [0.008010926341028618, 0.013576148081789578, -0.01594213101792087],
        [-0.001110259874203182, -0.01660132230678982, 0.004171263962570596],
        [0.017659692151424822, 0.02491670698787647, -0.0703734537068237],
      ]),
    Reference(
      .logistic, .probabilities, columns: 1, loss: 0.35846999115509476,
      gradient: [
        [0.06846180107555701], [0], [0.024032779023085853], [-0.003330779622609546],
        [0.052979076454274465],
      ]),
    Reference(
      .logistic, .labels, loss: 0.7699484978324109,
      gradient: [
        [0.07220331640790172, -0.011773128100949895, 0.026562115690863714], [0, 0.0, 0.0],
        [0.014183765847201458, 0.013576148081789578, -0.01594213101792087],
        [0.06061813518752521, 0.045127072754938574, -0.011260834802861502],
        [0.017659692151424822, -0.049157367086197605, 0.07777469444132444],
      ]),
    Reference(
      .logistic, .binary, columns: 1, loss: 0.19365517634027996,
      gradient: [
        [-0.07968634707259113], [0.0], [-0.0315227765324697], [-0.003330779622609546],
        [0.052979076454274465],
      ]),
    Reference(
      .squaredError, .values, loss: 2.24820987654321,
      gradient: [
        [0.09876543209876543, -0.04938271604938271, 0.0], [0, 0.0, 0.0],
        [0.0024691358024691353, 0.009876543209876543, -0.07901234567901234],
        [0.0, -0.12345679012345678, 0.43209876543209874],
        [-0.8148148148148148, 0.3555555555555555, -0.02962962962962963],
      ]),
    Reference(
      .squaredError, .values, columns: 1, loss: 3.43537037037037,
      gradient: [[0.2962962962962963], [0], [0.007407407407407405], [0.0], [-2.444444444444444]]),
    Reference(
      .absoluteError, .values, loss: 0.9975308641975309,
      gradient: [
        [0.09876543209876543, -0.09876543209876543, 0.0], [0, 0.0, 0.0],
        [0.024691358024691357, 0.024691358024691357, -0.024691358024691357],
        [0.0, -0.06172839506172839, 0.06172839506172839],
        [-0.14814814814814814, 0.14814814814814814, -0.14814814814814814],
      ]),
    Reference(
      .absoluteError, .values, columns: 1, loss: 1.3740740740740742,
      gradient: [[0.2962962962962963], [0], [0.07407407407407407], [0.0], [-0.4444444444444444]]),
    Reference(
      .huber(), .values, loss: 0.6969444444444446,
      gradient: [
        [0.04938271604938271, -0.024691358024691357, 0.0], [0, 0.0, 0.0],
        [0.0012345679012345677, 0.0049382716049382715, -0.024691358024691357],
        [0.0, -0.06172839506172839, 0.06172839506172839],
        [-0.14814814814814814, 0.14814814814814814, -0.014814814814814815],
      ]),
    Reference(
      .huber(), .values, columns: 1, loss: 1.0371296296296297,
      gradient: [[0.14814814814814814], [0], [0.0037037037037037025], [0.0], [-0.4444444444444444]]),
    Reference(
      .huber(delta: 0.4), .values, loss: 0.34163580246913583,
      gradient: [
        [0.03950617283950617, -0.024691358024691357, 0.0], [0, 0.0, 0.0],
        [0.0012345679012345677, 0.0049382716049382715, -0.009876543209876543],
        [0.0, -0.024691358024691357, 0.024691358024691357],
        [-0.05925925925925926, 0.05925925925925926, -0.014814814814814815],
      ]),
    Reference(
      .huber(delta: 0.4), .values, columns: 1, loss: 0.48898148148148146,
      gradient: [
        [0.11851851851851852], [0], [0.0037037037037037025], [0.0], [-0.17777777777777778],
      ]),
  ]
}
