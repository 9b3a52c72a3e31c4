import PerceptronDistribution
import PerceptronLinearAlgebra

/// The gradients that the blocks of a batch give, added up as far as they are a rank's own, and those that
/// come from other ranks.
final class BlockSums<Scalar: BLASScalar> {
  let plan: BlockPlan
  /// The gradients of each node's blocks for all parameters that are not split. Every rank has all nodes.
  private let small: AlignedBuffer<Scalar>
  let smallCount: Int
  /// The gradients of each own node for the split parameters; none where there is one rank, which adds
  /// them up where it needs them.
  private let own: [AlignedBuffer<Scalar>]
  /// Those of the other ranks' nodes for the rows that this rank updates, node after node.
  private let received: AlignedBuffer<Scalar>
  private let ownCount: Int

  /// Room for the gradients of some parameters.
  init(_ plan: BlockPlan, _ slots: [ParameterSlot<Scalar>]) {
    self.plan = plan
    smallCount = slots.lazy.filter { !$0.isSplit }.reduce(0) { $0 + $1.count }
    small = AlignedBuffer(count: plan.nodes.count * smallCount, repeating: 0)
    let split = slots.lazy.filter(\.isSplit)
    let splitCount = split.reduce(0) { $0 + $1.count }
    ownCount = split.reduce(0) { $0 + $1.own.count * $1.stride }
    let isAlone = plan.rankCount == 1
    own = plan.ownNodes.map { _ in AlignedBuffer(count: isAlone ? 0 : splitCount, repeating: 0) }
    received = AlignedBuffer(
      count: (plan.nodes.count - plan.ownNodes.count) * ownCount, repeating: 0)
  }

  /// A node's gradient of a parameter that is not split.
  func small(_ node: Int, _ slot: ParameterSlot<Scalar>) -> UnsafeMutablePointer<Scalar> {
    small.base + node * smallCount + slot.offset
  }

  /// The gradients of all parameters that are not split of some nodes.
  func small(ofNodes nodes: Range<Int>) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(
      start: small.base + nodes.lowerBound * smallCount, count: nodes.count * smallCount)
  }

  /// A node's gradient of a row of split weights: of any row for an own node, else of an own row.
  func sum(
    _ node: Int, _ slot: ParameterSlot<Scalar>, row: Int
  ) -> UnsafeMutablePointer<Scalar> {
    let ownNodes = plan.ownNodes
    if ownNodes.contains(node) {
      return own[node - ownNodes.lowerBound].base + slot.offset + row * slot.stride
    }
    let place = node < ownNodes.lowerBound ? node : node - ownNodes.count
    return received.base + place * ownCount + slot.ownOffset
      + (row - slot.own.lowerBound) * slot.stride
  }

  /// Adds up all nodes' gradients of some own rows of split weights, and returns their place.
  func total(
    of slot: ParameterSlot<Scalar>, rows: Range<Int>
  ) -> UnsafeMutablePointer<Scalar> {
    addNodes(rows.count * slot.stride) { sum($0, slot, row: rows.lowerBound) }
  }

  /// Adds up all nodes' gradients of a parameter that is not split, and returns their place.
  func smallTotal(of slot: ParameterSlot<Scalar>) -> UnsafeMutablePointer<Scalar> {
    addNodes(slot.count) { small($0, slot) }
  }

  private func addNodes(
    _ count: Int, _ place: (_ node: Int) -> UnsafeMutablePointer<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    for addition in plan.additions {
      let target = place(addition.into)
      Scalar.combine(
        .add, count: count, UnsafePointer(target), .each, UnsafePointer(place(addition.from)),
        .each, into: target)
    }
    return place(0)
  }
}
