import PerceptronDistribution
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What the ranks of a data-parallel run send each other.
struct RankExchanges {
  let communicator: any Communicator
  /// Gradients, losses, statistics and what penalties add up, before the update.
  let sums: Exchange
  /// The norms of gradients' rows, where they are clipped by norm.
  let norms: Exchange
  /// The updated weights.
  let weights: Exchange
  /// The averages of weights.
  let averages: Exchange
}

extension EngineNetwork {
  /// A run of numbers that one rank sends another.
  private typealias Run = (base: UnsafeMutableRawPointer, count: Int)

  /// The exchanges of this rank, all in memory that stays where it is.
  func makeExchanges(with communicator: any Communicator) -> RankExchanges {
    /// - Parameter runs: what `sender` sends `receiver`, at the addresses of this rank.
    func exchange(_ runs: (_ sender: Int, _ receiver: Int) -> [Run]) -> Exchange {
      let others = (0..<plan.rankCount).filter { $0 != plan.rank }
      return Exchange(
        sends: others.flatMap { other in
          runs(plan.rank, other).map { .init(other, $0.base, count: $0.count) }
        },
        receives: others.flatMap { other in
          runs(other, plan.rank).map { .init(other, $0.base, count: $0.count) }
        })
    }
    return RankExchanges(
      communicator: communicator,
      sums: exchange { gradientRuns(from: $0, to: $1) + lossRuns(from: $0) },
      norms: exchange { sender, _ in rowRuns(of: sender, in: norms) },
      weights: exchange { sender, _ in weightRuns(of: sender, in: packed) },
      averages: exchange { [packedAverage] sender, _ in
        packedAverage.map { weightRuns(of: sender, in: $0) } ?? []
      })
  }

  private func run<Element>(_ base: UnsafeMutablePointer<Element>, _ count: Int) -> Run {
    (UnsafeMutableRawPointer(base), count * MemoryLayout<Element>.stride)
  }

  /// The sender's gradients of the receiver's rows, and of all parameters that are not split.
  private func gradientRuns(from sender: Int, to receiver: Int) -> [Run] {
    guard let sums else { return [] }
    let nodes = plan.nodes(of: sender)
    let small = sums.small(ofNodes: nodes)
    var runs = small.baseAddress.map { [run($0, small.count)] } ?? []
    for slot in slots where slot.isSplit {
      let rows = slot.rows(ofRank: receiver, of: plan.rankCount)
      for node in nodes {
        runs.append(run(sums.sum(node, slot, row: rows.lowerBound), rows.count * slot.stride))
      }
    }
    return runs
  }

  /// What the sender knows of its rows of the batch and of its rows of weights.
  private func lossRuns(from sender: Int) -> [Run] {
    let (rows, blocks) = (plan.rows(of: sender), plan.blocks(of: sender))
    var runs = [run(losses.base + rows.lowerBound, rows.count)]
    for (index, layer) in network.layers.enumerated() where layer is any StatisticsLayer<Scalar> {
      let count = savedCount(of: index)
      runs.append(
        run(
          memory.base + layout.saved[index] + blocks.lowerBound * count, blocks.count * count))
    }
    if settings.penalty.l2 != 0 { runs += rowRuns(of: sender, in: squares, isPenalty: true) }
    if settings.penalty.l1 != 0 { runs += rowRuns(of: sender, in: magnitudes, isPenalty: true) }
    return runs
  }

  /// The number of scalars that a layer with statistics saves of a block.
  private func savedCount(of layer: Int) -> Int {
    network.layers[layer].savedCount(
      rows: plan.rows(ofBlock: 0).count, columns: network.inputWidth(of: layer))
  }

  /// A number for each of a rank's rows of split weights.
  private func rowRuns(
    of rank: Int, in numbers: AlignedBuffer<Double>, isPenalty: Bool = false
  ) -> [Run] {
    slots.filter { $0.isSplit && ($0.isPenalized || !isPenalty) }.map { slot in
      let rows = slot.rows(ofRank: rank, of: plan.rankCount)
      return run(numbers.base + slot.firstRow + rows.lowerBound, rows.count)
    }
  }

  /// A rank's rows of split weights.
  private func weightRuns(of rank: Int, in packed: PackedWeights<Scalar>) -> [Run] {
    slots.filter(\.isSplit).compactMap { slot in
      let rows = slot.rows(ofRank: rank, of: plan.rankCount)
      return address(of: slot, in: packed).map {
        run($0 + rows.lowerBound * slot.stride, rows.count * slot.stride)
      }
    }
  }
}

// MARK: - Optimizer state

extension EngineNetwork {
  /// Brings the optimizer state of all rows to rank 0.
  func gatherStates() throws { try moveStates(toFirst: true) }

  /// Brings each rank the optimizer state of its rows from rank 0, which has all of it.
  ///
  /// - Parameter complete: that state on rank 0, nil on others.
  func scatterStates(_ complete: OptimizerState<Scalar>?) throws {
    try moveStates(toFirst: false, complete)
  }

  private func moveStates(
    toFirst: Bool, _ complete: OptimizerState<Scalar>? = nil
  ) throws {
    guard let communicator = exchanges?.communicator else { return }
    let isFirst = plan.rank == 0
    var gathered: [(slot: ParameterSlot<Scalar>, states: [Tensor<Scalar>])] = []
    for slot in slots where slot.isSplit {
      var states: [Tensor<Scalar>] = []
      for state in slot.states.indices {
        // Weights by weights: rank 0 never has more than one matrix twice.
        let room = AlignedBuffer<Scalar>(count: isFirst ? slot.count : 0, repeating: 0)
        if let complete {
          slot.pack(complete.state(state, at: slot.index), rows: 0..<slot.rows, to: room.base)
        }
        let own = packedStates.address(of: slot, state)
        func message(_ other: Int, rows: Range<Int>) -> Exchange.Message {
          let base = isFirst ? room.base : own
          let run = run(base + rows.lowerBound * slot.stride, rows.count * slot.stride)
          return .init(other, run.base, count: run.count)
        }
        let messages =
          isFirst
          ? (1..<plan.rankCount).map {
            message($0, rows: slot.rows(ofRank: $0, of: plan.rankCount))
          } : [message(0, rows: slot.own)]
        let sends = isFirst != toFirst
        try communicator.perform(
          Exchange(sends: sends ? messages : [], receives: sends ? [] : messages))
        guard isFirst else { continue }
        let start = slot.own.lowerBound * slot.stride
        let count = slot.own.count * slot.stride
        if toFirst {
          (room.base + start).update(from: own + start, count: count)
          var tensor = Tensor<Scalar>.zeros(
            network.parameter(at: network.parameterPlaces[slot.index]).shape)
          slot.unpack(room.base, rows: 0..<slot.rows, into: &tensor)
          states.append(tensor)
        } else {
          (own + start).update(from: room.base + start, count: count)
        }
      }
      gathered.append((slot, states))
    }
    if isFirst && toFirst { restoreOptimizer(gathered.map { ($0.slot.index, $0.states) }) }
  }
}
