import PerceptronLinearAlgebra

/// How a batch is cut into blocks, which rank has which of them, and the order in which what the blocks
/// give is added up.
///
/// The number of blocks does not depend on the number of ranks. Sums go up one binary tree over all
/// blocks: what is computed does not depend on who computes it. A rank adds up the largest subtrees
/// that lie in its own blocks, its *nodes*; the rest of the tree has these as its leaves.
package struct BlockPlan: Sendable, Equatable {
  /// A subtree that lies in the blocks of one rank, and in no larger one that does.
  package struct Node: Sendable, Equatable {
    package let rank: Int
    package let blocks: Range<Int>
  }

  /// An addition of one node's sum to another's.
  package struct Addition: Sendable, Equatable {
    package let into: Int
    package let from: Int
  }

  /// The number of rows of the batch.
  package let batchSize: Int
  /// The number of blocks, a power of two.
  package let count: Int
  /// The number of this rank.
  package let rank: Int
  /// The number of ranks.
  package let rankCount: Int
  /// The nodes of all ranks, in their blocks' order.
  package let nodes: [Node]
  /// The additions above the nodes, in their order. They leave the sum of all blocks in node 0.
  package let additions: [Addition]

  /// - Precondition: the number of blocks is a power of two, of at least as many as ranks and at most as
  ///   many as rows.
  package init(batchSize: Int, blocks count: Int, rank: Int = 0, of rankCount: Int = 1) {
    require(
      count > 0 && count & (count - 1) == 0 && rankCount <= count && count <= batchSize
        && (0..<rankCount).contains(rank),
      "BlockPlan: \(batchSize) rows in \(count) blocks for rank \(rank) of \(rankCount)")
    self.batchSize = batchSize
    self.count = count
    self.rank = rank
    self.rankCount = rankCount
    let nodes = (0..<rankCount).flatMap { rank in
      Self.subtrees(of: share(of: count, worker: rank, workers: rankCount)).map {
        Node(rank: rank, blocks: $0)
      }
    }
    self.nodes = nodes
    ownNodes = Self.range(of: rank, in: nodes)
    var additions: [Addition] = []
    func add(_ blocks: Range<Int>) -> Int {
      if let node = nodes.firstIndex(where: { $0.blocks == blocks }) { return node }
      let middle = (blocks.lowerBound + blocks.upperBound) / 2
      let (left, right) = (add(blocks.lowerBound..<middle), add(middle..<blocks.upperBound))
      additions.append(Addition(into: left, from: right))
      return left
    }
    _ = add(0..<count)
    self.additions = additions
  }

  /// The largest subtrees in a range of blocks.
  private static func subtrees(of blocks: Range<Int>) -> [Range<Int>] {
    var (trees, start): ([Range<Int>], Int) = ([], blocks.lowerBound)
    while start < blocks.upperBound {
      var size = 1
      while start & (2 * size - 1) == 0 && start + 2 * size <= blocks.upperBound { size *= 2 }
      trees.append(start..<start + size)
      start += size
    }
    return trees
  }

  /// The blocks of a rank.
  package func blocks(of rank: Int) -> Range<Int> {
    share(of: count, worker: rank, workers: rankCount)
  }

  /// The positions of a rank's nodes among all.
  package func nodes(of rank: Int) -> Range<Int> { Self.range(of: rank, in: nodes) }

  private static func range(of rank: Int, in nodes: [Node]) -> Range<Int> {
    let own = nodes.indices.filter { nodes[$0].rank == rank }
    return own[0]..<own[own.count - 1] + 1
  }

  /// The rows of a block in the batch.
  package func rows(ofBlock block: Int) -> Range<Int> {
    share(of: batchSize, worker: block, workers: count)
  }

  /// The rows of a rank's blocks in the batch.
  package func rows(of rank: Int) -> Range<Int> {
    let blocks = blocks(of: rank)
    return rows(ofBlock: blocks.lowerBound)
      .lowerBound..<rows(ofBlock: blocks.upperBound - 1).upperBound
  }

  /// The blocks of this rank.
  package var ownBlocks: Range<Int> { blocks(of: rank) }
  /// The rows of this rank's blocks in the batch.
  package var ownRows: Range<Int> { rows(of: rank) }
  /// The positions of this rank's nodes among all.
  package let ownNodes: Range<Int>
}

/// The rows of a weight matrix that one of `count` owners updates: whole tiles of products, as far as that
/// leaves the owners about as much.
package func matrixShare(of rows: Int, owner: Int, of count: Int) -> Range<Int> {
  let tile = rows >= 64 * count ? 8 : 2
  let tiles = share(of: (rows + tile - 1) / tile, worker: owner, workers: count)
  return min(tiles.lowerBound * tile, rows)..<min(tiles.upperBound * tile, rows)
}
