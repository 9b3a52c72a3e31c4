import PerceptronFiles

/// The binary version of CIFAR-100 (Krizhevsky, 2009): 32 × 32 pixels in red, green and blue, of 100
/// classes in 20 groups.
///
/// A file is a row of records: a byte for the group, one for the class, then 3,072 bytes, plane after
/// plane.
public enum CIFAR100 {
  /// Which of a picture's two classes is its label.
  public enum Labels: String, CaseIterable, Sendable {
    /// The group, one of 20, such as `trees`.
    case coarse
    /// The class, one of 100, such as `oak_tree`.
    case fine

    /// The file of the classes' names.
    var namesFile: String { rawValue + "_label_names.txt" }
    /// The names of the published data.
    var publishedNames: [String] { self == .coarse ? CIFAR100.coarseNames : CIFAR100.fineNames }
  }

  /// The pictures: [3, 32, 32] bytes, 0…255, as CIFAR-10's.
  public static let image = CIFAR10.image

  private static let records = CIFARRecords(classCounts: [20, 100])

  /// Reads `train.bin` and `test.bin` of a directory. The classes' names come from
  /// `fine_label_names.txt` or `coarse_label_names.txt` where it is there.
  ///
  /// - Returns: each set with rows of `[3, 32, 32]` bytes, nil where it has no file.
  /// - Throws: `FileError` where the directory or a file cannot be read, is not a whole number of
  ///   records, has a class above 99 or a group above 19, or does not name so many different classes in
  ///   UTF-8.
  public static func readDirectory(
    _ path: String, labels: Labels = .fine
  ) throws -> DatasetFiles {
    let names = try fileNames(path)
    let classes =
      try names.contains(labels.namesFile)
      ? CIFARRecords.readClassNames(
        join(path, labels.namesFile), count: labels.publishedNames.count) : labels.publishedNames
    func read(_ name: String) throws -> Dataset? {
      if !names.contains(name) { return nil }
      return try readFile(join(path, name), labels: labels, classNames: classes)
    }
    return DatasetFiles(training: try read("train.bin"), test: try read("test.bin"))
  }

  /// Reads a file of records.
  ///
  /// - Parameter classNames: a name for every class, or nil for those of the published data.
  /// - Returns: rows of `[3, 32, 32]` bytes.
  /// - Throws: `FileError` where the file cannot be read, is not a whole number of records, or has a
  ///   class above 99 or a group above 19, whose byte is named.
  public static func readFile(
    _ path: String, labels: Labels = .fine, classNames: [String]? = nil
  ) throws -> Dataset {
    let (pixels, found) = try records.read([path], label: labels == .coarse ? 0 : 1)
    let features = Features(pixels, exampleShape: [3, 32, 32], image: image)
    return Dataset(features, labels: found, classNames: classNames ?? labels.publishedNames)
  }
}

extension CIFAR100 {
  /// Whether a file of records is CIFAR-100's and not CIFAR-10's, by its size; where both fit, by the
  /// number of classes that are expected.
  static func isRead(_ path: String, like expected: ExpectedFeatures) -> Bool {
    records.areWhole(in: path)
      && (!CIFAR10.records.areWhole(in: path) || (expected.classNames?.count ?? 10) > 10)
  }
}

extension CIFAR100.Labels {
  /// The classes that are expected, by their number.
  static func of(_ expected: ExpectedFeatures) -> Self {
    expected.classNames?.count == CIFAR100.coarseNames.count ? .coarse : .fine
  }
}

extension DatasetLibrary.Format {
  /// CIFAR-100's binary files.
  public static let cifar100 = Self(
    rawValue: "cifar100", title: "CIFAR-100 files", fileNames: "train.bin, test.bin",
    suffixes: [".bin"], options: ["target"],
    detects: { $0.contains("train.bin") || $0.contains("test.bin") },
    read: { request in
      let path = request.path
      let target = request.reading.targets.joined(separator: ", ")
      guard let labels = target.isEmpty ? .fine : CIFAR100.Labels(rawValue: target) else {
        throw FileError(path, "expected the target fine or coarse, found \(target)")
      }
      let files = try CIFAR100.readDirectory(path, labels: labels)
      return try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: path)
    },
    readFile: { path, like, _ in
      let dataset = try CIFAR100.readFile(path, labels: .of(like))
      return FeatureFile(features: dataset.features, labels: dataset.labels)
    })
}

extension CIFAR100 {
  /// The names of the groups in the published data.
  public static let coarseNames = [
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
    "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
    "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
    "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
  ]

  /// The names of the classes in the published data.
  public static let fineNames = [
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
    "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
    "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
    "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox",
    "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
    "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
    "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
    "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
    "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
    "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
    "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
    "willow_tree", "wolf", "woman", "worm",
  ]
}
