import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The gradients of a batch in blocks: each block's own, added up in the tree of the plan.
extension EngineNetwork {
  /// Adds up the own nodes' gradients of a worker's rows of split weights, where other ranks update some
  /// of them.
  func addSplitNodes(_ batch: Batch, _ team: Team) {
    guard let sums, plan.rankCount > 1 else { return }
    for slot in slots where slot.isSplit {
      let rows = slot.rows(ofRank: team.worker, of: team.count)
      for node in plan.ownNodes {
        let blocks = ownPlaces(of: plan.nodes[node].blocks)
        addBlocks(
          blocks, of: slot, batch, rows: rows, into: sums.sum(node, slot, row: rows.lowerBound),
          team)
      }
    }
  }

  /// Adds up the gradients of the own nodes for a worker's parameters that are not split.
  func addSmallNodes(_ team: Team) {
    guard let sums else { return }
    for slot in slots where !slot.isSplit && slot.owner == team.worker {
      for node in plan.ownNodes {
        let blocks = ownPlaces(of: plan.nodes[node].blocks)
        for block in blocks { _ = addParts(of: slot, inBlock: block) }
        var distance = 1
        while distance < blocks.count {
          for block in stride(from: blocks.lowerBound, to: blocks.upperBound, by: 2 * distance) {
            guard let target = ownGradient(of: slot, part: firstParts[block]),
              let terms = ownGradient(of: slot, part: firstParts[block + distance])
            else { continue }
            add(slot.count, terms, to: target)
          }
          distance *= 2
        }
        if let sum = ownGradient(of: slot, part: firstParts[blocks.lowerBound]) {
          sums.small(node, slot).update(from: sum, count: slot.count)
        }
      }
    }
  }

  /// Adds up the gradients that the own blocks of a node give for some rows of split weights, a few rows at
  /// a time, so that they stay in cache.
  ///
  /// - Parameter target: where to write the first row.
  func addBlocks(
    _ blocks: Range<Int>, of slot: ParameterSlot<Scalar>, _ batch: Batch, rows: Range<Int>,
    into target: UnsafeMutablePointer<Scalar>, _ team: Team
  ) {
    let scratch = scratch[team.worker].base
    forEachPiece(of: slot, rows) { piece in
      let count = piece.count * slot.stride
      let first = target + (piece.lowerBound - rows.lowerBound) * slot.stride
      // Sums of 2ᵏ blocks each, the larger ones first, as the digits of a binary number.
      var waiting = 0
      func place(_ index: Int) -> UnsafeMutablePointer<Scalar> {
        index == 0 ? first : scratch + index * scratchLevel
      }
      for (number, block) in blocks.enumerated() {
        computeGradient(slot, batch, block: block, rows: piece, into: place(waiting))
        waiting += 1
        var carries = number
        while carries & 1 == 1 {
          waiting -= 1
          add(count, place(waiting), to: place(waiting - 1))
          carries >>= 1
        }
      }
    }
  }

  /// The places of some of the batch's blocks among the own ones.
  private func ownPlaces(of blocks: Range<Int>) -> Range<Int> {
    let first = plan.ownBlocks.lowerBound
    return blocks.lowerBound - first..<blocks.upperBound - first
  }
}

/// The rows of a rank's blocks, and of the parts that large blocks are taken in, among the rank's own rows.
struct BlockPieces {
  struct Rows {
    let rows: Range<Int>
    /// The block that they belong to, counted in the whole batch.
    let block: Int
  }

  let blocks: [Rows]
  let parts: [Rows]
  /// The first part of each own block, and the number of all parts.
  let firstParts: [Int]
  /// The own block of each part.
  let partBlocks: [Int]

  /// - Parameter partSize: the approximate number of rows of a part.
  init(_ plan: BlockPlan, partSize: Int) {
    let first = plan.ownRows.lowerBound
    blocks = plan.ownBlocks.map { block in
      let rows = plan.rows(ofBlock: block)
      return Rows(rows: rows.lowerBound - first..<rows.upperBound - first, block: block)
    }
    var (parts, firstParts, partBlocks): ([Rows], [Int], [Int]) = ([], [0], [])
    for (index, block) in blocks.enumerated() {
      let count = max(block.rows.count / partSize, 1)
      for part in 0..<count {
        let own = share(of: block.rows.count, worker: part, workers: count)
        let start = block.rows.lowerBound
        parts.append(
          Rows(rows: start + own.lowerBound..<start + own.upperBound, block: block.block))
        partBlocks.append(index)
      }
      firstParts.append(parts.count)
    }
    (self.parts, self.firstParts, self.partBlocks) = (parts, firstParts, partBlocks)
  }
}
