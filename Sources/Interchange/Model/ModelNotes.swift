import PerceptronFiles

/// What a saved model has beside its tensors, and the tensors' names: how other formats keep it.
struct ModelNotes {
  let metadata: [String: String]
  let tensorNames: [String]

  /// The key of the names.
  private static let tensors = "tensors"
  private static let mostTensors = 10_000

  init(of archive: TensorArchive) {
    (metadata, tensorNames) = (archive.metadata, archive.names)
  }

  /// The notes that ``jsonLine`` wrote; nil for other bytes.
  init?(json: some Collection<UInt8>) {
    guard var metadata = try? [String: String](json: json),
      let names = metadata.removeValue(forKey: Self.tensors).flatMap({
        try? [String](json: $0.utf8)
      }), names.count <= Self.mostTensors, Set(names).count == names.count,
      !names.contains(TensorArchive.metadataKey)
    else { return nil }
    (self.metadata, tensorNames) = (metadata, names)
  }

  /// The notes as one line of JSON.
  var jsonLine: String {
    get throws {
      try metadata.merging([Self.tensors: tensorNames.jsonLine]) { $1 }.jsonLine
    }
  }
}
