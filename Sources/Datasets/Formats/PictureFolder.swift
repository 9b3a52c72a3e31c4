import PerceptronFiles
import PerceptronLinearAlgebra

/// A folder of PNG pictures, with a folder for each class: `cat/1.png`, `cat/2.png`, `dog/a.png`.
///
/// The class folders may be divided into parts: `train/cat/1.png`, `test/cat/7.png`. The parts are called
/// `train` or `training`; `validation`, `valid` or `val`; `test` or `testing`. Without parts, all pictures are
/// the training set.
///
/// The classes are the same in all parts. They are named by their folders, sorted: as numbers where all are whole numbers, else as texts. The
/// rows are sorted by class, then by the pictures' names.
public enum PictureFolder {
  /// Reads the pictures of every part.
  ///
  /// The pictures are gray if all are; otherwise gray ones become RGB. Single pictures are read as by
  /// ``PNG/read(_:)``, on all cores.
  ///
  /// - Parameter size: the size that all pictures are resized to (``Picture/resized(to:)``), or nil where
  ///   they have the same size.
  /// - Returns: rows of `[height, width]` or `[height, width, 3]` bytes. Those of `validation` are the last
  ///   of the training set. A test set may stand alone.
  /// - Throws: `FileError` where the folder cannot be read or has no pictures, a picture cannot be read or
  ///   has another size than the others, there is another file among the pictures, a part has a class
  ///   that the training set has not, a class of the training set is empty, or memory is too small.
  public static func read(
    _ path: String, resizingTo size: PictureSize? = nil
  ) throws -> DatasetFiles {
    let parts = try PictureFiles(in: path)
    let training = parts.training?.classes ?? []
    let validation = parts.validation?.classes ?? []
    let test = parts.test?.classes ?? []
    let folders = training + validation + test
    if folders.allSatisfy(\.paths.isEmpty) {
      throw FileError(path, "expected PNG pictures in a folder for each class, found none")
    }
    if let empty = training.first(where: \.paths.isEmpty) {
      throw FileError(
        empty.path, "expected PNG pictures of the class \(empty.name), found none")
    }
    let names = sorted((training.isEmpty ? test : training).map(\.name))
    let labels = try folders.flatMap { folder in
      guard let label = names.firstIndex(of: folder.name) else {
        throw unknownClass(folder, names)
      }
      return [Int](repeating: label, count: folder.paths.count)
    }
    let features = try readPictures(folders.flatMap(\.paths), of: path, resizingTo: size)
    let all = Dataset(features, labels: labels, classNames: names)
    let testCount = test.map(\.paths.count).reduce(0, +)
    var files = DatasetFiles()
    if !training.isEmpty { files.training = all[rows: 0..<all.count - testCount] }
    files.validationCount = validation.map(\.paths.count).reduce(0, +)
    if testCount > 0 { files.test = all[rows: all.count - testCount..<all.count] }
    return files
  }

  /// Reads a single picture as a row of features.
  ///
  /// - Parameters:
  ///   - shape: the pictures of a model, to whose channels gray and RGB are converted
  ///     (``Picture/converted(toChannels:)``); nil for the picture as it is.
  ///   - size: the size that it is resized to; nil for its own.
  /// - Throws: `FileError` as ``PNG/read(_:)``, where the size is another than the model's, and where the
  ///   model's pictures are neither gray nor RGB.
  public static func readPicture(
    _ path: String, like shape: ImageShape? = nil, resizingTo size: PictureSize? = nil
  ) throws -> Features {
    if let shape, shape.channels != 1 && shape.channels != 3 {
      throw FileError(
        path, "expected a picture of \(shape.channels) channels, found one of 1 or 3, gray or RGB")
    }
    let original = try PNG.read(path)
    let channels = shape?.channels ?? original.channels
    let picture = original.converted(toChannels: channels).resized(to: size ?? original.size)
    guard let shape else { return picture.features(in: self.shape(of: picture.size, channels)) }
    let expected = PictureSize(width: shape.width, height: shape.height)
    if picture.size != expected {
      throw FileError(
        path, "expected a picture of \(expected) pixels, found \(picture.size)\(needsSize)")
    }
    return picture.features(in: shape)
  }

  /// The shape of pictures as they are read.
  private static func shape(of size: PictureSize, _ channels: Int) -> ImageShape {
    ImageShape(
      width: size.width, height: size.height, channels: channels,
      layout: channels == 1 ? .planar : .interleaved)
  }

  // MARK: - Classes

  /// The names as numbers where all are whole numbers, else as texts.
  private static func sorted(_ names: [String]) -> [String] {
    let names = names.stablySorted()
    let numbers = names.compactMap { Int($0) }
    if numbers.count < names.count { return names }
    return sortedIndices(names.count) { numbers[$0] < numbers[$1] }.map { names[$0] }
  }

  private static func unknownClass(_ folder: PictureFiles.Class, _ names: [String]) -> FileError {
    let known = names.prefix(10).joined(separator: ", ")
    let more = names.count > 10 ? " and \(names.count - 10) more" : ""
    return FileError(
      folder.path, "expected a class of the training set, \(known)\(more), found \(folder.name)")
  }

  // MARK: - Pixels

  /// The pictures at `paths` in `folder`, decoded into one storage.
  private static func readPictures(
    _ paths: [String], of folder: String, resizingTo size: PictureSize?
  ) throws -> Features {
    let heads = try readInParallel(paths.count) {
      try PNGHead(reading: ByteReader(path: paths[$0]))
    }
    let size = try size ?? commonSize(of: heads, paths)
    let channels = heads.map(\.channels).max() ?? 1
    try checkMemory(for: paths.count, size, channels, of: folder)
    let length = size.pixelCount * channels
    let pixels = try [UInt8](unsafeUninitializedCapacity: paths.count * length) { buffer, filled in
      let target = UnsafeMutableRawBufferPointer(buffer)
      _ = try readInParallel(paths.count) { index in
        let picture = try PNG.read(paths[index]).converted(toChannels: channels).resized(to: size)
        UnsafeMutableRawBufferPointer(rebasing: target[(index * length)..<((index + 1) * length)])
          .copyBytes(from: picture.pixels)
      }
      filled = paths.count * length
    }
    let extents = [size.height, size.width] + (channels == 1 ? [] : [channels])
    return Features(
      .bytes(pixels), exampleShape: extents, image: shape(of: size, channels))
  }

  private static func commonSize(of heads: [PNGHead], _ paths: [String]) throws -> PictureSize {
    let size = heads[0].size
    if let other = heads.firstIndex(where: { $0.size != size }) {
      throw FileError(
        paths[other],
        "expected a picture of \(size) pixels, as \(paths[0]) has, found \(heads[other].size)"
          + needsSize)
    }
    return size
  }

  /// The end of the message about pictures of different sizes.
  private static let needsSize = "; choose the size that pictures are resized to"

  private static func checkMemory(
    for count: Int, _ size: PictureSize, _ channels: Int, of folder: String
  ) throws {
    let (width, height) = (Double(size.width), Double(size.height))
    let needed = Double(count) * width * height * Double(channels)
    if needed < 1e7 { return }
    let memory = MemoryLimit.current
    if needed > memory.left {
      throw FileError(
        folder, "\(count) pictures of \(size) pixels take \(gigabytes(needed)), but \(memory)")
    }
  }
}

extension DatasetLibrary.Format {
  /// Folders of PNG pictures by class.
  public static let pictures = Self(
    rawValue: "pictures", title: "PNG pictures by class",
    fileNames: "cat/*.png, dog/*.png, or train/cat/*.png, test/cat/*.png",
    suffixes: [".png"], options: ["resize"], detects: { _ in false },
    detectsInside: PictureFiles.areIn,
    read: { request in
      let files = try PictureFolder.read(request.path, resizingTo: request.reading.pictureSize)
      return try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: request.path)
    },
    readFile: { path, like, options in
      let features = try PictureFolder.readPicture(
        path, like: like.image, resizingTo: options.pictureSize)
      return FeatureFile(features: features, labels: nil)
    })
}
