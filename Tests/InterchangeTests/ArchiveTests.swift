import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

@Suite("NumPy archives and state dicts of models")
struct ArchiveTests {
  private static let deep = Sample.model([
    .affine(outputs: 5), .batchNorm(epsilon: 1e-3), .gelu, .dropout(rate: 0.5),
    .affine(outputs: 4), .layerNorm(), .leakyReLU(slope: 0.2), .affine(outputs: 3),
  ])

  /// A model of numbers in double precision, with principal components.
  private static func components() throws -> TrainedModel<Double> {
    let rows = Sample.rows(20, 6)
    let data = Dataset(
      Features(rows), targets: .numbers(rows[.all, 0].elements.map { Double($0) }, names: ["n"]))
    let steps = Preprocessing(
      divisor: 2, mean: [1, 2, 3, 4, 5, 6], targets: TargetScaling(means: [3], deviations: [7]))
    return TrainedModel(
      network: Sample.network(4, [.affine(outputs: 1)], loss: .huber(), as: Double.self),
      preprocessing: steps.projecting(
        onto: try steps.components(of: data, ProjectionSettings(count: .number(4), whitening: 0.1))),
      schema: TargetSchema(.numbers, names: ["n"]))
  }

  private static func ensemble() throws -> TrainedModel<Float> {
    let members = [1, 2].map {
      Sample.network(4, [.affine(outputs: 5), .batchNorm(), .relu, .affine(outputs: 3)], seed: $0)
    }
    return TrainedModel(
      network: try Ensemble(members).network, preprocessing: Preprocessing(divisor: 255),
      classNames: ["a", "b", "c"])
  }

  private static func all() throws -> [AnyTrainedModel] {
    [.float(Sample.table), .float(deep), .double(try components()), .float(try ensemble())]
  }

  private func bytes(_ model: AnyTrainedModel) throws -> [UInt8] {
    switch model {
    case .float(let model): try model.archive(path: "a").bytes()
    case .double(let model): try model.archive(path: "a").bytes()
    }
  }

  @Test("A model is the same when it is read again")
  func roundTrips() throws {
    let scratch = try TemporaryDirectory()
    for model in try Self.all() {
      try model.writeNumPy(to: scratch.file("a.npz"))
      try model.writeStateDict(to: scratch.file("a.safetensors"))
      #expect(try bytes(AnyTrainedModel(readingNumPyFrom: scratch.file("a.npz"))) == bytes(model))
      #expect(
        try bytes(AnyTrainedModel(readingStateDictFrom: scratch.file("a.safetensors")))
          == bytes(model))
    }
  }

  @Test("The archive's arrays say what becomes of features")
  func preparation() throws {
    let scratch = try TemporaryDirectory()
    try Sample.table.writeNumPy(to: scratch.file("a.npz"))
    let archive = try NumPyArchive(readingFrom: scratch.file("a.npz"))
    func numbers(_ name: String) throws -> [Double] { try archive.array(named: name).doubles() }
    // age, age is missing, Rome, Oslo, Bern, other, size, x, y, z
    let inf = Double.infinity
    let far = Double.greatestFiniteMagnitude
    #expect(try archive.array(named: "column").integers() == [0, 0, 1, 1, 1, 1, 2, 3, 3, 3])
    #expect(try archive.array(named: "log").bytes() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    #expect(try numbers("fill") == [30, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    #expect(try numbers("shift") == [31.7, 0, 0, 0, 0, 0, 0.5, 0, 0, 0])
    #expect(try numbers("scale") == [12.5, inf, inf, inf, inf, inf, 0.25, inf, inf, inf])
    #expect(try numbers("low") == [inf, inf, 0, 1, 2, 3, inf, 0, 1, 2])
    #expect(try numbers("high") == [-inf, inf, 0, 1, 2, far, -inf, 0, 1, 2])
    #expect(try archive.array(named: "W1").shape == [10, 5])
  }

  @Test("A parameter that was changed in NumPy is read; any other array is refused")
  func changes() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a.npz")
    func write(
      texts edited: (String, String) -> String = { $1 }, _ change: (String, [Double]) -> [Double]
    ) throws {
      let model = try NumPyModel(Self.deep, path: path)
      try NumPyArchive.write(to: path) { archive in
        for (name, contents) in model.arrays {
          switch contents {
          case .floats(let tensor):
            let numbers = change(name, tensor.elements.map { Double($0) })
            try archive.add(Tensor(numbers.map { Float($0) }, shape: tensor.shape), named: name)
          case .doubles(let tensor):
            let numbers = change(name, tensor.elements)
            try archive.add(Tensor(numbers, shape: tensor.shape), named: name)
          case .bytes(let bytes): try archive.add(bytes: bytes, shape: [bytes.count], named: name)
          case .integers(let numbers):
            try archive.add(integers: numbers, shape: [numbers.count], named: name)
          case .flags(let flags): try archive.add(flags: flags, shape: [flags.count], named: name)
          case .texts(let texts, let shape):
            try archive.add(texts: texts.map { edited(name, $0) }, shape: shape, named: name)
          }
        }
      }
    }
    try write { name, numbers in name == "b3" ? numbers.map { _ in 0.25 } : numbers }
    guard case .float(let read) = try AnyTrainedModel(readingNumPyFrom: path) else {
      Issue.record("expected single precision")
      return
    }
    #expect(read.network.parameters["b3"].elements == [0.25, 0.25, 0.25])
    for changed in ["shift", "epsilon.1"] {
      try write { name, numbers in name == changed ? numbers.map { $0 + 1e-3 } : numbers }
      let error = try #require(throws: FileError.self) {
        try AnyTrainedModel(readingNumPyFrom: path)
      }
      #expect(error.message.contains("the array \(changed) was changed"), "\(error)")
    }
    for (changed, old, new) in [
      ("layers", "gelu", "relu"), ("class_names", "class 2", "a longer name"),
    ] {
      try write(texts: { $0 == changed && $1 == old ? new : $1 }, { $1 })
      let error = try #require(throws: FileError.self) {
        try AnyTrainedModel(readingNumPyFrom: path)
      }
      let sentence = "is \(new), but \(old) in the model's notes"
      #expect(error.message.contains("the array \(changed) was changed: text"), "\(error)")
      #expect(error.message.contains(sentence), "\(error)")
    }
    try NumPyArchive.write(to: path) { try $0.add(integers: [1], shape: [1], named: "x") }
    let error = try #require(throws: FileError.self) { try AnyTrainedModel(readingNumPyFrom: path) }
    #expect(error.message.contains("expected the array perceptron_model"), "\(error)")
  }

  // MARK: - State dicts of other programs

  private func archive(_ shapes: [(String, [Int])]) -> TensorArchive {
    var archive = TensorArchive()
    for (name, shape) in shapes {
      archive.add(Tensor<Float>(shape: Shape(shape), repeating: 0.5), named: name)
    }
    return archive
  }

  private func read(
    _ shapes: [(String, [Int])], activation: LayerSpecification? = nil, as kind: TargetKind? = nil,
    names: [String]? = nil
  ) throws -> TrainedModel<Float> {
    let model = try AnyTrainedModel(
      archive(shapes), path: "a.safetensors", activation: activation, as: kind, names: names)
    guard case .float(let model) = model else { fatalError("double precision") }
    return model
  }

  @Test("Layers follow from the names and the shapes of a state dict")
  func architectures() throws {
    let sequential: [(String, [Int])] = [
      ("net.0.weight", [5, 4]), ("net.0.bias", [5]), ("net.1.weight", [5]), ("net.1.bias", [5]),
      ("net.1.running_mean", [5]), ("net.1.running_var", [5]), ("net.1.num_batches_tracked", []),
      ("net.10.weight", [3, 5]),
    ]
    let model = try read(sequential, activation: .gelu, as: .classes, names: ["a", "b", "c"])
    #expect(model.network.layers.map(\.name) == ["affine", "batch norm", "gelu", "affine"])
    #expect(model.network.parameters["b2"].elements == [0, 0, 0])
    #expect(model.schema == .classes(["a", "b", "c"]) && model.network.loss is SoftmaxLoss<Float>)
    let named: [(String, [Int])] = [
      ("fc2.weight", [1, 5]), ("fc2.bias", [1]), ("norm1.weight", [5]), ("norm1.bias", [5]),
      ("fc1.weight", [5, 4]), ("fc1.bias", [5]),
    ]
    let other = try read(named, activation: .tanh)
    #expect(other.network.layers.map(\.name) == ["affine", "layer norm", "tanh", "affine"])
    #expect(other.schema.kind == .numbers)
    let nested = ["blocks.1.fc2", "blocks.0.fc1", "blocks.1.fc1", "blocks.0.fc2"]
    let widths = ["blocks.0.fc1": [3, 4], "blocks.0.fc2": [5, 3], "blocks.1.fc1": [6, 5]]
    let blocks = try read(
      nested.map { ($0 + ".weight", widths[$0] ?? [2, 6]) }, activation: .relu)
    #expect(blocks.network.outputSize == 2 && blocks.network.inputSize == 4)
    // Where other numbers are missing, neighbors have nothing between them, else an activation, too.
    let products = [("0.weight", [5, 4]), ("1.weight", [2, 5]), ("3.weight", [2, 2])]
    let gaps = try read(products, activation: .relu, as: .labels)
    #expect(gaps.network.layers.map(\.name) == ["affine", "affine", "relu", "affine"])
    #expect(gaps.network.loss is LogisticLoss<Float>)
    let list = try read(Array(products.prefix(2)), activation: .relu)
    #expect(list.network.layers.map(\.name) == ["affine", "relu", "affine"])
    // What is before the first, such as a Flatten, does nothing.
    let flattened = try read([("1.weight", [5, 4]), ("3.weight", [2, 5])], activation: .tanh)
    #expect(flattened.network.layers.map(\.name) == ["affine", "tanh", "affine"])
  }

  @Test("A state dict of no such network is refused with what is missing")
  func refusals() throws {
    let refused: [([(String, [Int])], String)] = [
      ([("0.weight", [5, 4]), ("2.weight", [3, 5])], "choose it with --activation"),
      ([("0.weight", [5, 4]), ("1.weight", [3, 5])], "choose it with --activation"),
      (
        [("0.weight", [4]), ("0.bias", [4]), ("2.weight", [5, 4]), ("4.weight", [3, 5])],
        "found modules without tensors between 0 and 2"
      ),
      (
        [("0.weight", [5, 4]), ("2.weight", [3, 5]), ("4.weight", [3]), ("4.bias", [3])],
        "found modules without tensors between 2 and 4"
      ),
      ([("0.weight", [5, 4]), ("0.bias", [4])], "expected the shape [5]"),
      ([("0.weight", [5, 4, 3, 3])], "expected a Linear, BatchNorm1d or LayerNorm"),
      ([("0.weight", [5, 4]), ("0.scale", [4])], "tensor 0.scale"),
      ([("weight", [5, 4])], "expected names such as 0.weight"),
      ([("0.weight", [5])], "no weight of a Linear"),
      (
        [("a.0.weight", [5, 4]), ("b.2.weight", [3, 5])], "modules of one Sequential, found a, b"
      ),
      (
        [("0.weight", [5, 4]), ("2.weight", [5]), ("2.bias", [5]), ("4.weight", [3, 5])],
        "expected one activation between 0 and 4"
      ),
      ([("input.weight", [4, 4]), ("fc1.weight", [4, 4])], "found input and fc1, whose order"),
      (
        [("a.fc1.weight", [4, 4]), ("b.fc1.weight", [4, 4])], "whose order the file does not say"
      ),
      ([], "no weight of a Linear"),
    ]
    for (shapes, sentence) in refused {
      let error = try #require(throws: FileError.self) { try read(shapes) }
      #expect(error.message.contains(sentence), "\(error)")
    }
    let width = try #require(throws: FileError.self) {
      try read([("0.weight", [5, 4]), ("2.weight", [3, 6])], activation: .relu)
    }
    #expect(width.message.contains("expected 5 columns"))
    let unused = try #require(throws: FileError.self) {
      try read([("0.weight", [5, 4])], activation: .relu)
    }
    #expect(unused.message.contains("no place for an activation among the modules, found relu"))
    let wrong = try #require(throws: FileError.self) {
      try read([("0.weight", [5, 4])], as: .classes, names: ["a"])
    }
    #expect(wrong.message.contains("1 name for 5 classes"))
    #expect(throws: FileError.self) {
      var archive = archive([("0.bias", [1])])
      archive.add(Tensor<Float>([.nan], shape: [1, 1]), named: "0.weight")
      _ = try AnyTrainedModel(archive, path: "a", activation: nil, as: nil, names: nil)
    }
  }

  @Test("An activation is refused for a file that says which ones there are")
  func ownActivation() throws {
    let scratch = try TemporaryDirectory()
    try Self.deep.writeStateDict(to: scratch.file("a.safetensors"))
    try Self.deep.save(to: scratch.file("b.safetensors"))
    for name in ["a.safetensors", "b.safetensors"] {
      let error = try #require(throws: FileError.self) {
        try AnyTrainedModel(readingStateDictFrom: scratch.file(name), activation: .relu)
      }
      #expect(error.message.contains("relu has no place among them"), "\(error)")
    }
  }

  @Test("Weights of integers are refused")
  func integers() throws {
    let header = #"{"0.weight":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}"#
    let size = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
    let archive = try (size + header.utf8 + [1, 0, 0, 0, 0, 0, 0, 0]).withUnsafeBytes {
      try TensorArchive(converting: $0, named: "a")
    }
    let error = try #require(throws: FileError.self) {
      try AnyTrainedModel(archive, path: "a", activation: nil, as: nil, names: nil)
    }
    #expect(error.message.contains("tensor 0.weight: expected numbers with fractions"), "\(error)")
  }

  @Test("A negative running variance is refused, whatever the format")
  func negativeVariance() throws {
    let scratch = try TemporaryDirectory()
    var model = Self.deep
    model.network.statistics = Parameters(
      model.network.statistics.map { name, tensor in
        (name, name.hasPrefix("running_variance") ? tensor * -1 : tensor)
      })
    try model.writeNumPy(to: scratch.file("a.npz"))
    try model.writeStateDict(to: scratch.file("a.safetensors"))
    try model.save(to: scratch.file("model"))
    try model.writeONNX(to: scratch.file("a.onnx"))
    for read in [
      { try AnyTrainedModel(readingNumPyFrom: scratch.file("a.npz")) },
      { try AnyTrainedModel(readingStateDictFrom: scratch.file("a.safetensors")) },
      { try AnyTrainedModel(readingFrom: scratch.file("model")) },
      { try AnyTrainedModel(readingONNXFrom: scratch.file("a.onnx")) },
    ] {
      let error = try #require(throws: FileError.self) { try read() }
      #expect(error.message.contains("expected a variance, 0 or more"), "\(error)")
    }
  }

  // MARK: - Hostile files

  /// Files of both formats, with and without notes.
  private static func originals() throws -> [(name: String, bytes: [UInt8])] {
    let scratch = try TemporaryDirectory()
    var files: [(String, [UInt8])] = []
    for model in try all() {
      try model.writeNumPy(to: scratch.file("a.npz"))
      try model.writeStateDict(to: scratch.file("a.safetensors"))
      files.append(("a.npz", try scratch.bytes(of: "a.npz")))
      files.append(("a.safetensors", try scratch.bytes(of: "a.safetensors")))
    }
    var plain = try TensorArchive(readingFrom: scratch.file("a.safetensors"))
    plain.metadata = [:]
    files.append(("plain.safetensors", try plain.bytes()))
    return files
  }

  private static func read(_ path: String) throws {
    if path.hasSuffix(".npz") {
      return Mutations.use(try AnyTrainedModel(readingNumPyFrom: path))
    }
    // Without notes, it takes an activation.
    let isPlain = path.hasSuffix("plain.safetensors")
    Mutations.use(
      try AnyTrainedModel(readingStateDictFrom: path, activation: isPlain ? .relu : nil))
  }

  @Test("Files that are cut are refused")
  func cuts() throws {
    let scratch = try TemporaryDirectory()
    for (name, bytes) in try Self.originals() {
      for damage in Damage.cuts(of: bytes, every: 7) where damage.bytes.count < bytes.count {
        try scratch.write(damage.bytes, to: name)
        #expect(throws: FileError.self, "\(name), \(damage)") {
          try Self.read(scratch.file(name))
        }
      }
    }
  }

  /// The files in an archive of stored ones.
  private static func members(of archive: [UInt8]) -> [(name: String, bytes: [UInt8])] {
    var (members, next) = ([(String, [UInt8])](), 0)
    func number(_ place: Int, size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(archive[place + $1]) << (8 * $1) }
    }
    while number(next, size: 4) == 0x0403_4b50 {
      let (size, nameSize) = (number(next + 18, size: 4), number(next + 26, size: 2))
      let start = next + 30 + nameSize + number(next + 28, size: 2)
      let name = String(decoding: archive[next + 30..<next + 30 + nameSize], as: UTF8.self)
      members.append((String(name.dropLast(4)), Array(archive[start..<start + size])))
      next = start + size
    }
    return members
  }

  @Test("An array that is none of the model's is refused")
  func otherArray() throws {
    let scratch = try TemporaryDirectory()
    let original = try #require(try Self.originals().first { $0.name == "a.npz" })
    try NumPyArchive.write(to: scratch.file("a.npz")) { archive in
      for (name, bytes) in Self.members(of: original.bytes) {
        try archive.add(file: bytes, named: name)
      }
      try archive.add(Tensor<Float>([1]), named: "W9")
    }
    let error = try #require(throws: FileError.self) { try Self.read(scratch.file("a.npz")) }
    #expect(error.message.contains("the array W9 is none of the model's"))
  }

  /// `PERCEPTRON_MUTATIONS` says how many in place of some.
  @Test("Archives of damaged arrays give a model that can be used, or an error")
  func memberMutations() throws {
    let scratch = try TemporaryDirectory()
    let originals = try Self.originals().filter { $0.name == "a.npz" }.map {
      Self.members(of: $0.bytes)
    }
    #expect(originals.allSatisfy { $0.contains { $0.name == NumPyModel.notesName } })
    var random = SeededRandom(seed: 22)
    for number in 0..<Mutations.count(400) {
      var members = originals[number % originals.count]
      for _ in 0...Int(random.next() % 2) {
        // The notes often, which say the most.
        let notes = members.firstIndex { $0.name == NumPyModel.notesName } ?? 0
        let place = random.next() % 3 == 0 ? notes : Int(random.next() % UInt64(members.count))
        members[place].bytes = Mutations.mutated(members[place].bytes, &random)
      }
      try NumPyArchive.write(to: scratch.file("a.npz")) { archive in
        for (name, bytes) in members { try archive.add(file: bytes, named: name) }
      }
      do {
        try Self.read(scratch.file("a.npz"))
      } catch {
        #expect(error is FileError, "mutation \(number): \(error)")
      }
    }
  }

  /// `PERCEPTRON_MUTATIONS` says how many in place of some.
  @Test("Damaged files give a model that can be used, or an error")
  func mutations() throws {
    let (scratch, originals) = (try TemporaryDirectory(), try Self.originals())
    var random = SeededRandom(seed: 21)
    for number in 0..<Mutations.count(400) {
      let (name, bytes) = originals[number % originals.count]
      try scratch.write(Mutations.mutated(bytes, &random), to: name)
      do {
        try Self.read(scratch.file(name))
      } catch {
        #expect(error is FileError, "mutation \(number): \(error)")
      }
    }
  }

  @Test("Arrays that do not go together are refused")
  func wrongArrays() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("a.npz")
    let arrays = try NumPyModel(Self.deep, path: path).arrays
    let notes = arrays.compactMap { name, contents in
      if case .bytes(let bytes) = contents, name == NumPyModel.notesName { bytes } else { nil }
    }
    func error(_ body: (inout NumPyArchive.Writer) throws -> Void) throws -> String {
      try NumPyArchive.write(to: path, body)
      return try #require(throws: FileError.self) {
        try AnyTrainedModel(readingNumPyFrom: path)
      }.message
    }
    let name = NumPyModel.notesName
    #expect(
      try error { try $0.add(bytes: notes[0], shape: [notes[0].count], named: name) }
        .contains("expected an array named W1"))
    #expect(
      try error { try $0.add(bytes: [123, 34], shape: [2], named: name) }
        .contains("cannot be read as JSON"))
    #expect(
      try error {
        try $0.add(bytes: notes[0], shape: [notes[0].count], named: name)
        for (other, contents) in arrays {
          guard case .floats(let tensor) = contents else { continue }
          try $0.add(other == "W1" ? .zeros([7, 5]) : tensor, named: other)
        }
      }.contains("expected the shape [4, 5]"))
    #expect(
      try error {
        try $0.add(bytes: notes[0], shape: [notes[0].count], named: name)
        try $0.add(integers: Array(0..<24), shape: [4, 6], named: "W1")
      }.contains("array W1: expected numbers with fractions, found int64"))
    #expect(
      try error {
        try $0.add(integers: [1], shape: [1], named: name)
      }.contains("expected unsigned bytes"))
  }
}
