/// What each colour or kind of line means: entries in rows, as many side by side as there is room for.
struct Legend {
  /// How an entry is marked.
  enum Mark {
    case line(dash: String?)
    case box
  }

  struct Entry {
    let name: String
    let mark: Mark
    let color: ChartColor
  }

  private struct Place {
    let entry: Entry
    let x: Double
    let row: Int
    let name: String
  }

  private static let rowHeight = 22.0
  private static let markWidth = 32.0
  private var places: [Place] = []

  /// Lays the entries out in the width between two margins.
  init(_ entries: [Entry], from left: Double, to right: Double) {
    var (x, row) = (left, 0)
    for entry in entries {
      let name = Drawing.shortened(entry.name, to: right - left - Self.markWidth - 6)
      let width = Self.markWidth + 6 + Drawing.width(of: name)
      if x > left && x + width > right { (x, row) = (left, row + 1) }
      places.append(Place(entry: entry, x: x, row: row, name: name))
      x += width + 16
    }
  }

  /// How high it is.
  var height: Double { Double((places.last?.row ?? -1) + 1) * Self.rowHeight }

  /// Draws it below `top`.
  func draw(in drawing: inout Drawing, top: Double) {
    for place in places {
      let y = top + (Double(place.row) + 0.5) * Self.rowHeight
      let end = place.x + Self.markWidth
      switch place.entry.mark {
      case .line(let dash):
        drawing.line(
          from: (place.x, y), to: (end, y), color: place.entry.color, width: 2.5, dash: dash)
      case .box:
        drawing.line(from: (place.x, y), to: (end, y), color: place.entry.color, width: 12)
      }
      drawing.text(place.name, x: end + 6, y: y)
    }
  }
}
