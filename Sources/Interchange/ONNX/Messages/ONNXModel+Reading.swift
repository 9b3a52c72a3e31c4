import PerceptronFiles

extension ONNXModel {
  /// The model that the bytes of a file are, and the place of its graph among them.
  ///
  /// - Throws: `FileError` where the bytes are no such message, or there is no graph.
  static func read(
    _ bytes: [UInt8], path: String
  ) throws -> (model: ONNXModel, graph: Range<Int>) {
    var (model, graph) = (ONNXModel(irVersion: 0), nil as Range<Int>?)
    var reader = WireReader(bytes, path: path)
    while let field = try reader.next() {
      switch field.number {
      case Field.irVersion: model.irVersion = try reader.integer(field)
      case Field.producerName: model.producerName = try reader.text(field)
      case Field.producerVersion: model.producerVersion = try reader.text(field)
      case Field.graph:
        // Protocol buffers would merge them.
        if graph != nil { throw reader.error("there are two graphs", at: field.position) }
        graph = try reader.range(field)
        model.graph = try ONNXGraph(reader.message(field))
      case Field.operatorSet:
        model.operatorSets.append(try OperatorSet(reader.message(field)))
      case Field.metadata:
        let (key, value) = try entry(reader.message(field))
        if model.metadata.updateValue(value, forKey: key) != nil {
          throw reader.error("there are two notes named \(key)", at: field.position)
        }
      default: break
      }
    }
    guard let graph else { throw FileError(path, "expected an ONNX model, found no graph in it") }
    return (model, graph)
  }

  /// A key and its value.
  fileprivate static func entry(_ message: WireReader) throws -> (key: String, value: String) {
    var (reader, key, value) = (message, "", "")
    while let field = try reader.next() {
      switch field.number {
      case ONNXEntryField.key: key = try reader.text(field)
      case ONNXEntryField.value: value = try reader.text(field)
      default: break
      }
    }
    return (key, value)
  }
}

extension ONNXModel.OperatorSet {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case Field.domain: domain = try reader.text(field)
      case Field.version: version = try reader.integer(field)
      default: break
      }
    }
  }
}

extension ONNXGraph {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case Field.node: nodes.append(try ONNXNode(reader.message(field)))
      case Field.name: name = try reader.text(field)
      case Field.initializer: initializers.append(try ONNXTensor(reader.message(field)))
      case Field.input: inputs.append(try ONNXValueInfo(reader.message(field)))
      case Field.output: outputs.append(try ONNXValueInfo(reader.message(field)))
      case Field.sparseInitializer:
        throw reader.error("weights in sparse form are not read", at: field.position)
      default: break
      }
    }
  }
}

extension ONNXNode {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case Field.input: inputs.append(try reader.text(field))
      case Field.output: outputs.append(try reader.text(field))
      case Field.name: name = try reader.text(field)
      case Field.type: type = try reader.text(field)
      case Field.attribute:
        let attribute = try ONNXAttribute(reader.message(field))
        if attributes.contains(where: { $0.name == attribute.name }) {
          throw reader.error("there are two attributes named \(attribute.name)", at: field.position)
        }
        attributes.append(attribute)
      case Field.domain: domain = try reader.text(field)
      default: break
      }
    }
    // Its other name.
    if domain == "ai.onnx" { domain = "" }
  }
}

extension ONNXAttribute {
  /// Reads the value that the attribute's type says; the fields of others are passed over.
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    var (kind, float, integer, text) = (0, Float(0), 0, [UInt8]())
    var (tensor, floats, integers) = (ONNXTensor?.none, [Float](), [Int]())
    var texts: [[UInt8]] = []
    while let field = try reader.next() {
      switch field.number {
      case Field.name: name = try reader.text(field)
      case Field.type: kind = try reader.integer(field)
      case Field.float: float = try reader.float(field)
      case Field.integer: integer = try reader.integer(field)
      case Field.text: text = Array(reader.bytes[try reader.range(field)])
      case Field.tensor: tensor = try ONNXTensor(reader.message(field))
      case Field.floats: try reader.add(floatsOf: field, to: &floats)
      case Field.integers: try reader.add(integersOf: field, to: &integers)
      case Field.texts: texts.append(Array(reader.bytes[try reader.range(field)]))
      default: break
      }
    }
    value =
      switch kind {
      case Kind.float: .float(float)
      case Kind.integer: .integer(integer)
      case Kind.text: .text(text)
      case Kind.tensor: tensor.map { .tensor($0) } ?? .other
      case Kind.floats: .floats(floats)
      case Kind.integers: .integers(integers)
      case Kind.texts: .texts(texts)
      default: .other
      }
  }
}

extension ONNXValueInfo {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case Field.name: name = try reader.text(field)
      case Field.type:
        var type = try reader.message(field)
        while let field = try type.next() {
          if field.number == TypeField.tensor { try readTensorType(type.message(field)) }
        }
      default: break
      }
    }
  }

  private mutating func readTensorType(_ message: WireReader) throws {
    var reader = message
    while let field = try reader.next() {
      switch field.number {
      case TensorField.elementType: elementType = try reader.integer(field)
      case TensorField.shape:
        var (extents, all) = (try reader.message(field), [Extent]())
        while let field = try extents.next() {
          if field.number == ShapeField.extent { all.append(try Extent(extents.message(field))) }
        }
        shape = all
      default: break
      }
    }
  }
}

extension ONNXValueInfo.Extent {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    self = .any("")
    while let field = try reader.next() {
      switch field.number {
      case ONNXValueInfo.ExtentField.size: self = .size(try reader.integer(field))
      case ONNXValueInfo.ExtentField.name: self = .any(try reader.text(field))
      default: break
      }
    }
  }
}

extension ONNXTensor {
  fileprivate init(_ message: WireReader) throws {
    var reader = message
    var (floats, doubles, integers, texts) = ([Float](), [Double](), [Int](), [[UInt8]]())
    var (raw, entries, isExternal) = (ArraySlice<UInt8>?.none, [String: String](), false)
    while let field = try reader.next() {
      switch field.number {
      case Field.dimension: try reader.add(integersOf: field, to: &dimensions)
      case Field.elementType: elementType = try reader.integer(field)
      case Field.segment:
        throw reader.error("weights in segments are not read", at: field.position)
      case Field.floats: try reader.add(floatsOf: field, to: &floats)
      case Field.doubles: try reader.add(doublesOf: field, to: &doubles)
      case Field.int32s, Field.int64s, Field.uint64s:
        try reader.add(integersOf: field, to: &integers)
      case Field.texts: texts.append(Array(reader.bytes[try reader.range(field)]))
      case Field.name: name = try reader.text(field)
      case Field.raw: raw = reader.bytes[try reader.range(field)]
      case Field.external:
        let (key, value) = try ONNXModel.entry(reader.message(field))
        if entries.updateValue(value, forKey: key) != nil {
          throw reader.error("there are two entries named \(key)", at: field.position)
        }
      case Field.location: isExternal = try reader.integer(field) == Self.external
      default: break
      }
    }
    contents =
      if isExternal { .external(entries) } else if let raw { .raw(raw) } else if !floats.isEmpty {
        .floats(floats)
      } else if !doubles.isEmpty { .doubles(doubles) } else if !integers.isEmpty {
        .integers(integers)
      } else if !texts.isEmpty { .texts(texts) } else { .none }
  }
}
