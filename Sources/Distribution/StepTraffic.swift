/// The bytes that a rank sends in a step of data-parallel training, from sizes alone.
package struct StepTraffic: Sendable, Equatable {
  /// A weight matrix whose rows are dealt to the ranks.
  package struct Matrix: Sendable, Equatable {
    package let rows: Int
    /// The bytes of a row, padding included.
    package let rowBytes: Int
    /// The bytes for each row that penalties add: a sum of squares, one of magnitudes.
    package let penaltyBytes: Int

    package init(rows: Int, rowBytes: Int, penaltyBytes: Int = 0) {
      self.rows = rows
      self.rowBytes = rowBytes
      self.penaltyBytes = penaltyBytes
    }
  }

  package let matrices: [Matrix]
  /// The bytes of the gradients of all other parameters.
  package let smallBytes: Int
  /// The bytes of a row's loss.
  package let lossBytes: Int
  /// The bytes of the statistics of a block.
  package let statisticBytes: Int
  /// Whether gradients are clipped by their norm.
  package let clipsByNorm: Bool

  package init(
    matrices: [Matrix], smallBytes: Int, lossBytes: Int, statisticBytes: Int = 0,
    clipsByNorm: Bool = false
  ) {
    self.matrices = matrices
    self.smallBytes = smallBytes
    self.lossBytes = lossBytes
    self.statisticBytes = statisticBytes
    self.clipsByNorm = clipsByNorm
  }

  /// The bytes that the plan's rank sends to all others together in a step that updates the weights.
  ///
  /// With a matrix of N bytes, R ranks, R a power of two, that is N·(R − 1)/R of gradients and as many of
  /// weights. A rank whose blocks are several subtrees sends the gradients of each.
  package func sentBytes(_ plan: BlockPlan) -> Int {
    let (others, nodes) = (plan.rankCount - 1, plan.ownNodes.count)
    let gradients = matrices.reduce(0) { sum, matrix in
      let own = matrixShare(of: matrix.rows, owner: plan.rank, of: plan.rankCount).count
      return sum + nodes * (matrix.rows - own) * matrix.rowBytes
    }
    let ownRows = matrices.reduce(0) { sum, matrix in
      let own = matrixShare(of: matrix.rows, owner: plan.rank, of: plan.rankCount).count
      return sum + own * (matrix.rowBytes + matrix.penaltyBytes + (clipsByNorm ? 8 : 0))
    }
    let small =
      nodes * smallBytes + plan.ownRows.count * lossBytes + plan.ownBlocks.count * statisticBytes
    return gradients + others * (ownRows + small)
  }
}
