import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles
import PerceptronTraining

/// `bench worker`: Perceptron's side of the comparison with the peers, started by `bench peers`.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Answer bench peers as one of the programs compared.",
    shouldDisplay: false)

  func run() throws {
    var worker = PerceptronWorker()
    let encoder = JSONEncoder()
    while let line = readLine() {
      var answer = PeerProtocol.Answer()
      do {
        answer = try worker.answer(
          try JSONDecoder().decode(PeerProtocol.Request.self, from: Data(line.utf8)))
      } catch {
        answer.error = "\(error)"
      }
      try Console.output(String(decoding: try encoder.encode(answer), as: UTF8.self))
    }
  }
}

/// Does the work of the comparison through the library's API.
struct PerceptronWorker {
  /// One unit of the current work.
  private var unit: (() -> Void)?
  /// The operands of the last operation on tensors and their file.
  private var tensors: Any?

  mutating func answer(_ request: PeerProtocol.Request) throws -> PeerProtocol.Answer {
    switch request.command {
    case .hello:
      if let threads = request.threads { BLASLibrary.threadCount = threads }
      return .init(
        name: Peer.perceptron,
        blas: BLASLibrary.configuration.split(separator: " ").prefix(2).joined(separator: " "),
        threads: BLASLibrary.threadCount)
    case .prepare:
      guard let work = request.work else { throw Problem(description: "prepare: no work") }
      switch work.kind {
      case .table: return try prepareTable(work.features)
      case .algebra:
        return work.precision == .float32
          ? try prepareAlgebra(work, Float.self) : try prepareAlgebra(work, Double.self)
      case .tensor:
        return work.precision == .float32
          ? try prepareTensor(work, Float.self) : try prepareTensor(work, Double.self)
      default: return try prepare(work)
      }
    case .time:
      guard let unit, let count = request.count, count > 0 else {
        throw Problem(description: "time: nothing was prepared, or no count")
      }
      let seconds = PerceptronBench.time { for _ in 0..<count { unit() } }
      return .init(count: count, seconds: seconds)
    case .memory:
      return .init(peakBytes: ResourceUsage.peakBytes(of: .thisProcess))
    }
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  /// Prepares the work and returns the numbers on which all peers have to agree.
  private mutating func prepare(_ work: PeerProtocol.Work) throws -> PeerProtocol.Answer {
    unit = nil
    let data = try dataset(work)
    let network = try network(work)
    let settings = TrainerSettings(
      optimizer: work.optimizer == .adam ? .adam() : .sgd, learningRate: work.learningRate,
      penalty: .l2(work.regularization), batchSize: work.batch, sampling: .replacement)
    switch work.kind {
    case .step:
      let training = TrainingWork(network, on: data, settings: settings)
      let losses = (0..<10).map { Double(training.take(batch: $0)) }
      defer { training.reset() }
      unit = { training.take() }
      return .init(check: losses + norms(training))
    case .gradient:
      let training = TrainingWork(network, on: data, settings: settings)
      training.gather(batch: 0)
      unit = { training.computeGradients() }
      return .init(check: [Double(training.computeGradients()), Double(training.gradientNorm)])
    case .predict:
      let x = data.block(0..<data.count)
      unit = { _ = network.predict(x) }
      let right = zip(network.predict(x), data.labels).count { $0 == $1 }
      return .init(check: [Double(right) / Double(data.count)])
    case .epoch:
      let training = TrainingWork(network, on: data, settings: settings)
      training.gather(batch: 0)
      let losses = (0..<10).map { _ in Double(training.takeAgain()) }
      defer { training.reset() }
      unit = { training.takeAgain() }
      return .init(check: losses + norms(training))
    case .table, .algebra, .tensor:
      throw Problem(description: "prepare: nothing is trained on a table, matrix or tensor")
    }
  }

  /// Prepares the reading of a table of numbers.
  private mutating func prepareTable(_ path: String) throws -> PeerProtocol.Answer {
    let table = try Table(readingFrom: path)
    guard case .doubles(let cells) = table.features.storage else {
      throw Problem(description: "prepare: a table without doubles")
    }
    let sum = cells.reduce(0 as UInt64) { $0 &+ $1.bitPattern }
    let bytes = (0..<8).map { Double(sum >> (8 * $0) & 0xFF) }
    unit = {
      do { _ = try Table(readingFrom: path) } catch {
        fatalError("\(error), though it could be read before")
      }
    }
    return .init(check: [Double(table.rowCount)] + bytes)
  }

  /// Prepares an operation of linear algebra.
  private mutating func prepareAlgebra<Scalar: BLASScalar>(
    _ work: PeerProtocol.Work, _: Scalar.Type
  ) throws -> PeerProtocol.Answer {
    guard let operation = work.operation.flatMap(AlgebraOperation.init) else {
      throw Problem(description: "prepare: no operation")
    }
    let numbers = try doubles(of: work.features, count: work.rows * (work.rows + 1))
    let operands = AlgebraOperands<Scalar>(numbers, size: work.rows)
    unit = {
      do { try operands.run(operation) } catch {
        fatalError("\(error), though it could be computed before")
      }
    }
    return .init(check: try operands.check(operation))
  }

  /// Prepares an operation on tensors. The operands are kept for the next one.
  private mutating func prepareTensor<Scalar: BLASScalar>(
    _ work: PeerProtocol.Work, _: Scalar.Type
  ) throws -> PeerProtocol.Answer {
    let operation = TensorOperation<Scalar>.all.first { $0.name == work.operation }
    guard let operation else { throw Problem(description: "prepare: no operation") }
    unit = nil
    let kept: (path: String, operands: TensorOperands<Scalar>)
    if let tensors = tensors as? (path: String, operands: TensorOperands<Scalar>),
      tensors.path == work.features
    {
      kept = tensors
    } else {
      let columns = work.layers[0]
      let numbers = try doubles(of: work.features, count: work.rows * columns)
      kept = (work.features, TensorOperands(numbers, rows: work.rows, columns: columns))
      tensors = kept
    }
    var operands = kept.operands
    let check = checkedNumbers(of: operation.run(&operands), Scalar.self)
    // Of its own, so that no change in place copies.
    operands.changed = operands.positive + 0
    unit = { _ = operation.run(&operands) }
    return .init(check: check)
  }

  /// The norms of the weights and of the biases after ten steps.
  private func norms(_ training: TrainingWork<Float>) -> [Double] {
    let norms = training.norms
    return [Double(norms.weights), Double(norms.biases)]
  }

  private func dataset(_ work: PeerProtocol.Work) throws -> PreparedDataset<Float> {
    let features = work.layers[0]
    let labels = try bytes(of: work.labels, count: work.rows).map(Int.init)
    let dataset = Dataset(
      Features(
        .bytes(try bytes(of: work.features, count: work.rows * features)),
        exampleShape: [features]),
      labels: labels, classNames: (0..<(work.layers.last ?? 0)).map { "class \($0)" })
    return dataset.prepared(with: Preprocessing(divisor: work.divisor))
  }

  private func network(_ work: PeerProtocol.Work) throws -> Network<Float> {
    let sizes = zip(work.layers, work.layers.dropFirst())
    let count = sizes.reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    var numbers = try bytes(of: work.weights, count: 4 * count).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }[...]
    func take(_ shape: Shape) -> Tensor<Float> {
      defer { numbers = numbers.dropFirst(shape.count) }
      return Tensor(Array(numbers.prefix(shape.count)), shape: shape)
    }
    var layers: [any Layer<Float>] = []
    for (inputs, outputs) in sizes {
      if !layers.isEmpty { layers.append(ReLU<Float>()) }
      layers.append(Affine(weights: take([inputs, outputs]), bias: take([outputs])))
    }
    return Network(inputSize: work.layers[0], layers: layers)
  }

  private func doubles(of path: String, count: Int) throws -> [Double] {
    try bytes(of: path, count: 8 * count).withUnsafeBytes {
      Array($0.bindMemory(to: Double.self))
    }
  }

  private func bytes(of path: String, count: Int) throws -> [UInt8] {
    let reader = try ByteReader(path: path)
    let bytes = try reader.bytes(count, of: "bytes")
    try reader.expectEnd()
    return bytes
  }
}
