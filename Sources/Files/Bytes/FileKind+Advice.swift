import Foundation

extension FileKind {
  /// What to do with a file at `path` that is not read as it is, such as a line of Python that writes one
  /// that is; nil where there is nothing to say.
  package func advice(for path: String) -> String? {
    let (file, csv, npz) = (pythonText(path), sibling(of: path, "csv"), sibling(of: path, "npz"))
    switch self {
    case .tar: return "unpack it with " + ShellCommand.line(["tar", "-xf", path])
    case .zip: return "unpack it with " + ShellCommand.line(["unzip", path])
    case .parquet: return table("pd.read_parquet(\(file))", as: csv)
    case .arrow: return table("pd.read_feather(\(file))", as: csv)
    case .spreadsheet: return table("pd.read_excel(\(file))", as: csv)
    case .pickle:
      return
        "open it in Python, if you trust it: pd.read_pickle(\(file)).to_csv(\(csv), index=False) "
        + "writes a table, np.savez arrays"
    case .hdf5:
      let file = "h5py.File(\(file))"
      return arrays("{name: array[()] for name, array in \(file).items()}", as: npz)
    case .matlab:
      let file = "scipy.io.loadmat(\(file))"
      return arrays(
        "{name: array for name, array in \(file).items() if name[0] != \"_\"}", as: npz)
    case .matlab73:
      // MATLAB's arrays are column-major, and what "#refs#" has is not an array.
      let file = "h5py.File(\(file))"
      return arrays(
        "{name: array[()].T for name, array in \(file).items() if name[0] != \"#\"}", as: npz)
    case .jpeg, .gif, .bmp, .webp, .tiff:
      return "convert it with Pillow: Image.open(\(file)).save(\(sibling(of: path, "png")))"
    default: return nil
    }
  }

  private func table(_ reading: String, as csv: String) -> String {
    "write it as CSV with pandas: \(reading).to_csv(\(csv), index=False)"
  }

  private func arrays(_ reading: String, as npz: String) -> String {
    "write its arrays with NumPy: np.savez(\(npz), **\(reading))"
  }

  /// The text of the path with another extension, in Python.
  private func sibling(of path: String, _ newExtension: String) -> String {
    pythonText((path as NSString).deletingPathExtension + "." + newExtension)
  }

  /// A text as Python reads it.
  private func pythonText(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\", "\"": "\\\(scalar)"
      case "\n": "\\n"
      default: "\(scalar)"
      }
    }
    return "\"\(escaped.joined())\""
  }
}
