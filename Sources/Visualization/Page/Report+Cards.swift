import PerceptronLinearAlgebra

extension Report {
  /// A small figure of one thing among many, such as a unit of a layer: its name, pictures side by
  /// side, and lines of text.
  public struct Card: Hashable, Sendable {
    /// The name.
    public var title: String
    /// The pictures with a word each, all drawn at the same size.
    public var pictures: [Labelled]
    /// Lines of text below the pictures.
    public var lines: [String]
    /// Whether the card is pale, as that of a unit that is off.
    public var isMuted: Bool

    /// A picture with a word below it.
    public struct Labelled: Hashable, Sendable {
      /// The word.
      public var label: String
      /// The picture.
      public var image: Image

      /// Creates a picture with a word.
      public init(_ label: String, _ image: Image) {
        self.label = label
        self.image = image
      }
    }

    /// Creates a card.
    public init(
      _ title: String, pictures: [Labelled] = [], lines: [String], isMuted: Bool = false
    ) {
      self.title = title
      self.pictures = pictures
      self.lines = lines
      self.isMuted = isMuted
    }
  }
}

extension Report.Card {
  /// The side of a picture in pixels; the page magnifies smaller ones.
  private static var side: Int { 64 }

  /// The card as an item of a list.
  var html: String {
    get throws {
      let pictures = try pictures.map { picture in
        let scale = Double(Self.side) / Double(max(picture.image.width, picture.image.height))
        let (width, height) = (
          Int((Double(picture.image.width) * scale).rounded()),
          Int((Double(picture.image.height) * scale).rounded())
        )
        return "<span class=\"labelled\">"
          + (try picture.image.html(
            "alt=\"\(HTML.escaped("\(title), \(picture.label)"))\"", width: width, height: height))
          + "<small>\(HTML.escaped(picture.label))</small></span>"
      }
      let shown = pictures.isEmpty ? "" : "<span class=\"row\">\(pictures.joined())</span>\n"
      return "<li\(isMuted ? " class=\"muted\"" : "")><strong>\(HTML.flowing(title))</strong>\n"
        + shown + lines.map { "<span>\(HTML.flowing($0))</span>\n" }.joined() + "</li>\n"
    }
  }
}
