import PerceptronLinearAlgebra

/// One layer of a ``Network``: a function of each batch with parameters that can be trained.
///
/// A layer states its mathematics on blocks of rows, forward and backward; the network owns all
/// memory and calls it in order. What the backward pass needs of the forward pass is a visible
/// value: the layer's input or output, or numbers of its own that it writes to `kept`.
///
/// A layer of your own without parameters states `forward`, `inputGradient`, `backwardReads` and
/// `worksInPlace`; everything else has a default. One with parameters adds `parameterKinds`,
/// `parameter(at:)`, `updateParameters` and `parameterGradients`. It works wherever a network does, but
/// files hold only layers that have a ``LayerSpecification``.
///
/// Training gives the same bits for any number of workers where what a layer makes of a row does not
/// depend, to the last bit, on how many rows it is given at once. That holds for all layers here, but not
/// for products by BLAS.
public protocol Layer<Scalar>: Sendable, Equatable {
  /// The type of all numbers.
  associatedtype Scalar: BLASScalar

  // MARK: Sizes

  /// How many numbers a row of input must have, or nil where any number will do.
  var requiredInputSize: Int? { get }
  /// How many numbers a row of output has for rows of `inputSize` numbers.
  func outputSize(forInputSize inputSize: Int) -> Int
  /// How many scalars the forward pass of `rows` rows of `columns` numbers leaves in `kept`. A layer
  /// whose batch may be split keeps as many of each row, row after row.
  func keptCount(rows: Int, columns: Int) -> Int

  // MARK: What may be overwritten

  /// Which of the forward pass's blocks the backward pass reads.
  var backwardReads: ForwardBlock { get }
  /// Whether output may be written over the input, and the input's gradient over the upstream one.
  var worksInPlace: Bool { get }
  /// Whether the sign of an input decides a piece of a function with a kink at 0.
  var hasKinkAtZero: Bool { get }

  // MARK: What may be split

  /// Whether a row's output or gradient depends on the other rows of its batch in such a pass, so
  /// that the batch must not be split into shares.
  func needsWholeBatch(in pass: Pass) -> Bool

  // MARK: Passes

  /// Writes the output.
  ///
  /// - Parameters:
  ///   - input: rows × inputs.
  ///   - output: rows × outputs; the same memory as `input` only where `worksInPlace`.
  ///   - pass: whether the pass is one of training, and what its random numbers are drawn from.
  ///   - kept: `keptCount` scalars for the backward pass.
  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Scalar>)

  /// Writes the gradient of each parameter.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - record: what the forward pass left.
  ///   - gradients: room for them, in the parameters' order and shapes, to be written in place:
  ///     tensors of the same shapes that are put there instead do as well, but are allocated.
  func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>])

  /// Writes the loss's gradient with respect to the input.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - record: what the forward pass left.
  ///   - gradient: rows × inputs; the same memory as `upstream` only where `worksInPlace`.
  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>)

  // MARK: Parameters

  /// What each parameter is: the tensors that are trained.
  var parameterKinds: [ParameterKind] { get }
  /// The parameter at a position.
  func parameter(at position: Int) -> Tensor<Scalar>
  /// Calls `body` with each parameter's position and the parameter in its place, so that nothing is
  /// copied or allocated.
  mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void)

  /// What each of ``statistics`` is called, in the same order.
  var statisticNames: [String] { get }
  /// Tensors that training changes by what it sees, not by gradients.
  var statistics: [Tensor<Scalar>] { get set }
  /// Takes what a training pass of `rows` rows kept into the statistics: all of a batch at once, so
  /// that a layer that has statistics needs the whole batch in training passes.
  mutating func updateStatistics(kept: UnsafeBufferPointer<Scalar>, rows: Int)

  // MARK: Other forms

  /// The layer in words that a file can hold, or nil where there are none for it.
  var specification: LayerSpecification? { get }
  /// What a summary and messages call it.
  var name: String { get }
  /// The same layer in another scalar type, its parameters rounded where that is narrower.
  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other>
}

/// A block of a layer's forward pass.
public enum ForwardBlock: Sendable {
  /// What went in.
  case input
  /// What came out.
  case output
  /// None of the two.
  case neither
}

/// What a layer's forward pass leaves for its backward pass. Of input and output only the one that
/// the layer reads backward is sure to be there still.
public struct ForwardRecord<Scalar: BLASScalar> {
  /// rows × inputs.
  public let input: RowBlock<Scalar>
  /// rows × outputs.
  public let output: RowBlock<Scalar>
  /// What the pass was made for.
  public let pass: Pass
  /// What the layer itself kept.
  public let kept: UnsafeBufferPointer<Scalar>

  /// The given blocks.
  public init(
    input: RowBlock<Scalar>, output: RowBlock<Scalar>, pass: Pass,
    kept: UnsafeBufferPointer<Scalar>
  ) {
    self.input = input
    self.output = output
    self.pass = pass
    self.kept = kept
  }
}

/// A parameter's name and how it is treated.
public struct ParameterKind: Sendable, Equatable {
  /// Such as `W`; the network adds a number.
  public let name: String
  /// Whether it is one of the weights that penalties, weight decay and the maximum norm are about:
  /// biases, scales and shifts are not.
  public let isPenalized: Bool

  /// The given kind.
  public init(_ name: String, isPenalized: Bool = false) {
    self.name = name
    self.isPenalized = isPenalized
  }
}

// MARK: - Defaults

extension Layer {
  /// Any number.
  public var requiredInputSize: Int? { nil }
  /// As many as in the input.
  public func outputSize(forInputSize inputSize: Int) -> Int { inputSize }
  /// Nothing.
  public func keptCount(rows: Int, columns: Int) -> Int { 0 }
  /// No.
  public var hasKinkAtZero: Bool { false }
  /// No.
  public func needsWholeBatch(in pass: Pass) -> Bool { false }
  /// Nothing, where there are no parameters.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {}

  /// None.
  public var parameterKinds: [ParameterKind] { [] }
  /// None.
  public func parameter(at position: Int) -> Tensor<Scalar> {
    fatalError("\(Self.self): there is no parameter \(position)")
  }
  /// Nothing, where there are no parameters.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {}

  /// Nil: of a layer of your own, files know nothing.
  public var specification: LayerSpecification? { nil }
  /// The specification's text, or the type's name.
  public var name: String { specification.map { "\($0)" } ?? "\(Self.self)" }
  /// Traps: only layers that state it exist in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    fatalError("\(name): this layer does not say what it is in \(Other.self)")
  }

  /// None.
  public var statisticNames: [String] { [] }
  /// None.
  public var statistics: [Tensor<Scalar>] {
    get { [] }
    set {}
  }
  /// Nothing, where there are no statistics.
  public mutating func updateStatistics(kept: UnsafeBufferPointer<Scalar>, rows: Int) {}

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

  /// Whether the other layer is of the same type and equal.
  func isEqual(to other: any Layer<Scalar>) -> Bool { (other as? Self) == self }
}
