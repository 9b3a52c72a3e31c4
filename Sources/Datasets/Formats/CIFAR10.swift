import PerceptronFiles

/// The binary version of CIFAR-10 (Krizhevsky, 2009): 32 × 32 pixels in red, green and blue, ten
/// classes.
///
/// A file is a row of records: one byte for the class, then 3,072 bytes, plane after plane.
public enum CIFAR10 {
  /// The class names of the published data.
  public static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Three planes of 32 × 32 pixels: the examples are `[3, 32, 32]` bytes, 0…255.
  public static let image = ImageShape(width: 32, height: 32, channels: 3, layout: .planar)

  static let records = CIFARRecords(classCounts: [10])

  /// Reads the `data_batch_….bin` files of a directory in the order of their numbers as the
  /// training set, and `test_batch.bin`. The names come from `batches.meta.txt` where it is there.
  ///
  /// - Returns: each set with rows of `[3, 32, 32]` bytes, nil where it has no file.
  /// - Throws: `FileError` where the directory or a file cannot be read, is not a whole number of
  ///   records, has a class above 9, or does not name ten different classes in UTF-8.
  public static func readDirectory(_ path: String) throws -> DatasetFiles {
    let names = try fileNames(path)
    let batches = names.compactMap { name in batchNumber(name).map { (number: $0, name: name) } }
      .stablySorted { ($0.number, $0.name) < ($1.number, $1.name) }
    let classes =
      try names.contains("batches.meta.txt")
      ? CIFARRecords.readClassNames(join(path, "batches.meta.txt"), count: 10) : classNames
    var files = DatasetFiles()
    if !batches.isEmpty {
      files.training = try readFiles(batches.map { join(path, $0.name) }, classNames: classes)
    }
    if names.contains("test_batch.bin") {
      files.test = try readFiles([join(path, "test_batch.bin")], classNames: classes)
    }
    return files
  }

  /// Reads one or more files of records into one data set.
  ///
  /// - Parameter classNames: the names of the ten classes.
  /// - Returns: rows of `[3, 32, 32]` bytes, in the order of the files.
  /// - Throws: `FileError` where a file cannot be read, is not a whole number of records, or has a
  ///   class above 9, whose byte is named.
  /// - Precondition: a name for every class that occurs.
  public static func readFiles(
    _ paths: [String], classNames: [String] = classNames
  ) throws -> Dataset {
    let (pixels, labels) = try records.read(paths, label: 0)
    let features = Features(pixels, exampleShape: [3, 32, 32], image: image)
    return Dataset(features, labels: labels, classNames: classNames)
  }

  /// The number in `data_batch_….bin`; nil for other names.
  static func batchNumber(_ name: String) -> Int? {
    guard name.hasPrefix("data_batch_"), name.hasSuffix(".bin") else { return nil }
    return Int(name.dropFirst("data_batch_".count).dropLast(".bin".count))
  }
}

extension DatasetLibrary.Format {
  /// CIFAR-10's binary batches.
  public static let cifar10 = Self(
    rawValue: "cifar10", title: "CIFAR-10 batches", fileNames: "data_batch_*.bin, test_batch.bin",
    kind: .cifar10, suffixes: [".bin"],
    detects: { names in
      names.contains { CIFAR10.batchNumber($0) != nil || $0 == "test_batch.bin" }
    },
    read: { request in
      let files = try CIFAR10.readDirectory(request.path)
      return try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: request.path)
    },
    readFile: { path, like, _ in
      // CIFAR-100's files have the same suffix, and records of another size.
      let dataset =
        try CIFAR100.isRead(path, like: like)
        ? CIFAR100.readFile(path, labels: .of(like)) : CIFAR10.readFiles([path])
      return FeatureFile(features: dataset.features, labels: dataset.labels)
    })
}

extension CIFAR10 {
  /// The published files of records and their sums.
  public static let published = [
    ("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    ("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    ("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    ("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    ("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    ("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
  ].map { PublishedFile(name: $0, sha256: $1) }
}
