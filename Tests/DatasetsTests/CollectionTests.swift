import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Bundled data sets")
struct CollectionTests {
  static var hasFashion: Bool { FileManager.default.fileExists(atPath: FashionMNIST.directory) }

  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("The digits are scikit-learn's")
  func digits() throws {
    #expect(Digits.all.count == 1_797)
    #expect(Digits.all.classCounts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect(Digits.training.count == 1_500)
    #expect(Digits.test.count == 297)
    guard case .bytes(let pixels) = Digits.all.features.storage else {
      Issue.record("the digits are no bytes")
      return
    }
    #expect(pixels.max() == 16)
    #expect(pixels.reduce(0) { $0 + Int($1) } == 561_718)
    // hashlib.sha256(load_digits().data.astype(numpy.uint8).tobytes())
    #expect(
      try SHA256.digest(of: pixels)
        == "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3")
    #expect(Array(Digits.all.labels[..<10]) == Array(0..<10))
    #expect(Array(Digits.test.labels.suffix(5)) == [9, 0, 8, 9, 8])
  }

  @Test(
    "Fashion-MNIST is read as published",
    .requires(.fashionMNIST, hasFashion, "scripts/setup installs Fashion-MNIST"))
  func fashion() throws {
    let data = try DatasetLibrary.load("fashion-mnist")
    #expect(data.training.count == 60_000)
    #expect(data.test?.count == 10_000)
    #expect(data.divisor == 255)
    #expect(data.training.exampleShape == [28, 28])
    #expect(Array(data.training.labels[..<10]) == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    #expect(data.training.classCounts == [Int](repeating: 6_000, count: 10))
    #expect(data.test.map { Array($0.labels[..<5]) } == [9, 2, 1, 1, 6])
    #expect(data.training.classNames[9] == "Ankle boot")
  }

  @Test(
    "Fashion-MNIST's files have the published sums",
    .requires(.fashionMNIST, hasFashion, "scripts/setup installs Fashion-MNIST"))
  func fashionSums() {
    let checks = PublishedFile.verify(FashionMNIST.published, in: FashionMNIST.directory)
    #expect(checks.count == 4)
    for check in checks { #expect(check.outcome == .matches, "\(check)") }
  }

  @Test("Without Fashion-MNIST, the error says how to get it")
  func missingFashion() {
    let error = #expect(throws: FileError.self) {
      try FashionMNIST.read(from: directory.file("none"))
    }
    #expect(error?.message.contains("apt-get install dataset-fashion-mnist") == true)
  }

  @Test("Every file is compared with its published sum, and each outcome reported")
  func sums() throws {
    try directory.write([1, 2, 3], to: "data_batch_1.bin")
    try directory.write([], to: "data_batch_2.bin")
    let checks = PublishedFile.verify(CIFAR10.published, in: directory.path)
    #expect(checks.count == 6)
    let sum = try SHA256.digest(of: [1, 2, 3])
    #expect(checks[0].outcome == .differs(found: sum))
    #expect(checks[0].description.contains(sum))
    #expect(checks[1].description.contains("the file is empty"))
    #expect(checks[2].outcome == .missing)
  }

  @Test("A directory's format is detected by its files' names, or given by the caller")
  func detection() throws {
    let idx = try directory.makeDirectory("idx")
    let features = Features(.floats([1, 2]), exampleShape: [1])
    try IDX.write(features, to: idx + "/train-images")
    try IDX.write(labels: [0, 1], to: idx + "/train-labels")
    for format in [nil, DatasetLibrary.Format.idx] {
      let data = try DatasetLibrary.load(idx, format: format)
      #expect(data.training.labels == [0, 1])
      #expect(data.divisor == 1, "floats are taken as they are")
      #expect(data.name == idx)
    }
    let error = #expect(throws: FileError.self) { try DatasetLibrary.loadTest(idx) }
    #expect(error?.message.contains("expected a test set") == true)

    let cifar = try directory.makeDirectory("cifar")
    try Data([5] + [UInt8](repeating: 1, count: 3072))
      .write(to: URL(fileURLWithPath: cifar + "/test_batch.bin"))
    #expect(try DatasetLibrary.loadTest(cifar).labels == [5])
    let alone = #expect(throws: FileError.self) { try DatasetLibrary.load(cifar) }
    #expect(alone?.message == "expected training files, found only a test set")
    let data = try DatasetLibrary.readFeatures(cifar + "/test_batch.bin")
    #expect(data.labels == [5])
    #expect(try DatasetLibrary.readFeatures(idx + "/train-images").features.count == 2)
  }

  private func loadingError(_ source: String, _ format: DatasetLibrary.Format?) -> String? {
    let error = #expect(throws: FileError.self) { try DatasetLibrary.load(source, format: format) }
    #expect(error?.path == source)
    return error?.message
  }

  @Test("A directory without data is refused with what was expected and what was found")
  func nothing() throws {
    let cifar = "CIFAR-10 batches (data_batch_*.bin, test_batch.bin)"
    let idx = "IDX files (train-images*, train-labels*, t10k-… or test-…)"
    let path = directory.path
    let all = [
      cifar, idx, "CIFAR-100 files (train.bin, test.bin)",
      "tables (CSV, TSV) (train.csv, test.csv)",
      "NumPy arrays (x_train.npy, y_train.npy, … or a .npz)",
      "PNG pictures by class (cat/*.png, dog/*.png, or train/cat/*.png, test/cat/*.png)",
    ].joined(separator: " or ")
    #expect(loadingError(path, nil) == "expected \(all), found no files")
    #expect(loadingError(path, .idx) == "expected \(idx), found no files")
    for number in 1...5 { try directory.write([1], to: "file\(number)") }
    let five = "file1, file2, file3, file4, file5"
    #expect(loadingError(path, nil) == "expected \(all), found \(five)")
    for number in 6...7 { try directory.write([1], to: "file\(number)") }
    #expect(loadingError(path, .idx) == "expected \(idx), found \(five) and 2 more")
    for missing in [directory.file("none"), ""] {
      #expect(loadingError(missing, nil)?.hasPrefix("expected a directory") == true)
      #expect(loadingError(missing, .idx)?.hasPrefix("expected a directory") == true)
    }
  }

  @Test("A directory of another format than the given one is refused with that format's files only")
  func wrongFormat() throws {
    let features = Features(.floats([1, 2]), exampleShape: [1])
    try IDX.write(features, to: directory.file("train-images"))
    try IDX.write(labels: [0, 1], to: directory.file("train-labels"))
    #expect(
      loadingError(directory.path, .cifar10)
        == "expected CIFAR-10 batches (data_batch_*.bin, test_batch.bin), "
        + "found train-images (an IDX file), train-labels (an IDX file)")
  }

  @Test("Folders with the names of CIFAR-10's files are neither data nor published files")
  func foldersOfNames() throws {
    let record = [5] + [UInt8](repeating: 1, count: 3072)
    try directory.write(record, to: "data_batch_2.bin")
    for name in ["data_batch_1.bin", "test_batch.bin", "batches.meta.txt"] {
      _ = try directory.makeDirectory(name)
    }
    let data = try DatasetLibrary.load(directory.path)
    #expect(data.training.labels == [5] && data.test == nil)
    #expect(PublishedFile.verify(CIFAR10.published, in: directory.path)[0].outcome == .missing)
    try FileManager.default.removeItem(atPath: directory.file("data_batch_2.bin"))
    #expect(
      loadingError(directory.path, nil)?.hasSuffix(
        "found batches.meta.txt (a folder), data_batch_1.bin (a folder), test_batch.bin (a folder)")
        == true)
  }

  @Test("A directory of other files is refused with their kinds and advice")
  func otherKinds() throws {
    try directory.write(Array("{}".utf8), to: "notes.json")
    #expect(loadingError(directory.path, nil)?.hasSuffix("found notes.json (a JSON file)") == true)
    try directory.write([0x50, 0x4B, 3, 4], to: "data.zip")
    let archive = directory.file("data.zip")
    #expect(
      loadingError(directory.path, nil)?.hasSuffix("; unpack it with unzip \(archive)") == true)
    try directory.write([0x80, 2, 0x7D, 0x71], to: "data_batch_1")
    #expect(
      loadingError(directory.path, nil)?.contains("data_batch_1 (a Python pickle)") == true)
    #expect(loadingError(directory.path, nil)?.hasSuffix("its binary version is read") == true)
    try FileManager.default.removeItem(atPath: directory.file("data_batch_1"))
    for name in ["train", "test", "meta"] { try directory.write([0x80, 2, 0x7D, 0x71], to: name) }
    #expect(
      loadingError(directory.path, nil)?.hasSuffix(
        "these are the pickles of CIFAR-100's version for Python; its binary version is read")
        == true)
    let inner = try directory.makeDirectory("inner")
    try IDX.write(labels: [0, 1], to: inner + "/train-labels")
    #expect(loadingError(directory.path, nil)?.hasSuffix("; the data is in \(inner)") == true)
  }

  @Test("A file of another kind for prediction is refused with its kind")
  func otherFile() throws {
    let path = try directory.write([0xFF, 0xD8, 0xFF, 0xE0], to: "a.jpg")
    let error = #expect(throws: FileError.self) { try DatasetLibrary.readFeatures(path) }
    let copy = directory.file("a.png")
    #expect(
      error?.description
        == "\(path): expected an IDX file, found a JPEG picture; convert it with Pillow: "
        + "Image.open(\"\(path)\").save(\"\(copy)\")")
  }

  @Test("Folders of pictures are detected by what is in their folders, and read at one size")
  func pictures() throws {
    _ = try directory.makeDirectory("train/cat")
    _ = try directory.makeDirectory("validation/cat")
    for path in ["train/cat/1.png", "train/cat/2.png", "validation/cat/1.png"] {
      try directory.write(Picture.sample(4, 4, first: 5).png, to: path)
    }
    let data = try DatasetLibrary.load(directory.path)
    #expect(data.training.count == 3 && data.validationCount == 1 && data.divisor == 255)
    var reading = ReadingOptions.none
    reading.pictureSize = PictureSize(width: 2, height: 2)
    #expect(try DatasetLibrary.load(directory.path, reading: reading).training.featureCount == 4)
    let like = ExpectedFeatures(image: ImageShape(width: 2, height: 2, channels: 3))
    let path = directory.file("train/cat/1.png")
    let picture = try DatasetLibrary.readFeatures(path, like: like, options: reading).features
    #expect(Samples.rows(picture) == [[8, 10, 16, 18, 8, 10, 16, 18, 8, 10, 16, 18]])
    #expect(try DatasetLibrary.readFeatures(path).features.exampleShape == [4, 4])
    reading.targets = ["cat"]
    #expect(
      throws: UnsuitableOption(
        option: "target", path: directory.path, format: "PNG pictures by class")
    ) { try DatasetLibrary.load(directory.path, reading: reading) }
  }

  @Test("Pictures without classes, and those of other kinds, come with advice")
  func otherPictures() throws {
    _ = try directory.makeDirectory("train/cat")
    try directory.write([0xFF, 0xD8, 0xFF], to: "train/cat/1.jpeg")
    let folder = directory.file("train/cat")
    #expect(
      loadingError(directory.path, nil)?.hasSuffix(
        "; pictures are read as PNG; convert others and remove them, such as with ImageMagick: "
          + "mogrify -format png \(folder)/*.jpeg && rm \(folder)/*.jpeg") == true)
    try directory.write(Picture.sample(1, 1).png, to: "1.png")
    #expect(
      loadingError(directory.path, nil)?.hasSuffix(
        "found 1.png (a PNG picture), train (a folder); pictures belong in a folder for each class, "
          + "such as cat/1.png") == true)
  }

  @Test("A folder of runs with charts is no folder of pictures")
  func charts() throws {
    _ = try directory.makeDirectory("run")
    try directory.write(Picture.sample(1, 1).png, to: "run/chart.png")
    for name in ["run.json", "model"] { try directory.write([1], to: "run/" + name) }
    #expect(!DatasetLibrary.holdsData(in: directory.path))
    try FileManager.default.removeItem(atPath: directory.file("run/model"))
    #expect(DatasetLibrary.holdsData(in: directory.path))
  }

  @Test("CIFAR-100 is read by its files' names, with the target that is chosen")
  func cifar100() throws {
    let record = [7, 70] + [UInt8](repeating: 1, count: 3072)
    for name in ["train.bin", "test.bin"] { try directory.write(record, to: name) }
    var reading = ReadingOptions.none
    #expect(try DatasetLibrary.load(directory.path).training.labels == [70])
    reading.targets = ["coarse"]
    let data = try DatasetLibrary.load(directory.path, reading: reading)
    #expect(data.training.labels == [7] && data.test?.classCount == 20 && data.divisor == 255)
    reading.targets = ["medium"]
    let error = #expect(throws: FileError.self) {
      try DatasetLibrary.load(directory.path, reading: reading)
    }
    #expect(error?.message == "expected the target fine or coarse, found medium")
    // A file's size tells its kind.
    let file = directory.file("test.bin")
    #expect(try DatasetLibrary.readFeatures(file).labels == [70])
    let coarse = ExpectedFeatures(classNames: CIFAR100.coarseNames)
    #expect(try DatasetLibrary.readFeatures(file, like: coarse).labels == [7])
  }

  @Test("Labels without features are half of a pair, not another format")
  func labelsOnly() throws {
    try IDX.write(labels: [0, 1], to: directory.file("train-labels"))
    #expect(
      loadingError(directory.path, nil)
        == "found train-labels, expected images (train-images…) beside it")
  }

  @Test("The digits have a name and a divisor")
  func digitsByName() throws {
    let data = try DatasetLibrary.load("digits")
    #expect(data.divisor == 16)
    #expect(data.test?.count == 297)
    #expect(try DatasetLibrary.loadTest("digits").count == 297)
  }
}
