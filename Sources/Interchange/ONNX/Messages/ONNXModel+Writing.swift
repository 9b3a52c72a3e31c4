import PerceptronFiles

// Fields are written in ascending order, lists of integers number by number, and empty texts not at all:
// so Google's implementation writes the same bytes for what it has read.

extension ONNXModel {
  /// The bytes of the file, with a graph that is encoded already.
  func encoded(graph: WireMessage) -> WireMessage {
    WireMessage { message in
      message.add(Field.irVersion, irVersion)
      message.add(notEmpty: Field.producerName, producerName)
      message.add(notEmpty: Field.producerVersion, producerVersion)
      message.add(Field.graph, graph)
      for set in operatorSets {
        let encoded = WireMessage {
          $0.add(notEmpty: OperatorSet.Field.domain, set.domain)
          $0.add(OperatorSet.Field.version, set.version)
        }
        message.add(Field.operatorSet, encoded)
      }
      for (key, value) in metadata.sortedByKey {
        message.add(Field.metadata, WireMessage(key: key, value: value))
      }
    }
  }
}

extension WireMessage {
  fileprivate init(key: String, value: String) {
    self.init {
      $0.add(ONNXEntryField.key, key)
      $0.add(ONNXEntryField.value, value)
    }
  }

  fileprivate mutating func add(notEmpty field: Int, _ text: String) {
    if !text.isEmpty { add(field, text) }
  }
}

extension ONNXGraph {
  var encoded: WireMessage {
    WireMessage { message in
      for node in nodes { message.add(Field.node, node.encoded) }
      message.add(notEmpty: Field.name, name)
      for tensor in initializers { message.add(Field.initializer, tensor.encoded) }
      for input in inputs { message.add(Field.input, input.encoded) }
      for output in outputs { message.add(Field.output, output.encoded) }
    }
  }
}

extension ONNXNode {
  fileprivate var encoded: WireMessage {
    WireMessage { message in
      for input in inputs { message.add(Field.input, input) }
      for output in outputs { message.add(Field.output, output) }
      message.add(notEmpty: Field.name, name)
      message.add(Field.type, type)
      for attribute in attributes { message.add(Field.attribute, attribute.encoded) }
      message.add(notEmpty: Field.domain, domain)
    }
  }
}

extension ONNXAttribute {
  fileprivate var encoded: WireMessage {
    WireMessage { message in
      message.add(Field.name, name)
      let kind: Int
      switch value {
      case .float(let number):
        message.add(Field.float, number)
        kind = Kind.float
      case .integer(let number):
        message.add(Field.integer, number)
        kind = Kind.integer
      case .text(let bytes):
        message.add(Field.text, bytes)
        kind = Kind.text
      case .tensor(let tensor):
        message.add(Field.tensor, tensor.encoded)
        kind = Kind.tensor
      case .floats(let numbers):
        for number in numbers { message.add(Field.floats, number) }
        kind = Kind.floats
      case .integers(let numbers):
        for number in numbers { message.add(Field.integers, number) }
        kind = Kind.integers
      case .texts(let texts):
        for bytes in texts { message.add(Field.texts, bytes) }
        kind = Kind.texts
      case .other: kind = 0
      }
      message.add(Field.type, kind)
    }
  }
}

extension ONNXValueInfo {
  fileprivate var encoded: WireMessage {
    let shape = shape.map { extents in
      WireMessage { message in
        for extent in extents {
          let encoded = WireMessage {
            switch extent {
            case .size(let size): $0.add(ExtentField.size, size)
            case .any(let name): $0.add(notEmpty: ExtentField.name, name)
            }
          }
          message.add(ShapeField.extent, encoded)
        }
      }
    }
    let tensor = WireMessage {
      if let elementType { $0.add(TensorField.elementType, elementType) }
      if let shape { $0.add(TensorField.shape, shape) }
    }
    return WireMessage {
      $0.add(Field.name, name)
      $0.add(Field.type, WireMessage { $0.add(TypeField.tensor, tensor) })
    }
  }
}

extension ONNXTensor {
  fileprivate var encoded: WireMessage {
    WireMessage { message in
      for extent in dimensions { message.add(Field.dimension, extent) }
      message.add(Field.elementType, elementType)
      if case .floats(let numbers) = contents {
        for number in numbers { message.add(Field.floats, number) }
      }
      if case .integers(let numbers) = contents {
        for number in numbers { message.add(Field.int64s, number) }
      }
      if case .texts(let texts) = contents {
        for text in texts { message.add(Field.texts, text) }
      }
      message.add(notEmpty: Field.name, name)
      switch contents {
      case .raw(let bytes): message.add(Field.raw, Array(bytes))
      case .doubles(let numbers): message.add(Field.doubles, numbers)
      case .external(let entries):
        for (key, value) in entries.sortedByKey {
          message.add(Field.external, WireMessage(key: key, value: value))
        }
        message.add(Field.location, Self.external)
      case .none, .floats, .integers, .texts: break
      }
    }
  }
}
