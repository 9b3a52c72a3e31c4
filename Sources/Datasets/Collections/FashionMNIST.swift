import Foundation
import PerceptronFiles

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT license): 60,000 and 10,000 gray pictures of
/// clothes, 28 × 28 pixels, ten classes.
///
/// Rows of `[28, 28]` bytes, 0…255.
public enum FashionMNIST {
  /// The folder of Debian's package `dataset-fashion-mnist`.
  public static let directory = "/usr/share/datasets/fashion-mnist"

  /// The class names of the published data.
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  /// Reads the training and the test set from `directory`, each nil where its files are not there.
  ///
  /// - Throws: `FileError` where there is no such directory (it says how to get it), or as
  ///   ``IDX/readDirectory(_:classNames:task:labelColumn:)`` does; labels are 0…9.
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

extension FashionMNIST {
  /// The published files and the sums of their decompressed data.
  public static let published = [
    ("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
    ("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    ("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    ("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
  ].map { PublishedFile(name: $0, sha256: $1) }
}
