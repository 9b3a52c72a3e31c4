// PAGE-BEGIN
import Perceptron

/// Writes the page of a run that `perceptron train` saved in a folder, and makes a chart of its losses
/// and a picture of its first-layer weights.
func picture(runIn folder: String, to path: String) throws {
  let run = try RunDirectory(path: folder).read()
  let report = Report(ofRun: run, named: "my run")
  try report.write(to: path, report.draw().drawings)

  let losses = run.history.loss.enumerated().map { Chart.Point(Double($0), $1) }
  let chart = Chart(
    title: "Loss", summary: "The loss of each batch.",
    .curves(
      .init(
        x: .init("iteration"), y: .init("loss", scale: .logarithmic),
        series: [.init("loss", losses)])))
  print(try chart.svg.file.count, "characters of SVG,", chart.csv.count, "of CSV")

  let model = try TrainedModel<Float>(readingFrom: RunDirectory(path: folder).modelPath)
  if let shape = model.image, let tiles = model.network.firstLayerImages(shape) {
    print(try ImageGrid(tiles, columns: 10).image.png.count, "bytes of PNG")
  }
  print(TextCurve(run.history.loss, width: 60, height: 4).rows.joined(separator: "\n"))
}
// PAGE-END
