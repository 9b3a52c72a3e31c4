import PerceptronFiles
import PerceptronLinearAlgebra

/// The state dict of a PyTorch network: modules by their names, in the order in which they follow each other.
struct StateDict {
  /// A module with tensors.
  struct Module {
    enum Kind {
      case linear, batchNorm, layerNorm
    }

    /// Such as `net.2`.
    var name: String
    /// The numbers in the name, and whether it ends with one after a point, as in a `Sequential`.
    var numbers: [Int]
    var number: Int? { numbers.last }
    var isNumbered: Bool
    var kind: Kind
  }

  let archive: TensorArchive
  let path: String
  /// In the order in which they follow each other.
  let modules: [Module]

  /// - Throws: `FileError` for modules that are not read, and where names do not say their order.
  init(_ archive: TensorArchive, path: String) throws {
    self.archive = archive
    self.path = path
    var tensors: [String: Set<String>] = [:]
    for name in archive.names {
      guard let point = name.lastIndex(of: ".") else {
        throw FileError(
          path, "tensor \(name): expected names such as 0.weight, of a module and its tensor")
      }
      tensors[String(name[..<point]), default: []].insert(
        String(name[name.index(after: point)...]))
    }
    modules = try tensors.map { name, parts in
      try Self.module(name, parts, archive, path: path)
    }.sorted { first, second in
      // fc1 before fc10, and a norm behind the layer of its number.
      if first.numbers != second.numbers {
        return first.numbers.lexicographicallyPrecedes(second.numbers)
      }
      if (first.kind == .linear) != (second.kind == .linear) { return first.kind == .linear }
      return first.name < second.name
    }
    try checkOrder()
  }

  /// Throws where names do not say which module or which `Sequential` is first.
  private func checkOrder() throws {
    for (first, second) in zip(modules, modules.dropFirst())
    where first.numbers.isEmpty
      || first.numbers == second.numbers
        && (first.kind == .linear) == (second.kind == .linear)
    {
      throw FileError(
        path,
        "expected modules that are numbered in their order, such as fc1 and fc2, found \(first.name) "
          + "and \(second.name), whose order the file does not say")
    }
    let prefixes = Set(
      modules.filter(\.isNumbered).map { $0.name.split(separator: ".").dropLast() })
    if prefixes.count > 1 {
      throw FileError(
        path,
        "expected the modules of one Sequential, found "
          + prefixes.map { $0.joined(separator: ".") }.sorted().prefix(8).joined(separator: ", ")
          + ", whose order the file does not say")
    }
  }

  private static func module(
    _ name: String, _ parts: Set<String>, _ archive: TensorArchive, path: String
  ) throws -> Module {
    let kind: Module.Kind
    let known: Set<String>
    switch archive.rank(of: name + ".weight") {
    case 2: (kind, known) = (.linear, ["weight", "bias"])
    case 1 where parts.contains("running_mean"):
      (kind, known) = (
        .batchNorm, ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
      )
    case 1: (kind, known) = (.layerNorm, ["weight", "bias"])
    default:
      throw FileError(
        path,
        "module \(name): expected a Linear, BatchNorm1d or LayerNorm with a weight, found the "
          + "tensors \(parts.sorted().joined(separator: ", "))")
    }
    if let other = parts.subtracting(known).min() {
      throw FileError(path, "tensor \(name).\(other): no Linear, BatchNorm1d or LayerNorm has one")
    }
    let own = name.split(separator: ".").last.map(String.init) ?? name
    let isNumbered = own.allSatisfy { $0.isASCII && $0.isNumber }
    let numbers = name.split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) }
    return Module(name: name, numbers: numbers, isNumbered: isNumbered, kind: kind)
  }

  /// Whether the weights of products are in double precision.
  var isDouble: Bool {
    modules.contains { $0.kind == .linear && archive.dataType(of: $0.name + ".weight") == .float64 }
  }
}

extension TensorArchive {
  /// The shape of a tensor that is there, or none.
  func shape(of name: String) -> Shape {
    if let tensor: Tensor<Float> = try? tensor(named: name) { return tensor.shape }
    if let tensor: Tensor<Double> = try? tensor(named: name) { return tensor.shape }
    return []
  }

  func rank(of name: String) -> Int? {
    dataType(of: name) == nil ? nil : shape(of: name).rank
  }
}
