import Foundation
import PerceptronFiles

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT licence): 60,000 and 10,000 grey pictures of
/// clothes, 28 × 28 pixels, ten classes.
///
/// Rows of `[28, 28]` bytes, 0…255.
public enum FashionMNIST {
  /// Where Debian's package `dataset-fashion-mnist` puts the files.
  public static let directory = "/usr/share/datasets/fashion-mnist"

  /// The class names of the published data.
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// Reads the training and the test set from `directory`, each nil where its files are not there.
  ///
  /// - Throws: `FileError` where there is no such directory (it says how to get it), or as
  ///   ``IDX/readDirectory(_:classNames:)`` does; labels are 0…9.
  public static func read(from directory: String = directory) throws -> DatasetFiles {
    if !FileManager.default.fileExists(atPath: directory) {
      throw FileError(
        directory,
        "Fashion-MNIST is not installed; run scripts/setup or "
          + "apt-get install dataset-fashion-mnist")
    }
    return try IDX.readDirectory(directory, classNames: classNames)
  }
}
