import PerceptronLinearAlgebra

/// Named tensors and notes about them, kept in a file of the safetensors format.
///
///     var archive = TensorArchive(metadata: ["activation": "relu"])
///     archive.add(weights, named: "layer1.weight")
///     try archive.write(to: "model.safetensors")
///
/// What is read back has the same bits, NaN payloads and signed zeros included. Python's
/// `safetensors` package reads and writes the same files.
public struct TensorArchive: Sendable {
  /// The type of a tensor's elements, by its name in the format.
  public enum DataType: String, Sendable {
    /// Single precision: `Float`.
    case float32 = "F32"
    /// Double precision: `Double`.
    case float64 = "F64"

    /// Bytes per element.
    var size: Int { self == .float32 ? 4 : 8 }
  }

  enum Payload: Sendable {
    case float32(Tensor<Float>)
    case float64(Tensor<Double>)
  }

  struct Entry: Sendable {
    var name: String
    var payload: Payload
  }

  /// The format's key for notes, which no tensor can have.
  static let metadataKey = "__metadata__"

  /// Free notes, stored beside the tensors.
  public var metadata: [String: String]
  /// Where the archive was read from, for messages.
  let origin: String
  private(set) var entries: [Entry]

  /// An archive without tensors.
  public init(metadata: [String: String] = [:]) {
    self.init(origin: "tensor archive", metadata: metadata, entries: [])
  }

  init(origin: String, metadata: [String: String], entries: [Entry]) {
    self.origin = origin
    self.metadata = metadata
    self.entries = entries
  }

  /// The tensors' names, in the order of the file or in which they were added.
  public var names: [String] { entries.map(\.name) }

  /// The element type of the tensor `name`, or nil where there is none of that name.
  public func dataType(of name: String) -> DataType? { entry(name)?.payload.dataType }

  /// Adds `tensor` under a new name.
  ///
  /// - Precondition: no tensor has that name yet, and it is not `__metadata__`.
  public mutating func add<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>, named name: String) {
    require(entry(name) == nil, "TensorArchive: there is already a tensor named \(name)")
    require(
      name != TensorArchive.metadataKey, "TensorArchive: the name \(name) has another meaning")
    entries.append(Entry(name: name, payload: Payload(tensor)))
  }

  /// The tensor `name`, whose elements must be of type `Scalar`; nothing is converted.
  ///
  /// - Parameter shape: the shape it must have, or nil for any.
  /// - Throws: ``FileError`` where there is no such tensor, or its type or shape is another.
  public func tensor<Scalar: BLASScalar>(
    named name: String, as scalar: Scalar.Type = Scalar.self, shape: Shape? = nil
  ) throws -> Tensor<Scalar> {
    guard let payload = entry(name)?.payload else {
      let known = entries.isEmpty ? "none" : names.joined(separator: ", ")
      throw FileError(origin, "expected a tensor named \(name), found \(known)")
    }
    guard let tensor = payload.tensor(as: scalar) else {
      throw FileError(
        origin,
        "tensor \(name): expected elements of type \(Scalar.self), found "
          + payload.dataType.rawValue)
    }
    if let shape, shape != tensor.shape {
      throw FileError(
        origin, "tensor \(name): expected the shape \(shape), found \(tensor.shape)")
    }
    return tensor
  }

  private func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
}

extension TensorArchive.Payload {
  /// - Precondition: `Scalar` is `Float` or `Double`, the only two there are.
  init<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>) {
    switch tensor {
    case let tensor as Tensor<Float>: self = .float32(tensor)
    case let tensor as Tensor<Double>: self = .float64(tensor)
    default: fatalError("TensorArchive: cannot keep elements of type \(Scalar.self)")
    }
  }

  var dataType: TensorArchive.DataType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    }
  }

  var shape: Shape {
    switch self {
    case .float32(let tensor): tensor.shape
    case .float64(let tensor): tensor.shape
    }
  }

  func tensor<Scalar: BLASScalar>(as scalar: Scalar.Type) -> Tensor<Scalar>? {
    switch self {
    case .float32(let tensor): tensor as? Tensor<Scalar>
    case .float64(let tensor): tensor as? Tensor<Scalar>
    }
  }

  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .float32(let tensor):
      try tensor.withUnsafeElements { try body(UnsafeRawBufferPointer($0)) }
    case .float64(let tensor):
      try tensor.withUnsafeElements { try body(UnsafeRawBufferPointer($0)) }
    }
  }
}
