import Datasets
import LinearAlgebra
import NeuralNetwork

extension TrainingPlan {
  /// What the workers are given for a step: memory that is lent until they are done.
  struct Job {
    let network: UnsafePointer<Network<Scalar>>
    /// What rows are gathered from, or nil where `x` holds them already.
    var features: UnsafePointer<PreparedFeatures<Scalar>>?
    /// The batch's rows in the data.
    let rows: UnsafeBufferPointer<Int>
    /// Room for them.
    let x: MutableRowBlock<Scalar>
    let targets: TargetBlock<Scalar>
    /// What the sum of the rows' losses is divided by.
    let normalizer: Scalar
    let pass: Pass
    /// Where the blocks of the plan's layout are.
    let memory: UnsafeMutablePointer<Scalar>
    /// Room for the loss of each row.
    let losses: UnsafeMutablePointer<Scalar>
    /// How parameters are moved, or nil to keep their gradients.
    let update: Update?
    /// The batch's loss, once it is known.
    var loss = Scalar.nan
  }

  /// The first phase: a worker's share of the batch, from the data set to the gradients of all
  /// layers' outputs and of the parameters that are not split.
  func runPasses(_ job: Job, _ worker: Int) {
    let network = job.network.pointee
    let share = Network<Scalar>.Share(worker, of: batchSize, layout, base: job.memory)
    if let features = job.features {
      features.pointee.gather(
        UnsafeBufferPointer(rebasing: job.rows[share.rows]), into: job.x.rows(share.rows))
      endPhase(worker)
    }
    addPenalty(worker)
    let x = job.x.reading
    for layer in network.layers.indices {
      inShares(of: layer, network, job, worker, share) {
        network.forward(x, through: layer, pass: job.pass, $0)
      }
    }
    endPhase(worker)
    network.computeLosses(job.targets, share, into: job.losses)
    endPhase(worker)
    network.computeLossGradient(job.targets, normalizer: job.normalizer, share)
    let lowest = network.lowestTrainedLayer
    for layer in network.layers.indices.reversed() where layer >= lowest {
      inShares(of: layer, network, job, worker, share) { share in
        computeSummands(of: layer, network, job, worker, share)
        if layer > lowest {
          network.computeInputGradient(of: layer, x, pass: job.pass, share)
        }
      }
    }
    findSummands(worker)
    if job.update != nil { endPhase(worker) }
  }

  /// Calls `body` with the worker's share, or, for a layer that needs the whole batch, in worker 0
  /// with all of it, once everything before is done and before anything after.
  private func inShares(
    of layer: Int, _ network: Network<Scalar>, _ job: Job, _ worker: Int,
    _ share: Network<Scalar>.Share, _ body: (Network<Scalar>.Share) -> Void
  ) {
    if !network.layers[layer].needsWholeBatch(in: job.pass) { return body(share) }
    waitForOthers()
    if worker == 0 { body(Network<Scalar>.Share(of: batchSize, layout, base: job.memory)) }
    waitForOthers()
  }

  /// Writes what these rows add to the gradients of a layer's parameters that are not split.
  private func computeSummands(
    of layer: Int, _ network: Network<Scalar>, _ job: Job, _ worker: Int,
    _ share: Network<Scalar>.Share
  ) {
    let upstream = network.upstream(of: layer, share)
    let record = network.record(of: layer, job.x.reading, pass: job.pass, share)
    if splitLayers[layer] {
      network.layers[layer].otherGradients(
        upstream: upstream, record: record, into: &summands[worker][layer])
    } else {
      network.layers[layer].parameterGradients(
        upstream: upstream, record: record, into: &summands[worker][layer])
    }
  }

  /// Looks where a worker's summands are now, and whether they still are what they were: a layer may
  /// have put tensors of its own in their places.
  private func findSummands(_ worker: Int) {
    for slot in slots where !slot.isSplit || (worker == 0 && keepsGradients) {
      let place = slot.place
      require(
        summands[worker][place.layer][place.position].count == slot.count,
        "TrainingPlan: \(place.name) has \(slot.count) elements, its layer left a gradient of shape \(summands[worker][place.layer][place.position].shape)"
      )
      if worker > 0 { continue }
      gradientBases[place.index] =
        summands[0][place.layer][place.position].withUnsafeMutableElements { $0.baseAddress }
    }
  }

  private func endPhase(_ worker: Int) {
    if worker == 0 { phaseEnded?() }
  }
}

// MARK: - The loss

extension TrainingPlan {
  /// Adds up a worker's share of the weights for the penalty's part of the loss.
  private func addPenalty(_ worker: Int) {
    if penalty == .none { return }
    var (squares, magnitudes): (Scalar, Scalar) = (0, 0)
    for slot in slots where slot.place.isPenalized {
      guard let parameter = slot.parameter else { continue }
      let part = share(of: slot.count, worker: worker, workers: workers)
      let base = parameter + part.lowerBound
      if penalty.l2 != 0 { squares += Scalar.sumOfSquares(count: part.count, base) }
      if penalty.l1 != 0 { magnitudes += Scalar.sumOfMagnitudes(count: part.count, base) }
    }
    sums[worker, .squares] = Double(squares)
    sums[worker, .magnitudes] = Double(magnitudes)
  }

  /// The batch's loss with the penalty, after all shares are through.
  func loss(of job: Job) -> Scalar {
    let loss = Scalar.sum(count: batchSize, job.losses) / job.normalizer
    if penalty == .none { return loss }
    return loss
      + penalty.value(
        sumOfSquares: Scalar(sums.total(.squares)),
        sumOfMagnitudes: Scalar(sums.total(.magnitudes)))
  }
}
