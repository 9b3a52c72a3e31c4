// Sizes and types only: neither `print` nor a debugger lists the numbers, of which there may be
// hundreds of millions.

extension Features: CustomStringConvertible, CustomReflectable {
  /// The number of rows, the shape of each and the type: `600 rows of [2] doubles`.
  public var description: String {
    let type =
      switch storage {
      case .bytes: "bytes"
      case .floats: "floats"
      case .doubles: "doubles"
      }
    return "\(counted(count, "row")) of \(exampleShape) \(type)"
  }

  /// The number of rows and the shape of each, without the numbers.
  public var customMirror: Mirror {
    Mirror(self, children: ["count": count, "exampleShape": exampleShape])
  }
}

extension Dataset: CustomStringConvertible, CustomReflectable {
  /// What the features are and how many classes there are: `600 rows of [2] doubles, 2 classes`.
  public var description: String {
    "\(features), \(counted(classCount, "class", "classes"))"
  }

  /// The features' sizes and the class names, without the numbers and labels.
  public var customMirror: Mirror {
    Mirror(self, children: ["features": features, "classNames": classNames])
  }
}

extension PreparedFeatures: CustomStringConvertible, CustomReflectable {
  /// What the features are, what they become and how: `600 rows of [2] bytes as Float, divided by
  /// 255.0, less a mean`.
  public var description: String { "\(features) \(treatment)" }

  /// The features' sizes and the divisor, without the numbers and the mean.
  public var customMirror: Mirror {
    Mirror(self, children: ["features": features, "treatment": treatment])
  }

  fileprivate var treatment: String {
    "as \(Scalar.self), divided by \(preprocessing.divisor)"
      + (preprocessing.mean == nil ? "" : ", less a mean")
  }
}

extension PreparedDataset: CustomStringConvertible, CustomReflectable {
  /// What the data set is, what its features become and how: `600 rows of [2] bytes, 2 classes, as
  /// Float, divided by 255.0, less a mean`.
  public var description: String { "\(dataset), \(features.treatment)" }

  /// The data set's sizes and the divisor, without the numbers, labels and the mean.
  public var customMirror: Mirror {
    Mirror(self, children: ["dataset": dataset, "treatment": features.treatment])
  }
}

private func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
