import PerceptronFiles

extension Report {
  /// Examples of a data set's classes, as a page.
  ///
  /// - Parameters:
  ///   - examples: a few of each class.
  ///   - name: what the data set is called.
  public init(of examples: ClassExamples, named name: String) {
    let shape = examples.shape
    let missing = examples.classes.filter { $0.count == 0 }.map(\.name)
    var overview: [Block] = [
      .figures([
        .init("examples", grouped(examples.count)),
        .init("classes", grouped(examples.classes.count)),
        .init("pixels", "\(shape.width) × \(shape.height)"),
        .init("channels", "\(shape.channels)"),
      ])
    ]
    if !missing.isEmpty {
      overview.append(.warning("There are no examples of \(missing.joined(separator: ", "))."))
    }
    var sections = [Section("Overview", overview)]
    let pictures = examples.classes.enumerated().compactMap { label, entry in
      Self.picture(of: entry, label: label)
    }
    if !pictures.isEmpty { sections.append(Section("Examples by class", [.pictures(pictures)])) }
    self.init(
      title: "Examples of \(name)", subtitle: "Drawn at random from each class",
      sections: sections)
  }

  private static func picture(of entry: ClassExamples.Class, label: Int) -> Picture? {
    if entry.images.isEmpty { return nil }
    return Picture(
      "class-\(label)",
      .init(ImageGrid(forPage: entry.images), names: entry.rows.map { "row \($0)" }),
      caption: "\(entry.name): \(grouped(entry.count)) example\(entry.count == 1 ? "" : "s")",
      summary: "\(counted(entry.images.count, "example")) of class \(entry.name)")
  }
}
