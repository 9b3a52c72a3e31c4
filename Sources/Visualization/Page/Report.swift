/// A page of tables, charts and pictures.
///
/// ``draw()`` draws the charts; ``write(to:_:)`` writes a self-contained HTML file and, beside it,
/// a folder with each chart as SVG and CSV and each picture as PNG. ``writePage(to:_:)`` writes the
/// HTML file alone.
public struct Report: Hashable, Sendable {
  /// The title, and a line below it.
  public var title: String, subtitle: String
  /// The sections in order.
  public var sections: [Section]

  /// Creates a page.
  public init(title: String, subtitle: String = "", sections: [Section]) {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
  }

  /// A section of a page.
  public struct Section: Hashable, Sendable {
    /// The heading.
    public var heading: String
    /// The contents.
    public var blocks: [Block]

    /// Creates a section.
    public init(_ heading: String, _ blocks: [Block]) {
      self.heading = heading
      self.blocks = blocks
    }
  }

  /// A block of a section.
  public enum Block: Hashable, Sendable {
    /// A paragraph of text.
    case paragraph(String)
    /// A warning.
    case warning(String)
    /// Code or a command line, verbatim.
    case code(String)
    /// The lines of a formula or a calculation, as `p = e^{1.2 − 2} / s = 0.184`: what stands in
    /// `_{…}` is lowered, in `^{…}` raised. A line that is too long is broken before an operator
    /// that has spaces around it, except `·`.
    case formula([String])
    /// Key figures, in large type.
    case figures([Fact])
    /// Names with values.
    case facts([Fact])
    /// A table.
    case table(Table)
    /// Charts side by side where there is room.
    case charts([NamedChart])
    /// Pictures, each with a caption.
    case pictures([Picture])
    /// Pictures at successive moments, which the page plays.
    case frames(Frames)
    /// Cards side by side where there is room. Their pictures are on the page only.
    case cards([Card])
  }

  /// A name with a value.
  public struct Fact: Hashable, Sendable {
    /// The name, and the value as text.
    public var name: String, value: String
    /// A second, smaller line, such as an interval.
    public var detail: String?

    /// Creates a fact.
    public init(_ name: String, _ value: String, detail: String? = nil) {
      self.name = name
      self.value = value
      self.detail = detail
    }
  }

  /// A chart with the name of its files.
  public struct NamedChart: Hashable, Sendable {
    /// The files' name without extension, unique on the page: ASCII letters, digits and hyphens.
    public var name: String
    /// The chart.
    public var chart: Chart
    /// Whether the chart is as wide as the page.
    public var isWide: Bool

    /// Creates a named chart.
    public init(_ name: String, _ chart: Chart, isWide: Bool = false) {
      self.name = name
      self.chart = chart
      self.isWide = isWide
    }

    package static func curves(
      _ name: String, title: String, summary: String, x: Chart.Axis, y: Chart.Axis,
      _ series: [Chart.Curves.Series], isWide: Bool = false
    ) -> NamedChart {
      NamedChart(
        name,
        Chart(title: title, summary: summary, .curves(.init(x: x, y: y, series: series))),
        isWide: isWide)
    }
  }

  /// A picture with a caption.
  public struct Picture: Hashable, Sendable {
    /// The file's name without extension, unique on the page: ASCII letters, digits and hyphens.
    public var name: String
    /// The picture.
    public var image: Image
    /// The caption, and the alternative text.
    public var caption: String, summary: String
    /// The tiles of a composed picture, which a page wraps to its width; nil for a single picture.
    public var tiles: Tiles?

    /// Pictures with a tooltip each.
    public struct Tiles: Hashable, Sendable {
      /// The pictures.
      public var grid: ImageGrid
      /// The tooltips.
      public var names: [String]
      /// A second picture beside each; nil for none.
      public var beside: ImageGrid?
      /// A line below each; empty for none.
      public var labels: [String]

      /// Creates tiles.
      ///
      /// - Precondition: one name for each picture, and as many second pictures and labels if there are any.
      public init(
        _ grid: ImageGrid, names: [String], beside: ImageGrid? = nil, labels: [String] = []
      ) {
        precondition(
          names.count == grid.tiles.count
            && beside.map { $0.tiles.count == grid.tiles.count } ?? true
            && (labels.isEmpty || labels.count == grid.tiles.count),
          "Tiles: \(names.count) names, \(beside?.tiles.count ?? 0) second pictures and "
            + "\(labels.count) labels for \(grid.tiles.count) pictures")
        self.grid = grid
        self.names = names
        self.beside = beside
        self.labels = labels
      }
    }

    /// Creates a single picture.
    public init(_ name: String, _ image: Image, caption: String, summary: String) {
      self.name = name
      self.image = image
      self.caption = caption
      self.summary = summary
    }

    /// Creates a picture composed of tiles.
    public init(_ name: String, _ tiles: Tiles, caption: String, summary: String) {
      self.init(
        name, tiles.beside.map { tiles.grid.image(beside: $0) } ?? tiles.grid.image,
        caption: caption, summary: summary)
      self.tiles = tiles
    }
  }

  /// A table with headings.
  public struct Table: Hashable, Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
      /// The heading.
      public var title: String
      /// Whether the column has figures, which are right-aligned.
      public var isNumber: Bool

      /// A column of words.
      public static func words(_ title: String) -> Column { Column(title: title, isNumber: false) }
      /// A column of figures.
      public static func figures(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    /// A cell.
    public struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
      /// The text.
      public var text: String
      /// A second, smaller line.
      public var detail: String?
      /// The strength of the tint, from 0 to 1.
      public var tint: Double?
      /// Whether the tint marks something bad.
      public var isBad: Bool
      /// The tooltip.
      public var hint: String?

      /// Creates a cell.
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

      /// Creates a plain cell.
      public init(stringLiteral value: String) { self.init(value) }
    }

    /// The caption, above the table.
    public var caption: String
    /// A common heading of all columns but the first.
    public var axis: String?
    /// The columns; the first has the rows' names.
    public var columns: [Column]
    /// The cells: [rows][columns].
    public var rows: [[Cell]]

    /// Creates a table.
    ///
    /// - Precondition: one cell for each column in each row.
    public init(caption: String, axis: String? = nil, columns: [Column], rows: [[Cell]]) {
      precondition(
        rows.allSatisfy { $0.count == columns.count },
        "Table: rows of \(rows.map(\.count)) cells for \(columns.count) columns")
      self.caption = caption
      self.axis = axis
      self.columns = columns
      self.rows = rows
    }

    package init(caption: String, columns: [Column], texts: [[String]]) {
      self.init(caption: caption, columns: columns, rows: texts.map { $0.map { Cell($0) } })
    }
  }
}
