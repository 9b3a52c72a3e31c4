import PerceptronLinearAlgebra

/// One layer of a ``Network``: a function of each batch with parameters that can be trained.
///
/// A layer defines its forward and backward pass on blocks of rows; the network owns all memory and
/// calls the layers in order. What the backward pass needs of the forward pass is a visible value:
/// the layer's input or output, or activations of its own that it writes to `saved`.
///
/// A layer of your own without parameters implements `forward` and `inputGradient`, and `traits`
/// where the defaults do not fit; everything else has a default. A layer with parameters adds
/// `parameterKinds`, `parameter(at:)`, `updateParameters` and `parameterGradients`; one with running
/// statistics conforms to ``StatisticsLayer``. It works wherever a network does. Files hold it once
/// ``LayerSpecification/register(_:settings:float:double:)`` has given it a name.
///
/// Training gives the same bits for any number of workers if a row's result does not depend, to the
/// last bit, on how many rows the layer is given at once. That holds for all layers here, but not for
/// products by BLAS.
public protocol Layer<Scalar>: Sendable, Equatable {
  /// The type of all numbers.
  associatedtype Scalar: BLASScalar

  /// What a network needs to know of the layer.
  var traits: LayerTraits { get }

  /// The number of outputs for rows of `inputSize` numbers.
  func outputSize(forInputSize inputSize: Int) -> Int
  /// The number of scalars that the forward pass of `rows` rows of `columns` numbers writes to `saved`.
  /// A layer whose batch may be split saves the same number for each row, row by row.
  func savedCount(rows: Int, columns: Int) -> Int

  /// Writes the output.
  ///
  /// - Parameters:
  ///   - input: rows × inputs.
  ///   - output: rows × outputs; the same memory as `input` only if `traits.worksInPlace`.
  ///   - pass: training or inference; a training pass has the seed of its random numbers.
  ///   - saved: room for `savedCount` activations that the backward pass needs.
  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>)

  /// Writes the gradient of each parameter.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - record: what the forward pass left.
  ///   - gradients: room for them, in the parameters' order and shapes. Write them in place: a tensor
  ///     that replaces one of the same shape is correct too, but costs an allocation.
  func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>])

  /// Writes the loss's gradient with respect to the input.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - record: what the forward pass left.
  ///   - gradient: rows × inputs; the same memory as `upstream` only if `traits.worksInPlace`.
  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>)

  /// Names and treatment of the parameters: the tensors that are trained.
  var parameterKinds: [ParameterKind] { get }
  /// The parameter at a position.
  func parameter(at position: Int) -> Tensor<Scalar>
  /// Calls `body` with each parameter's position and the parameter in its place, so that nothing is
  /// copied or allocated.
  mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void)
  /// Updates a ``StatisticsLayer`` with the activations that a training pass of `rows` rows saved: of
  /// the whole batch at once, so such a layer needs the whole batch.
  mutating func updateStatistics(saved: UnsafeBufferPointer<Scalar>, rows: Int)

  /// The layer's kind and settings as files hold them; nil for a layer that files cannot hold.
  var specification: LayerSpecification? { get }
  /// The layer's name in summaries and messages.
  var name: String { get }
  /// The same layer in another scalar type, its parameters rounded where that is narrower.
  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other>
}

/// A layer with running statistics: tensors that training updates from the batches that it sees, not
/// by gradients. Its traits say that it needs the whole batch.
public protocol StatisticsLayer<Scalar>: Layer {
  /// The names of ``statistics``, in the same order.
  var statisticNames: [String] { get }
  /// The tensors.
  var statistics: [Tensor<Scalar>] { get set }
}

/// What a network needs to know of a layer before it calls it.
public struct LayerTraits: Sendable, Equatable {
  /// The number of inputs; nil for a layer that takes any number.
  public var inputSize: Int?
  /// Which of the forward pass's blocks the backward pass reads.
  public var backwardReads: ForwardBlock
  /// Whether output may be written over the input, and the input's gradient over the upstream one.
  public var worksInPlace: Bool
  /// Whether the sign of an input selects a piece of a function with a kink at 0.
  public var hasKinkAtZero: Bool
  /// Whether a row's output or gradient in a training pass depends on the other rows of its batch, so
  /// that the batch must not be split into shares.
  public var needsWholeBatch: Bool
  /// Whether a training pass draws random numbers by its seed.
  public var drawsRandomNumbers: Bool

  /// Creates traits. The defaults are safe for every layer that treats rows independently and whose
  /// backward pass does not read its output.
  public init(
    inputSize: Int? = nil, backwardReads: ForwardBlock = .input, worksInPlace: Bool = false,
    hasKinkAtZero: Bool = false, needsWholeBatch: Bool = false, drawsRandomNumbers: Bool = false
  ) {
    self.inputSize = inputSize
    self.backwardReads = backwardReads
    self.worksInPlace = worksInPlace
    self.hasKinkAtZero = hasKinkAtZero
    self.needsWholeBatch = needsWholeBatch
    self.drawsRandomNumbers = drawsRandomNumbers
  }
}

/// A parameter's name and how it is treated.
public struct ParameterKind: Sendable, Equatable {
  /// Such as `W`; the network adds a number.
  public let name: String
  /// Whether penalties, weight decay and the maximum norm apply to it: they do to weights, not to
  /// biases, scales and shifts.
  public let isPenalized: Bool

  /// A kind of parameter.
  public init(_ name: String, isPenalized: Bool = false) {
    self.name = name
    self.isPenalized = isPenalized
  }
}

extension Layer {
  /// The defaults of `LayerTraits.init`.
  public var traits: LayerTraits { LayerTraits() }
  /// As many as in the input.
  public func outputSize(forInputSize inputSize: Int) -> Int { inputSize }
  /// Zero.
  public func savedCount(rows: Int, columns: Int) -> Int { 0 }
  /// Writes nothing, for a layer without parameters.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {}

  /// Empty, for a layer without parameters.
  public var parameterKinds: [ParameterKind] { [] }
  /// Traps, for a layer without parameters.
  public func parameter(at position: Int) -> Tensor<Scalar> {
    fatalError("\(Self.self): there is no parameter \(position)")
  }
  /// Does nothing, for a layer without parameters.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {}
  /// Does nothing, for a layer without statistics; traps for a ``StatisticsLayer``.
  public mutating func updateStatistics(saved: UnsafeBufferPointer<Scalar>, rows: Int) {
    require(
      !(self is any StatisticsLayer), "\(Self.self): a layer with statistics has to update them")
  }

  /// Nil: files do not hold the layer. One of your own states
  /// ``LayerSpecification/custom(name:settings:)`` once it is registered.
  public var specification: LayerSpecification? { nil }
  /// The specification's text, or the type's name.
  public var name: String { specification.map { "\($0)" } ?? "\(Self.self)" }
  /// A layer of the same specification, for a layer without parameters. Traps for any other that does
  /// not implement it.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    guard parameterKinds.isEmpty, let specification else {
      fatalError("\(name): this layer does not implement its conversion to \(Other.self)")
    }
    return specification.makeLayer(inputSize: traits.inputSize ?? 1)
  }

  /// The tensors that are trained, in the order of ``parameterKinds``.
  ///
  /// - Precondition: a tensor that is set has the shape of the one that it replaces.
  public var parameters: [Tensor<Scalar>] {
    get { parameterKinds.indices.map(parameter) }
    set {
      updateParameters { position, parameter in
        require(
          newValue[position].shape == parameter.shape,
          "\(Self.self): a parameter of shape \(parameter.shape), not \(newValue[position].shape)")
        parameter = newValue[position]
      }
    }
  }

  /// Whether the batch of such a pass must not be split into shares.
  package func needsWholeBatch(in pass: Pass) -> Bool {
    pass != .inference && traits.needsWholeBatch
  }

  /// Whether the other layer is of the same type and equal.
  func isEqual(to other: any Layer<Scalar>) -> Bool { (other as? Self) == self }

  /// Traps if a layer whose batch may be split has statistics, which are updated by a whole batch, or
  /// does not save the same number of activations for each row.
  func requireConsistency(at position: Int, inputSize: Int) {
    if traits.needsWholeBatch { return }
    let statistics = (self as? any StatisticsLayer<Scalar>)?.statisticNames ?? []
    require(
      statistics.isEmpty,
      "Network: layer \(position), \(name), has the statistics \(statistics), and must set needsWholeBatch"
    )
    let saved = (1...3).map { savedCount(rows: $0, columns: inputSize) }
    require(
      saved == [saved[0], 2 * saved[0], 3 * saved[0]],
      "Network: layer \(position), \(name), saves \(saved) scalars of 1, 2 and 3 rows, and must save the same number for each row, or set needsWholeBatch"
    )
  }
}

// MARK: - Passes

/// The purpose of a forward pass.
public enum Pass: Sendable, Equatable {
  /// Prediction: nothing is dropped, and running statistics are used.
  case inference
  /// Training: dropout is a function of the seed and the position in the batch, and the batch's own
  /// statistics are used. The rows of a share begin at `firstRow` of the batch.
  case training(seed: UInt64, firstRow: Int = 0)

  /// The same pass with random numbers of its own for the layer at a position.
  package func inLayer(_ position: Int) -> Pass {
    switch self {
    case .inference: .inference
    case .training(let seed, let firstRow):
      .training(
        seed: seed &+ 0x9e37_79b9_7f4a_7c15 &* UInt64(position + 1), firstRow: firstRow)
    }
  }

  /// The same pass for a share of its rows that begins at a row.
  package func from(row: Int) -> Pass {
    switch self {
    case .inference: .inference
    case .training(let seed, let firstRow): .training(seed: seed, firstRow: firstRow + row)
    }
  }
}

/// A block of a layer's forward pass.
public enum ForwardBlock: Sendable {
  /// The layer's input.
  case input
  /// The layer's output.
  case output
  /// Neither of the two.
  case neither
}

/// What a layer's forward pass leaves for its backward pass. Of input and output only the one that
/// ``LayerTraits/backwardReads`` names is sure to be there still.
public struct ForwardRecord<Scalar: BLASScalar> {
  /// rows × inputs.
  public let input: RowBlock<Scalar>
  /// rows × outputs.
  public let output: RowBlock<Scalar>
  /// The pass.
  public let pass: Pass
  /// The activations that the layer saved.
  public let saved: UnsafeBufferPointer<Scalar>

  /// The record of a forward pass.
  public init(
    input: RowBlock<Scalar>, output: RowBlock<Scalar>, pass: Pass,
    saved: UnsafeBufferPointer<Scalar>
  ) {
    self.input = input
    self.output = output
    self.pass = pass
    self.saved = saved
  }
}
