/// A tensor as its shape and its elements in row-major order: `{"shape": [2, 2], "elements": [1, 2, 3, 4]}`. For
/// large ones an archive is better: `TensorArchive` or NumPy's formats.
extension Tensor: Codable {
  private enum CodingKeys: CodingKey { case shape, elements }

  /// Decodes shape and elements.
  ///
  /// - Throws: `DecodingError` also where the extents are no shape, or the elements another number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shape = try container.decode(Shape.self, forKey: .shape)
    let elements = try container.decode([Scalar].self, forKey: .elements)
    guard elements.count == shape.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .elements, in: container,
        debugDescription:
          "expected \(shape.count) elements for shape \(shape), found \(elements.count)")
    }
    self.init(elements, shape: shape)
  }

  /// Encodes shape and elements.
  ///
  /// - Throws: what the encoder throws: `JSONEncoder` does for NaN and infinities, unless its
  ///   `nonConformingFloatEncodingStrategy` names them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    try container.encode(elements, forKey: .elements)
  }
}

/// A shape as the list of its extents.
extension Shape: Codable {
  /// Decodes the extents.
  ///
  /// - Throws: `DecodingError` also where there are more than four, one is negative, or the element count
  ///   overflows.
  public init(from decoder: any Decoder) throws {
    let dimensions = try [Int](from: decoder)
    guard dimensions.count <= Shape.maximumRank, dimensions.allSatisfy({ $0 >= 0 }),
      Shape.elementCount(of: dimensions) != nil
    else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "expected at most four extents from 0 up, found \(dimensions)"))
    }
    self.init(dimensions)
  }

  /// Encodes the extents.
  public func encode(to encoder: any Encoder) throws { try dimensions.encode(to: encoder) }
}
