// The numbers of fields, and of an attribute's types, as onnx.proto has them.

extension ONNXModel {
  enum Field {
    static let irVersion = 1, producerName = 2, producerVersion = 3, graph = 7, operatorSet = 8
    static let metadata = 14
  }
}

extension ONNXModel.OperatorSet {
  enum Field { static let domain = 1, version = 2 }
}

/// Of `StringStringEntryProto`, a key and its value.
enum ONNXEntryField { static let key = 1, value = 2 }

extension ONNXGraph {
  enum Field {
    static let node = 1, name = 2, initializer = 5, input = 11, output = 12
    static let sparseInitializer = 15
  }
}

extension ONNXNode {
  enum Field {
    static let input = 1, output = 2, name = 3, type = 4, attribute = 5, domain = 7
  }
}

extension ONNXAttribute {
  enum Field {
    static let name = 1, float = 2, integer = 3, text = 4, tensor = 5, floats = 7, integers = 8
    static let texts = 9, type = 20
  }

  enum Kind {
    static let float = 1, integer = 2, text = 3, tensor = 4, floats = 6, integers = 7, texts = 8
  }
}

extension ONNXValueInfo {
  enum Field { static let name = 1, type = 2 }
  /// Of `TypeProto`.
  enum TypeField { static let tensor = 1 }
  /// Of `TypeProto.Tensor`.
  enum TensorField { static let elementType = 1, shape = 2 }
  /// Of `TensorShapeProto`.
  enum ShapeField { static let extent = 1 }
  /// Of `TensorShapeProto.Dimension`.
  enum ExtentField { static let size = 1, name = 2 }
}

extension ONNXTensor {
  enum Field {
    static let dimension = 1, elementType = 2, segment = 3, floats = 4, int32s = 5, texts = 6
    static let int64s = 7, name = 8, raw = 9, doubles = 10, uint64s = 11, external = 13
    static let location = 14
  }
  /// The value of ``Field/location`` for elements in another file.
  static let external = 1
}
