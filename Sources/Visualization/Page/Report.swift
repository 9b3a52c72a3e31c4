/// A page of tables, charts and pictures as a value.
///
/// ``write(to:_:)`` makes one HTML file of it that needs nothing else, and beside it a folder with each
/// chart as SVG and CSV and each picture as PNG; ``draw()`` draws the charts for it.
public struct Report: Hashable, Sendable {
  /// What stands at the top of the page.
  public var title: String
  /// A line below it.
  public var subtitle: String
  /// The page's parts.
  public var sections: [Section]

  /// The given page.
  public init(title: String, subtitle: String = "", sections: [Section]) {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
  }

  /// A part of a page under a heading.
  public struct Section: Hashable, Sendable {
    /// What stands above it.
    public var heading: String
    /// What is in it.
    public var blocks: [Block]

    /// The given part.
    public init(_ heading: String, _ blocks: [Block]) {
      self.heading = heading
      self.blocks = blocks
    }
  }

  /// Something in a section.
  public enum Block: Hashable, Sendable {
    /// Text.
    case paragraph(String)
    /// Text about something that is probably wrong.
    case warning(String)
    /// A command line.
    case command(String)
    /// Figures that matter most, large.
    case figures([Fact])
    /// Names with values.
    case facts([Fact])
    /// A table.
    case table(Table)
    /// Charts side by side, as far as there is room.
    case charts([NamedChart])
    /// Pictures, each with a caption.
    case pictures([Picture])
  }

  /// A name with a value.
  public struct Fact: Hashable, Sendable {
    /// What it is.
    public var name: String
    /// Its value, as text.
    public var value: String

    /// The given name and value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A chart with the name of its files.
  public struct NamedChart: Hashable, Sendable {
    /// The files' name without an extension, another for each chart of a page: ASCII letters, digits
    /// and hyphens.
    public var name: String
    /// The chart.
    public var chart: Chart
    /// Whether it is as wide as the page.
    public var isWide: Bool

    /// The given chart.
    public init(_ name: String, _ chart: Chart, isWide: Bool = false) {
      self.name = name
      self.chart = chart
      self.isWide = isWide
    }
  }

  /// A picture with what stands below it.
  public struct Picture: Hashable, Sendable {
    /// The file's name without an extension, another for each picture of a page: ASCII letters, digits
    /// and hyphens.
    public var name: String
    /// The picture.
    public var image: Image
    /// What stands below it.
    public var caption: String
    /// What can be seen in it, for who cannot see it.
    public var summary: String
    /// What the picture is put together from, which a page shows tile by tile, as many side by side as
    /// there is room for; nil of a picture that is a whole.
    public var tiles: Tiles?

    /// Pictures with what each is called where the pointer stands.
    public struct Tiles: Hashable, Sendable {
      /// The pictures.
      public var grid: ImageGrid
      /// The name of each.
      public var names: [String]

      /// The given pictures.
      ///
      /// - Precondition: a name for each.
      public init(_ grid: ImageGrid, names: [String]) {
        precondition(
          names.count == grid.tiles.count,
          "Tiles: \(names.count) names for \(grid.tiles.count) pictures")
        self.grid = grid
        self.names = names
      }
    }

    /// The given picture.
    public init(_ name: String, _ image: Image, caption: String, summary: String) {
      self.name = name
      self.image = image
      self.caption = caption
      self.summary = summary
    }

    /// A picture that is put together from the given ones.
    public init(_ name: String, _ tiles: Tiles, caption: String, summary: String) {
      self.init(name, tiles.grid.image, caption: caption, summary: summary)
      self.tiles = tiles
    }
  }

  /// A table with headings.
  public struct Table: Hashable, Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
      /// Its heading.
      public var title: String
      /// Whether it has figures, which end in line.
      public var isNumber: Bool

      /// A column of words.
      public static func words(_ title: String) -> Column { Column(title: title, isNumber: false) }
      /// A column of figures.
      public static func figures(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    /// A cell.
    public struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
      /// What is written in it.
      public var text: String
      /// A second, smaller line.
      public var detail: String?
      /// How strongly it is tinted, 0 to 1.
      public var tint: Double?
      /// Whether its tint tells of something wrong.
      public var isBad: Bool
      /// What is told where the pointer stands on it.
      public var hint: String?

      /// The given cell.
      public init(
        _ text: String, detail: String? = nil, tint: Double? = nil, isBad: Bool = false,
        hint: String? = nil
      ) {
        self.text = text
        self.detail = detail
        self.tint = tint
        self.isBad = isBad
        self.hint = hint
      }

      /// A plain cell.
      public init(stringLiteral value: String) { self.init(value) }
    }

    /// What it shows, above it.
    public var caption: String
    /// What all columns but the first are values of, in a line above their headings; nil for none.
    public var axis: String?
    /// Its columns; the first one has what each row is called.
    public var columns: [Column]
    /// A cell for each column in each row.
    public var rows: [[Cell]]

    /// The given table.
    ///
    /// - Precondition: a cell for each column in each row.
    public init(caption: String, axis: String? = nil, columns: [Column], rows: [[Cell]]) {
      precondition(
        rows.allSatisfy { $0.count == columns.count },
        "Table: rows of \(rows.map(\.count)) cells for \(columns.count) columns")
      self.caption = caption
      self.axis = axis
      self.columns = columns
      self.rows = rows
    }
  }
}
