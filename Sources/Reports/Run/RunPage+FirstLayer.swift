import PerceptronFiles
import PerceptronVisualization

extension RunPage {
  /// The most units whose weights are drawn.
  private static var mostUnits: Int { 100 }

  /// What the units of the first layer look for.
  var firstLayer: Report.Section? {
    guard case .pictures(let tiles)? = network?.firstLayer, let first = tiles.first else {
      return nil
    }
    let shown = Array(tiles.prefix(Self.mostUnits))
    let which =
      shown.count < tiles.count
      ? "the first \(shown.count) of \(grouped(tiles.count)) units"
      : counted(shown.count, "unit")
    // Weights near the middle of a unit's are grey: white tells tiles apart.
    let grid = ImageGrid(forPage: shown, spacing: 4, background: 255)
    let names = shown.indices.map { "unit \($0)" }
    let colors = first.channels == 3 ? ", over red, green and blue together" : ""
    return Report.Section(
      "First-layer weights",
      [
        .pictures([
          Report.Picture(
            "first-layer", .init(grid, names: names),
            caption: "The weights of \(which) over the inputs. Each unit is scaled by itself, from "
              + "its least weight, which is black, to its largest, which is white\(colors).",
            summary: "The weights of \(which) of the first layer, as pictures")
        ])
      ])
  }

  /// Why weights are not drawn.
  var firstLayerOmission: String? {
    if case .notDrawn(let sentence)? = network?.firstLayer { sentence } else { nil }
  }
}
