import PerceptronLinearAlgebra

/// Trained networks that predict together, by an ``EnsembleMean`` of what they predict.
///
/// Where they predict classes, the output is the logarithm of the mean of the members' probabilities of
/// each class, so that with a ``SoftmaxLoss`` the network's probabilities are that mean, and its loss is
/// −ln of the mean probability of the label.
///
/// For prediction alone: it has no backward pass; each member is trained on its own. A probability that
/// is 0 in this precision counts as the smallest normal number, so that one row cannot make a loss
/// infinite; NaN stays NaN.
public struct EnsembleLayer<Scalar: BLASScalar>: StatisticsLayer {
  /// What the output is.
  public let mean: EnsembleMean
  /// The networks, at least one, with the same inputs and classes or outputs, and with losses that suit
  /// the mean.
  public private(set) var members: [Network<Scalar>] {
    didSet { packed = PackedMembers() }
  }
  private var packed = PackedMembers()

  /// The members' large layers, packed at their first use.
  private final class PackedMembers: Sendable {
    private let weights = Locked<[PackedWeights<Scalar>]?>(nil)

    func callAsFunction(_ members: [Network<Scalar>]) -> [PackedWeights<Scalar>] {
      weights.withLock {
        let packed = $0 ?? members.map { PackedWeights(of: $0) }
        $0 = packed
        return packed
      }
    }
  }

  /// The ensemble of some networks.
  ///
  /// - Throws: `InvalidSetting` if there are none, if one has another number of inputs, classes or outputs
  ///   than the first, or if one's loss does not suit the mean, as a hinge has no probabilities.
  public init(_ members: [Network<Scalar>], mean: EnsembleMean = .probabilities) throws {
    guard let first = members.first else {
      throw InvalidSetting(
        name: "the number of an ensemble's members", value: "0", expected: "at least 1")
    }
    for (index, member) in members.enumerated() {
      let name = "member \(index) of the ensemble"
      let (own, expected) = (mean.outputSize(of: member), mean.outputSize(of: first))
      guard member.inputSize == first.inputSize, own == expected else {
        throw InvalidSetting(
          name: name, value: "for \(member.inputSize) inputs and \(own) \(mean.outputs)",
          expected: "\(first.inputSize) and \(expected) as in member 0")
      }
      guard mean.suits(member.loss) else {
        throw InvalidSetting(
          name: name, value: "trained with the loss \(member.loss.name)",
          expected: mean.suitableLosses)
      }
    }
    self.members = members
    self.mean = mean
  }

  /// Whether the members are equal.
  public static func == (lhs: EnsembleLayer, rhs: EnsembleLayer) -> Bool {
    lhs.members == rhs.members && lhs.mean == rhs.mean
  }

  /// The members' input size. Needs the whole batch in training passes, since members may have statistics.
  public var traits: LayerTraits {
    LayerTraits(inputSize: members[0].inputSize, needsWholeBatch: true)
  }
  /// The number of classes or outputs of each member.
  public func outputSize(forInputSize inputSize: Int) -> Int { mean.outputSize(of: members[0]) }

  /// Writes the mean of what the members predict, rows × classes or outputs.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(pass == .inference, "EnsembleLayer: a training pass; its members are trained alone")
    require(
      input.columns == members[0].inputSize && output.rows == input.rows
        && output.columns == mean.outputSize(of: members[0]),
      "EnsembleLayer: input \(input.shape), room for \(output.shape)")
    Scalar.fill(count: output.count, output.base, with: 0)
    for (member, packed) in zip(members, packed(members)) {
      var workspace = Network.Workspace(for: member, batchSize: input.rows, purpose: .inference)
      member.forward(input, pass: .inference, packed: packed, in: &workspace)
      mean.terms(workspace.outputs, of: member.loss)?.withRows {
        Scalar.axpy(count: output.count, alpha: 1, $0.base, output.base)
      }
    }
    mean.finish(output, memberCount: members.count)
  }

  /// Traps: an ensemble is not trained.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    fatalError("EnsembleLayer: gradients of an ensemble; its members are trained alone")
  }

  /// The kinds of all members' parameters, one member after the other.
  public var parameterKinds: [ParameterKind] {
    members.flatMap { $0.layers.flatMap(\.parameterKinds) }
  }

  /// The parameter at a position among those of all members.
  public func parameter(at position: Int) -> Tensor<Scalar> {
    var position = position
    for member in members {
      if position < member.parameterPlaces.count {
        return member.parameter(at: member.parameterPlaces[position])
      }
      position -= member.parameterPlaces.count
    }
    fatalError("EnsembleLayer: there is no parameter \(position)")
  }

  /// Calls `body` with each member's parameters.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    var first = 0
    for index in members.indices {
      members[index].updateParameters { place, parameter in
        body(first + place.index, &parameter)
      }
      first += members[index].parameterPlaces.count
    }
  }

  /// Each member's names behind its position: `member1.running_mean.2`.
  public var statisticNames: [String] {
    members.enumerated().flatMap { index, member in
      member.statistics.names.map { "member\(index).\($0)" }
    }
  }

  /// The members' statistics, one member after the other.
  public var statistics: [Tensor<Scalar>] {
    get { members.flatMap { $0.statistics.map(\.tensor) } }
    set {
      var rest = newValue[...]
      for index in members.indices {
        let names = members[index].statistics.names
        members[index].statistics = Parameters(zip(names, rest).map { ($0, $1) })
        rest = rest.dropFirst(names.count)
      }
    }
  }

  /// `ensemble`, with the members' layers and losses; nil if files cannot hold one of these.
  public var specification: LayerSpecification? {
    let specifications = members.compactMap { member -> NetworkSpecification? in
      let layers = member.layers.compactMap(\.specification)
      guard layers.count == member.layers.count, let loss = member.loss.specification else {
        return nil
      }
      return NetworkSpecification(layers: layers, loss: loss)
    }
    return specifications.count == members.count
      ? .ensemble(specifications, mean: mean == .probabilities ? nil : mean) : nil
  }

  /// The same ensemble in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    InvalidSetting.trapping {
      try EnsembleLayer<Other>(members.map { Network<Other>($0) }, mean: mean)
    }
  }
}
