import PerceptronDistribution
import Testing

@Suite("Blocks of a batch")
struct BlockPlanTests {
  /// The sum of all blocks as text, as the ranks add it up.
  private func sum(_ plan: BlockPlan) -> String {
    func tree(_ blocks: Range<Int>) -> String {
      if blocks.count == 1 { return "\(blocks.lowerBound)" }
      let middle = (blocks.lowerBound + blocks.upperBound) / 2
      return
        "(\(tree(blocks.lowerBound..<middle))+\(tree(middle..<blocks.upperBound)))"
    }
    var sums = plan.nodes.map { tree($0.blocks) }
    for addition in plan.additions {
      sums[addition.into] = "(\(sums[addition.into])+\(sums[addition.from]))"
    }
    return sums[0]
  }

  @Test("The order of additions is the same for any number of ranks", arguments: [1, 2, 4, 8, 16])
  func order(blocks: Int) {
    let alone = sum(BlockPlan(batchSize: 100, blocks: blocks))
    for ranks in 1...blocks {
      for rank in 0..<ranks {
        let plan = BlockPlan(batchSize: 100, blocks: blocks, rank: rank, of: ranks)
        #expect(sum(plan) == alone, "\(ranks) ranks")
      }
    }
  }

  @Test("Four blocks are added in pairs")
  func pairs() {
    #expect(sum(BlockPlan(batchSize: 4, blocks: 4)) == "((0+1)+(2+3))")
  }

  @Test("Three ranks take three, three and two of eight blocks")
  func threeRanks() {
    let plan = BlockPlan(batchSize: 80, blocks: 8, rank: 1, of: 3)
    #expect((0..<3).map(plan.blocks) == [0..<3, 3..<6, 6..<8])
    #expect(plan.nodes.map(\.blocks) == [0..<2, 2..<3, 3..<4, 4..<6, 6..<8])
    #expect(plan.ownNodes == 2..<4)
    #expect(plan.ownRows == 30..<60)
  }

  @Test("Blocks and ranks have every row once", arguments: [8, 9, 15, 33, 1000])
  func rows(batchSize: Int) {
    for ranks in 1...8 {
      let plan = BlockPlan(batchSize: batchSize, blocks: 8, rank: 0, of: ranks)
      #expect((0..<8).flatMap { Array(plan.rows(ofBlock: $0)) } == Array(0..<batchSize))
      #expect((0..<ranks).flatMap { Array(plan.rows(of: $0)) } == Array(0..<batchSize))
      #expect((0..<ranks).flatMap { Array(plan.nodes(of: $0)) } == Array(plan.nodes.indices))
    }
  }

  @Test("Owners of a matrix have every row once", arguments: [1, 2, 7, 64, 65, 130, 1000])
  func matrixRows(rows: Int) {
    for owners in 1...9 {
      let all = (0..<owners).flatMap { Array(matrixShare(of: rows, owner: $0, of: owners)) }
      #expect(all == Array(0..<rows))
    }
  }
}
