import PerceptronLinearAlgebra

/// The optimizer's state of the packed parameters that a rank updates: of all where there is one rank, else
/// of its own rows of the weights. There is no memory for those of other ranks.
final class OwnStates<Scalar: BLASScalar> {
  private let memory: [AlignedBuffer<Scalar>]
  /// Where each parameter's elements begin; 0 for those that are not packed.
  private let offsets: [Int]
  /// The number of scalars of all states.
  let count: Int

  /// Zeros for the parameters of some slots.
  init(_ slots: [ParameterSlot<Scalar>], stateCount: Int) {
    var (offsets, next): ([Int], Int) = ([], 0)
    for slot in slots {
      offsets.append(next)
      // Whole cache lines, as the strides of weights are.
      if slot.isPacked { next += (slot.own.count * slot.stride + 15) / 16 * 16 }
    }
    let count = next
    self.offsets = offsets
    self.count = count * stateCount
    memory = (0..<stateCount).map { _ in AlignedBuffer(count: count, repeating: 0) }
  }

  /// Where the first row of a parameter's state is, or would be if it were the rank's own.
  func address(of slot: ParameterSlot<Scalar>, _ state: Int) -> UnsafeMutablePointer<Scalar> {
    memory[state].base + offsets[slot.index] - slot.own.lowerBound * slot.stride
  }

  /// Copies the own rows of a parameter's state from a tensor of the parameter's shape.
  func pack(_ tensor: Tensor<Scalar>, _ slot: ParameterSlot<Scalar>, _ state: Int) {
    slot.pack(tensor, rows: slot.own, to: address(of: slot, state))
  }

  /// Copies the own rows of a parameter's state to a tensor of the parameter's shape.
  func unpack(_ slot: ParameterSlot<Scalar>, _ state: Int, into tensor: inout Tensor<Scalar>) {
    slot.unpack(address(of: slot, state), rows: slot.own, into: &tensor)
  }
}

extension ParameterSlot {
  /// Copies some rows from a tensor of the parameter's shape: weights are transposed.
  ///
  /// - Parameter base: where row 0 is.
  func pack(_ tensor: Tensor<Scalar>, rows: Range<Int>, to base: UnsafeMutablePointer<Scalar>) {
    tensor.withUnsafeElements {
      guard let source = $0.baseAddress else { return }
      if isSplit {
        Scalar.transpose(
          rows: columns, columns: rows.count, source + rows.lowerBound, stride: self.rows,
          into: base + rows.lowerBound * stride, stride: stride)
      } else {
        base.update(from: source, count: columns)
      }
    }
  }

  /// Copies some rows to a tensor of the parameter's shape.
  ///
  /// - Parameter base: where row 0 is.
  func unpack(
    _ base: UnsafePointer<Scalar>, rows: Range<Int>, into tensor: inout Tensor<Scalar>
  ) {
    tensor.withUnsafeMutableElements {
      guard let target = $0.baseAddress else { return }
      if isSplit {
        Scalar.transpose(
          rows: rows.count, columns: columns, base + rows.lowerBound * stride, stride: stride,
          into: target + rows.lowerBound, stride: self.rows)
      } else {
        target.update(from: base, count: columns)
      }
    }
  }
}
