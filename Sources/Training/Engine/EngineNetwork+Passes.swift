import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The first phase of a step: a worker's rows of the batch, from the features to the gradients of all
/// layers' outputs.
extension EngineNetwork {
  /// This rank's rows of the batch of a step, in memory that is valid until the workers are done.
  struct Batch {
    let x: RowBlock<Scalar>
    let targets: TargetBlock<Scalar>
  }

  func runForward(_ batch: Batch, _ team: Team) {
    let (network, pass) = (network, step.pass)
    for layer in network.layers.indices {
      inShares(of: layer, network, team) {
        network.forward(batch.x, through: layer, pass: pass, $0)
      }
    }
  }

  func computeLosses(_ batch: Batch, _ share: Network<Scalar>.Share) {
    network.computeLosses(
      batch.targets, share, into: losses.base + plan.ownRows.lowerBound)
  }

  func runBackward(_ batch: Batch, _ team: Team) {
    let (network, pass) = (network, step.pass)
    network.computeLossGradient(
      batch.targets, normalizer: Scalar(step.normalizer), shares[team.worker])
    let lowest = network.lowestTrainedLayer
    for layer in network.layers.indices.reversed() where layer > lowest {
      inShares(of: layer, network, team) {
        network.computeInputGradient(of: layer, batch.x, pass: pass, $0)
      }
    }
  }

  /// Takes a worker's parts of a large batch through all layers and back, one after the other, and
  /// computes their partial gradients of parameters that are not split.
  func runParts(_ batch: Batch, _ team: Team) {
    let (network, pass) = (network, step.pass)
    let lowest = network.lowestTrainedLayer
    for index in share(of: parts.count, worker: team.worker, workers: team.count) {
      let part = parts[index]
      for layer in network.layers.indices {
        network.forward(batch.x, through: layer, pass: pass, part)
      }
      computeLosses(batch, part)
      network.computeLossGradient(batch.targets, normalizer: Scalar(step.normalizer), part)
      for layer in network.layers.indices.reversed() where layer > lowest {
        network.computeInputGradient(of: layer, batch.x, pass: pass, part)
      }
      for slot in slots where slot.isFirst { computePart(index, of: slot, network, batch) }
    }
  }

  /// Calls `body` with the worker's rows. For a layer that needs the whole batch, workers call it with all
  /// rows of a block, worker 0 with the only one, and wait for each other.
  private func inShares(
    of layer: Int, _ network: Network<Scalar>, _ team: Team,
    _ body: (Network<Scalar>.Share) -> Void
  ) {
    if !network.layers[layer].needsWholeBatch(in: step.pass) {
      return body(shares[team.worker])
    }
    team.waitForOthers()
    for block in share(of: blocks.count, worker: team.worker, workers: team.count) {
      body(blocks[block])
    }
    team.waitForOthers()
  }

  /// Adds up the squares and magnitudes of a worker's part of the weights, row by row.
  func addPenalty(_ team: Team) {
    let penalty = settings.penalty
    if penalty == .none { return }
    for slot in slots where slot.isPenalized {
      guard let parameter = slot.parameter else { continue }
      for row in slot.rows(of: team.worker, workers: team.count) {
        let (base, index) = (parameter + row * slot.stride, slot.firstRow + row)
        if penalty.l2 != 0 {
          squares.base[index] = Double(Scalar.sumOfSquares(count: slot.columns, base))
        }
        if penalty.l1 != 0 {
          magnitudes.base[index] = Double(Scalar.absoluteSum(count: slot.columns, base))
        }
      }
    }
  }
}

/// One of the workers that share a step.
struct Team {
  let worker: Int
  let pool: WorkerPool

  var count: Int { pool.count }

  func waitForOthers() { pool.waitForOthers() }
}
