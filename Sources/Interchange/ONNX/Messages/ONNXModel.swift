// The messages of ONNX (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) as far as dense networks
// need them. Field numbers are those of that file. Fields that are not here are passed over in reading:
// documentation, training information, inferred types, and graphs and types within attributes.

import Foundation
import PerceptronFiles

/// A whole file (`ModelProto`).
struct ONNXModel: Equatable {
  var irVersion = 8
  var producerName = ""
  var producerVersion = ""
  var operatorSets: [OperatorSet] = []
  var graph = ONNXGraph()
  /// Notes under names that are each there once (`metadata_props`).
  var metadata: [String: String] = [:]

  /// A version of a domain's operators (`OperatorSetIdProto`); the domain of ONNX itself is empty.
  struct OperatorSet: Equatable {
    var domain = ""
    var version = 0
  }
}

/// The nodes and weights of a model (`GraphProto`).
struct ONNXGraph: Equatable {
  var name = ""
  /// Each node behind those that it reads.
  var nodes: [ONNXNode] = []
  var initializers: [ONNXTensor] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
}

/// An operation (`NodeProto`).
struct ONNXNode: Equatable {
  var name = ""
  var type = ""
  /// Empty for the operators of ONNX itself.
  var domain = ""
  /// The names of values; an empty one is an input that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [ONNXAttribute] = []
}

/// A setting of a node (`AttributeProto`).
struct ONNXAttribute: Equatable {
  var name = ""
  var value: Value = .other

  enum Value: Equatable {
    case float(Float)
    case integer(Int)
    case text([UInt8])
    case tensor(ONNXTensor)
    case floats([Float])
    case integers([Int])
    case texts([[UInt8]])
    /// What dense networks do not have, such as a graph.
    case other
  }
}

/// The name and the type of an input or output of a graph (`ValueInfoProto`).
struct ONNXValueInfo: Equatable {
  var name = ""
  /// The type of its elements; nil where it is no tensor or that is not said.
  var elementType: ONNXElementType.RawValue?
  /// Nil where it is no tensor or has any shape.
  var shape: [Extent]?

  /// An extent of a shape.
  enum Extent: Equatable {
    case size(Int)
    /// Any size, under a name that may be empty.
    case any(String)
  }
}

/// Numbers or texts in an array (`TensorProto`).
struct ONNXTensor: Equatable {
  var name = ""
  var dimensions: [Int] = []
  var elementType: ONNXElementType.RawValue = 0
  var contents: Contents = .none

  /// Where the elements are.
  enum Contents: Equatable {
    case none
    /// In little-endian order.
    case raw(ArraySlice<UInt8>)
    /// Of `float`.
    case floats([Float])
    /// Of `double`.
    case doubles([Double])
    /// Of integers and truth values; bit patterns of `float16` and `bfloat16`.
    case integers([Int])
    case texts([[UInt8]])
    /// In another file, by key (`location`, `offset`, `length`).
    case external([String: String])
  }
}

/// The types of elements (`TensorProto.DataType`).
enum ONNXElementType: Int {
  case float = 1
  case uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64
  case bfloat16 = 16

  /// The number of bytes of an element in raw data; nil for texts, which have none.
  var size: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .double, .int64, .uint64: 8
    case .string: nil
    }
  }

  /// Whether the elements are floating-point numbers.
  var isFloating: Bool {
    switch self {
    case .float, .double, .float16, .bfloat16: true
    default: false
    }
  }

  /// Whether the elements are numbers of half the size of `float`.
  var isHalf: Bool { self == .float16 || self == .bfloat16 }

  /// The number of this type that is nearest to one; infinite beyond its range.
  ///
  /// - Precondition: the type is floating.
  func rounded(_ number: Double) -> Double {
    switch self {
    case .float: Double(Float(number))
    case .float16: number.rounded(toBits: 11, leastExponent: -14, largest: 65504)
    case .bfloat16: number.rounded(toBits: 8, leastExponent: -126, largest: 0x1.fep127)
    default: number
    }
  }
}

extension Double {
  /// The nearest number of a binary format: of as many significant bits, with a least exponent of normal numbers.
  fileprivate func rounded(toBits bits: Int, leastExponent: Int, largest: Double) -> Double {
    if self == 0 || !isFinite { return self }
    let unit = Double(
      sign: .plus, exponent: Swift.max(exponent, leastExponent) - bits + 1, significand: 1)
    let nearest = (self / unit).rounded(.toNearestOrEven) * unit
    return nearest.magnitude > largest ? copysign(.infinity, self) : nearest
  }
}
