import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("Folders of pictures")
struct PictureFolderTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes a file and the folders that it is in.
  private func write(_ bytes: [UInt8], _ path: String) throws {
    _ = try directory.makeDirectory((path as NSString).deletingLastPathComponent)
    try directory.write(bytes, to: path)
  }

  private func write(_ picture: Picture, _ paths: String...) throws {
    for path in paths { try write(picture.png, path) }
  }

  private func error(resizingTo size: PictureSize? = nil) -> FileError? {
    #expect(throws: FileError.self) {
      try PictureFolder.read(directory.path, resizingTo: size)
    }
  }

  @Test("Folders are classes; rows are sorted by class and name")
  func classes() throws {
    for (index, path) in ["dog/b.png", "cat/2.PNG", "dog/a.png", "cat/1.png"].enumerated() {
      try write(Picture.sample(3, 2, first: UInt8(10 * index)), path)
    }
    let files = try PictureFolder.read(directory.path)
    let training = try #require(files.training)
    #expect(files.validationCount == 0 && files.test == nil)
    #expect(training.classNames == ["cat", "dog"])
    #expect(training.labels == [0, 0, 1, 1])
    #expect(training.exampleShape == [2, 3])
    #expect(training.image == ImageShape(width: 3, height: 2))
    #expect(Samples.rows(training.features).map(\.first) == [30, 10, 20, 0])
    #expect(Samples.rows(training.features)[1] == [10, 11, 12, 13, 14, 15])
    guard case .bytes = training.features.storage else {
      Issue.record("the pixels are no bytes: \(training)")
      return
    }
  }

  @Test("Whole numbers are sorted as numbers, among other names as texts")
  func numbers() throws {
    try write(Picture.sample(1, 1), "10/a.png", "9/a.png", "-1/a.png", "0/a.png")
    #expect(
      try PictureFolder.read(directory.path).training?.classNames == ["-1", "0", "9", "10"])
    try write(Picture.sample(1, 1), "a/a.png")
    #expect(
      try PictureFolder.read(directory.path).training?.classNames == ["-1", "0", "10", "9", "a"])
  }

  @Test(
    "Parts are found under each of their names",
    arguments: [
      ("train", "validation", "test"), ("training", "val", "testing"), ("train", "valid", "test"),
    ])
  func parts(training: String, validation: String, test: String) throws {
    try write(Picture.sample(1, 1, first: 1), "\(training)/b/1.png", "\(training)/b/2.png")
    try write(Picture.sample(1, 1, first: 2), "\(training)/a/1.png")
    try write(Picture.sample(1, 1, first: 3), "\(validation)/b/1.png")
    try write(Picture.sample(1, 1, first: 4), "\(test)/b/1.png", "\(test)/a/1.png")
    let files = try PictureFolder.read(directory.path)
    #expect(files.training?.labels == [0, 1, 1, 1])
    #expect(files.validationCount == 1)
    #expect(files.test?.labels == [0, 1])
    for part in [files.training, files.test] { #expect(part?.classNames == ["a", "b"]) }
    #expect(files.training.map { Samples.rows($0.features) } == [[2], [1], [1], [3]])
    #expect(files.test.map { Samples.rows($0.features) } == [[4], [4]])
  }

  @Test("A class may be called like a part")
  func namedTrain() throws {
    try write(Picture.sample(1, 1), "bus/1.png", "train/1.png", "test/1.png")
    #expect(
      try PictureFolder.read(directory.path).training?.classNames == ["bus", "test", "train"])
  }

  @Test("Gray pictures become RGB beside any that is")
  func mixed() throws {
    try write(Picture.sample(2, 1, first: 5), "train/a/1.png")
    try write(Picture.sample(2, 1, channels: 3, first: 9), "test/a/1.png")
    let files = try PictureFolder.read(directory.path)
    #expect(files.training?.exampleShape == [1, 2, 3])
    #expect(
      files.training?.image == ImageShape(width: 2, height: 1, channels: 3, layout: .interleaved))
    #expect(files.training.map { Samples.rows($0.features) } == [[5, 5, 5, 6, 6, 6]])
    #expect(files.test.map { Samples.rows($0.features) } == [[9, 10, 11, 12, 13, 14]])
  }

  @Test("Hidden files and those of systems are skipped, texts beside the classes too")
  func hidden() throws {
    try write(Picture.sample(1, 1), "a/1.png")
    for name in ["a/.DS_Store", ".git/x.png", "a/Thumbs.db", "a/desktop.ini", "README.md"] {
      try write([1], name)
    }
    let training = try PictureFolder.read(directory.path).training
    #expect(training?.classNames == ["a"] && training?.count == 1)
  }

  @Test("Other files among pictures are refused, JPEG with the way to convert it")
  func otherFiles() throws {
    try write(Picture.sample(1, 1), "a/1.png")
    try write(Array("hi".utf8), "a/notes.txt")
    #expect(
      error()?.description
        == "\(directory.file("a/notes.txt")): expected PNG pictures in the folder of a class, found a "
        + "text file")
    try write([0xFF, 0xD8, 0xFF], "a/2.jpg")
    let folder = directory.file("a")
    #expect(
      error()?.description
        == "\(folder)/2.jpg: expected PNG pictures in the folder of a class, found a JPEG picture; "
        + "pictures are read as PNG; convert others and remove them, such as with ImageMagick: "
        + "mogrify -format png "
        + "\(folder)/*.jpg && rm \(folder)/*.jpg")
    try write([0xFF, 0xD8, 0xFF], "a/0.png")
    try FileManager.default.removeItem(atPath: directory.file("a/2.jpg"))
    try FileManager.default.removeItem(atPath: directory.file("a/notes.txt"))
    #expect(error()?.message == "expected a PNG picture, found a JPEG picture")
    try FileManager.default.removeItem(atPath: directory.file("a/0.png"))
    try write(Picture.sample(1, 1), "a/b/1.png")
    #expect(error()?.message.hasSuffix("found a folder") == true)
  }

  @Test("Pictures outside of class folders are refused")
  func outside() throws {
    try write(Picture.sample(1, 1), "train/a/1.png", "train/2.png")
    #expect(
      error()?.description
        == "\(directory.file("train/2.png")): expected pictures in folders of their classes, found "
        + "one beside the folders of the classes")
    try FileManager.default.removeItem(atPath: directory.file("train/2.png"))
    try write([0xFF, 0xD8, 0xFF], "3.jpg")
    #expect(error()?.message.hasSuffix("found one beside the parts") == true)
  }

  @Test("Parts that are there twice, and folders of pictures beside them, are refused")
  func oddParts() throws {
    try write(Picture.sample(1, 1), "train/a/1.png", "val/a/1.png", "valid/a/1.png")
    #expect(
      error()?.message == "expected one folder for each part, found val and valid")
    try FileManager.default.removeItem(atPath: directory.file("val"))
    try write(Array("hi".utf8), "extra/notes.txt")
    #expect(try PictureFolder.read(directory.path).validationCount == 1)
    try write(Picture.sample(1, 1), "dev/a/1.png")
    #expect(
      error()?.description
        == "\(directory.file("dev")): expected the parts train, validation and test, found another "
        + "folder of pictures")
  }

  @Test("A class of the test set that the training set has not is refused; one less is not")
  func unknownClass() throws {
    try write(Picture.sample(1, 1), "train/a/1.png", "train/b/1.png", "test/b/1.png")
    #expect(try PictureFolder.read(directory.path).test?.labels == [1])
    try write(Picture.sample(1, 1), "test/c/1.png")
    #expect(
      error()?.description
        == "\(directory.file("test/c")): expected a class of the training set, a, b, found c")
  }

  @Test("Folders without pictures are refused")
  func empty() throws {
    #expect(error()?.message == "expected PNG pictures in a folder for each class, found none")
    _ = try directory.makeDirectory("train/a")
    try write(Picture.sample(1, 1), "train/b/1.png")
    #expect(
      error()?.description
        == "\(directory.file("train/a")): expected PNG pictures of the class a, found none")
  }

  @Test("Sizes that differ are refused with both, unless all are resized")
  func sizes() throws {
    try write(Picture.sample(4, 4), "a/1.png")
    try write(Picture.sample(2, 4), "b/1.png")
    #expect(
      error()?.description
        == "\(directory.file("b/1.png")): expected a picture of 4x4 pixels, as "
        + "\(directory.file("a/1.png")) has, found 2x4; choose the size that pictures are resized to"
    )
    let size = PictureSize(width: 2, height: 2)
    let training = try #require(
      try PictureFolder.read(directory.path, resizingTo: size).training)
    #expect(training.exampleShape == [2, 2])
    #expect(
      Samples.rows(training.features)
        == [Picture.sample(4, 4), Picture.sample(2, 4)].map {
          $0.resized(to: size).pixels.map { Double($0) }
        })
  }

  @Test("Of many pictures the first damaged one is named, whichever worker finds it")
  func firstDamaged() throws {
    for index in 0..<200 {
      var bytes = Picture.sample(3, 3, first: UInt8(index)).png
      if index == 71 || index > 120 { bytes[50] ^= 1 }
      try write(bytes, "a/\(1000 + index).png")
    }
    for _ in 0..<5 { #expect(error()?.path == directory.file("a/1071.png")) }
  }

  @Test("Many pictures come in the order of their names")
  func order() throws {
    for index in 0..<200 {
      try write(Picture.sample(1, 1, first: UInt8(index)), "a/\(1000 + index).png")
    }
    let training = try #require(try PictureFolder.read(directory.path).training)
    #expect(Samples.rows(training.features) == (0..<200).map { [Double($0)] })
  }
}

@Suite("Single pictures")
struct SinglePictureTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func rows(
    _ picture: Picture, like shape: ImageShape, resizingTo size: PictureSize? = nil
  ) throws -> [[Double]] {
    let path = try directory.write(picture.png, to: "a.png")
    let features = try PictureFolder.readPicture(path, like: shape, resizingTo: size)
    #expect(features.image == shape)
    return Samples.rows(features)
  }

  @Test("A picture has the model's channels and layout")
  func layouts() throws {
    let gray = Picture.sample(2, 1, first: 5)
    let colored = Picture.sample(2, 1, channels: 3, first: 9)
    #expect(try rows(gray, like: ImageShape(width: 2, height: 1)) == [[5, 6]])
    #expect(
      try rows(gray, like: ImageShape(width: 2, height: 1, channels: 3)) == [[5, 6, 5, 6, 5, 6]])
    #expect(
      try rows(colored, like: ImageShape(width: 2, height: 1, channels: 3))
        == [[9, 12, 10, 13, 11, 14]])
    #expect(
      try rows(colored, like: ImageShape(width: 2, height: 1, channels: 3, layout: .interleaved))
        == [[9, 10, 11, 12, 13, 14]])
    #expect(try rows(colored, like: ImageShape(width: 2, height: 1)) == [[10, 13]])
  }

  @Test("Another size is refused with both, or resized")
  func sizes() throws {
    let picture = Picture.sample(4, 2)
    let shape = ImageShape(width: 2, height: 2)
    let error = #expect(throws: FileError.self) { try rows(picture, like: shape) }
    #expect(
      error?.message
        == "expected a picture of 2x2 pixels, found 4x2; choose the size that pictures are resized to"
    )
    let size = PictureSize(width: 2, height: 2)
    #expect(try rows(picture, like: shape, resizingTo: size) == [[1, 3, 5, 7]])
    let channels = #expect(throws: FileError.self) {
      try rows(picture, like: ImageShape(width: 4, height: 2, channels: 2))
    }
    #expect(
      channels?.message == "expected a picture of 2 channels, found one of 1 or 3, gray or RGB")
  }
}
