import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

@Suite("Weights of rows")
struct RowWeightTests {
  /// A loss of a user's own, which knows nothing of weights: the sum of outputs times their targets.
  struct Product<Scalar: BLASScalar>: Loss {
    func forward(
      outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved: MutableRowBlock<Scalar>,
      losses: UnsafeMutableBufferPointer<Scalar>
    ) {
      guard case .values(let values) = targets.kind else { fatalError("Product: labels") }
      saved.base.update(from: values.base, count: values.count)
      for row in 0..<outputs.rows {
        let start = row * outputs.columns
        losses[row] = (0..<outputs.columns).reduce(0) {
          $0 + outputs.base[start + $1] * values.base[start + $1]
        }
      }
    }

    func backward(
      saved: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
      into gradient: MutableRowBlock<Scalar>
    ) {
      for place in 0..<saved.count { gradient.base[place] = saved.base[place] / normalizer }
    }

    var takesValues: Bool { true }
  }

  @Test(
    "Loss and gradient are PyTorch's, for every loss",
    arguments: RowWeightVectors.references.indices)
  func reference(index: Int) {
    let reference = RowWeightVectors.references[index]
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let loss = reference.specification.makeLoss(Scalar.self)
      let outputs: Tensor<Scalar> = RowWeightVectors.leading(
        reference.columns, of: RowWeightVectors.outputs)
      let targets = RowWeightVectors.targets(
        reference.kind, columns: reference.columns,
        weights: RowWeightVectors.weights.map { Scalar($0) })
      expectClose(loss(outputs, targets), reference.loss, tolerance: Scalar.testTolerance)
      expectClose(loss.gradient(outputs, targets), reference.gradient)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Every loss that can be chosen by name has a reference")
  func complete() {
    let specifications = RowWeightVectors.references.map(\.specification)
    for entry in LossSpecification.named { #expect(specifications.contains(entry.loss)) }
  }

  @Test("Weights of 1 change no bit", arguments: Conformance.losses.filter { !$0.isWeighted })
  func ones(loss: LossCase) {
    let specification = loss.specification(outputs: 5)
    let made = specification.makeLoss(Double.self)
    let outputs = Tensor<Double>.sample([9, 5])
    let targets = loss.targets(rows: 9, outputs: 5, seed: 2)
    let weighted = Targets(targets.kind, weights: [Double](repeating: 1, count: 9))
    #expect(made(outputs, weighted) == made(outputs, targets))
    #expect(made.rowLosses(outputs, weighted) == made.rowLosses(outputs, targets))
    #expect(made.gradient(outputs, weighted) == made.gradient(outputs, targets))
  }

  @Test("A whole weight is as many equal rows", arguments: Conformance.losses)
  func repeated(loss: LossCase) {
    let counts = [2, 1, 0, 3, 1, 0, 4]
    let made = loss.specification(outputs: 3).makeLoss(Double.self)
    let outputs = Tensor<Double>.sample([7, 3])
    let targets = loss.targets(rows: 7, outputs: 3, seed: 2)
    let rows = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let weighted = Targets(targets.kind, weights: counts.map(Double.init))
    let many = Self.rows(rows, of: outputs)
    let manyTargets = Targets(Self.rows(rows, of: targets.kind))
    expectClose(made(outputs, weighted), made(many, manyTargets), tolerance: 1e-14)
    let gradient = made.gradient(outputs, weighted)
    let manyGradient = made.gradient(many, manyTargets)
    var sum = Tensor<Double>.zeros([7, 3])
    for (place, row) in rows.enumerated() {
      for column in 0..<3 { sum[row, column] += manyGradient[place, column] }
    }
    expectClose(gradient, sum, tolerance: 1e-14)
  }

  @Test(
    "A row of weight 0 has loss 0 and gradient 0, whatever its outputs",
    arguments: Conformance.losses)
  func zero(loss: LossCase) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let made = loss.specification(outputs: 3).makeLoss(Scalar.self)
      let weights: [Scalar] = [0, 2, 0, 0.5, 0]
      let kept = [1, 3]
      let some = Targets(
        Self.converted(loss.targets(rows: 5, outputs: 3, seed: 2).kind), weights: weights)
      var outputs = Tensor<Scalar>.sample([5, 3])
      let fewer = Self.rows(kept, of: outputs)
      for (row, number) in [(0, Scalar.nan), (2, Scalar.infinity), (4, -Scalar.infinity)] {
        for column in 0..<3 { outputs[row, column] = number }
      }
      outputs[4, 1] = 1e30
      let fewerTargets = Targets(Self.rows(kept, of: some.kind), weights: kept.map { weights[$0] })
      let losses = made.rowLosses(outputs, some)
      let gradient = made.gradient(outputs, some)
      for row in [0, 2, 4] {
        #expect(losses[row] == 0)
        for column in 0..<3 { #expect(gradient[row, column] == 0) }
      }
      expectClose(
        made(outputs, some), made(fewer, fewerTargets), tolerance: Scalar.testTolerance)
      expectClose(Self.rows(kept, of: gradient), made.gradient(fewer, fewerTargets))
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "Rows whose weights are all 0 have neither loss nor gradient: NaN, as in PyTorch",
    arguments: Conformance.losses)
  func allZero(loss: LossCase) {
    let made = loss.specification(outputs: 4).makeLoss(Double.self)
    let targets = Targets(
      loss.targets(rows: 3, outputs: 4, seed: 2).kind, weights: [Double](repeating: 0, count: 3))
    let outputs = Tensor<Double>.sample([3, 4])
    #expect("\(made(outputs, targets))" == "nan")
    #expect(made.gradient(outputs, targets).elements.allSatisfy { $0.isNaN })
    let network = Network<Double>(
      inputSize: 4, layers: [Affine(weights: .sample([4, 4]), bias: .zeros([4]))], loss: made)
    #expect("\(network.loss(of: outputs, targets))" == "nan")
    let (loss, gradients) = network.lossAndGradients(of: outputs, targets)
    #expect(
      "\(loss)" == "nan" && gradients.allSatisfy { $0.tensor.elements.allSatisfy { $0.isNaN } })
  }

  @Test(
    "Any number of workers finds the same bits from their shares of the rows",
    arguments: Conformance.losses, [1, 2, 3, 5])
  func shares(loss: LossCase, workers: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let rows = 13
      let network = Network<Scalar>(
        Network<Double>(
          random: 3, inputSize: 4, [.affine(outputs: 5)], loss.specification(outputs: 5)))
      let targets = Targets<Scalar>(
        Self.converted(loss.targets(rows: rows, outputs: 5, seed: 4).kind),
        weights: (0..<rows).map { Scalar($0 % 4) / 2 })
      let whole = Self.passes(of: network, rows: rows, targets, workers: 1)
      let shared = Self.passes(of: network, rows: rows, targets, workers: workers)
      #expect(shared.losses == whole.losses)
      #expect(shared.gradient == whole.gradient)
      #expect(whole.gradient == network.loss.gradient(whole.outputs, targets))
      #expect(whole.losses == network.loss.rowLosses(whole.outputs, targets))
    }
    for type in scalarTypes { check(type) }
  }

  /// Outputs, rows' losses and the gradient of the outputs, computed in the shares of some workers.
  private static func passes<Scalar: BLASScalar>(
    of network: Network<Scalar>, rows: Int, _ targets: Targets<Scalar>, workers: Int
  ) -> (outputs: Tensor<Scalar>, losses: Tensor<Scalar>, gradient: Tensor<Scalar>) {
    let x = Tensor<Scalar>.sample([rows, network.inputSize])
    let shape = Shape([rows, network.outputSize])
    let layout = Network<Scalar>.Workspace.Layout(of: network, rows: rows, purpose: .training)
    var memory = Tensor<Scalar>.zeros([layout.count])
    var losses = Tensor<Scalar>.zeros([rows])
    memory.withUnsafeMutableElements { memory in
      guard let base = memory.baseAddress else { return }
      losses.withUnsafeMutableElements { losses in
        guard let losses = losses.baseAddress else { return }
        x.withRows { x in
          targets.withBlock { targets in
            for worker in 0..<workers {
              let share = Network<Scalar>.Share(
                share(of: rows, worker: worker, workers: workers), of: rows, layout, base: base,
                packed: nil)
              network.forward(x, through: 0, pass: .inference, share)
              network.computeLosses(targets, share, into: losses)
              network.computeLossGradient(
                targets, normalizer: network.loss.normalizer(of: targets, rows: rows), share)
            }
          }
        }
      }
    }
    func block(at offset: Int) -> Tensor<Scalar> {
      Tensor(memory.elements[offset..<offset + shape.count], shape: shape)
    }
    return (block(at: layout.outputs[0]), losses, block(at: layout.upstreams[0]))
  }

  @Test("A network's loss and gradients are those of its outputs' weighted loss")
  func network() {
    let network = Network<Double>(
      random: 1, inputSize: 4, [.affine(outputs: 6), .tanh, .affine(outputs: 3)], .softmax)
    let x = Tensor<Double>.sample([8, 4])
    let labels = (0..<8).map { $0 % 3 }
    let targets = Targets<Double>.labels(labels, weights: (0..<8).map { Double($0) / 3 })
    let both = network.lossAndGradients(of: x, targets)
    #expect(both.loss == network.loss(of: x, targets))
    expectClose(both.loss, network.loss(network.outputs(of: x), targets), tolerance: 1e-15)
    let plain = network.lossAndGradients(of: x, .labels(labels))
    #expect(both.loss != plain.loss)
    let report = GradientCheck().run(NetworkObjective(network, on: x, targets, penalty: .l2(0.1)))
    #expect(report.passed, "\(report)")
  }

  @Test("They act on a user's own loss, too")
  func ownLoss() {
    let loss = Product<Double>()
    let outputs: Tensor<Double> = [[1, 2], [3, 4], [5, 6]]
    let targets = Targets.values(
      [[1, 1], [1, 0], [0, 1]] as Tensor<Double>, weights: [2, 0, 0.5])
    // (2·3 + 0.5·6) / 2.5
    expectClose(loss(outputs, targets), 3.6, tolerance: 1e-15)
    expectClose(
      loss.gradient(outputs, targets), [[0.8, 0.8], [0, 0], [0, 0.2]] as Tensor<Double>)
    let network = Network<Double>(
      inputSize: 2, layers: [Affine(weights: [[1, 2], [0.5, -1]], bias: [0.25, 0])], loss: loss)
    let report = GradientCheck().run(NetworkObjective(network, on: outputs, targets))
    #expect(report.passed, "\(report)")
  }

  @Test("A kink of a row of weight 0 is none")
  func kinks() {
    // Both rows are right at the absolute error's kink.
    let network = Network<Double>(
      inputSize: 1, layers: [Affine(weights: [[1]], bias: [0])], loss: AbsoluteError())
    let x: Tensor<Double> = [[1], [2]]
    for (weights, kinks) in [([1.0, 1], 1), ([0, 1], 0)] {
      let report = GradientCheck().run(
        NetworkObjective(network, on: x, .values([[1], [5]], weights: weights)))
      #expect(report.parameters.map(\.kinkCount) == [kinks, kinks])
    }
  }

  @Test("Their number is that of the rows, and they are finite and not negative")
  func traps() async {
    let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Targets<Float>.labels([0, 1], weights: [1])
    }
    expectMessage(count, "Targets: 1 weights for 2 rows")
    let negative = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Targets<Double>.values([[0], [1]], weights: [1, -0.5])
    }
    expectMessage(negative, "Targets: weight -0.5 of row 1, expected 0 or a finite number above 0")
    let nan = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Targets<Double>.labels([0, 1], weights: [.nan, 1])
    }
    expectMessage(nan, "weight nan of row 0")
    let infinite = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Targets<Double>.labels([0, 1], weights: [1, .infinity])
    }
    expectMessage(infinite, "weight inf of row 1")
  }

  private static func rows<Scalar>(_ rows: [Int], of matrix: Tensor<Scalar>) -> Tensor<Scalar> {
    let columns = matrix.shape.columnCount
    return Tensor(
      rows.flatMap { row in (0..<columns).map { matrix[row, $0] } },
      shape: [rows.count, columns])
  }

  private static func rows<Scalar>(
    _ rows: [Int], of kind: Targets<Scalar>.Kind
  ) -> Targets<Scalar>.Kind {
    switch kind {
    case .labels(let labels): .labels(rows.map { labels[$0] })
    case .values(let values): .values(self.rows(rows, of: values))
    }
  }

  private static func converted<Scalar>(_ kind: Targets<Double>.Kind) -> Targets<Scalar>.Kind {
    switch kind {
    case .labels(let labels): .labels(labels)
    case .values(let values): .values(Tensor(values))
    }
  }
}
