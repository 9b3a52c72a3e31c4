import Foundation
import PerceptronFiles

/// The program that draws charts.
public enum Gnuplot {
  /// Whether gnuplot is on the PATH.
  public static var isInstalled: Bool { path != nil }

  /// Draws charts in a single process, since starting gnuplot takes longer than drawing.
  ///
  /// - Parameters:
  ///   - widths: the widths in pixels; ``Chart/standardWidth`` by default.
  ///   - folder: a folder for gnuplot's files, which the caller removes; else a temporary one.
  ///   - isStopped: called from time to time; true ends gnuplot.
  /// - Throws: `FileError` if gnuplot is not on the PATH, cannot be started or fails, with its
  ///   output; `CancellationError` if it was stopped.
  public static func draw(
    _ charts: [Chart], widths: [Double]? = nil, in folder: String? = nil,
    isStopped: () -> Bool = { false }
  ) throws -> [SVG] {
    precondition(
      widths == nil || widths?.count == charts.count,
      "Gnuplot: \(widths?.count ?? 0) widths for \(charts.count) charts")
    guard let path else {
      throw FileError(
        "gnuplot", "there is no gnuplot on the PATH, so that charts cannot be drawn: \(advice)")
    }
    if charts.isEmpty { return [] }
    let drawings = charts.enumerated().map { $1.drawing(width: widths?[$0] ?? Chart.standardWidth) }
    let own =
      "\(FileManager.default.temporaryDirectory.path)/perceptron-charts-"
      + String(UInt64.random(in: 0 ... .max), radix: 16)
    let folder = folder ?? own
    if folder == own { try makeFolder(own) }
    defer { if folder == own { try? FileManager.default.removeItem(atPath: own) } }
    let script = drawings.enumerated().map { Self.script(of: $1, to: "\($0).svg") }.joined()
    try AtomicFile.write(Array(script.utf8), to: folder + "/charts.gnuplot")
    try run(path, in: folder, isStopped)
    return try zip(charts, drawings).enumerated().map { index, pair in
      let file = URL(fileURLWithPath: "\(folder)/\(index).svg")
      guard let bytes = try? Data(contentsOf: file), !bytes.isEmpty else {
        throw FileError(path, "ended without any output")
      }
      return SVG(String(decoding: bytes, as: UTF8.self), of: pair.0, drawnAs: pair.1)
    }
  }

  /// The command that installs gnuplot.
  public static var advice: String {
    #if os(macOS)
      "brew install gnuplot"
    #else
      "apt-get install gnuplot-nox"
    #endif
  }

  private static var path: String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/gnuplot" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func script(of drawing: Drawing, to name: String) -> String {
    ([
      "reset", "set encoding utf8", "set samples 2",
      "set terminal svg size \(drawing.width),\(drawing.height) dynamic noenhanced"
        + " font 'sans-serif,\(Drawing.fontSize)'",
      "set output '\(name)'",
    ] + drawing.commands + ["unset output"]).joined(separator: "\n") + "\n"
  }

  /// Runs the script in a folder. Its output goes to a file, so that no pipe can fill up.
  private static func run(_ path: String, in folder: String, _ isStopped: () -> Bool) throws {
    let log = folder + "/errors"
    let process = try ChildProcess(
      // Without the user's own settings.
      path, ["-d", "charts.gnuplot"],
      // Decimal points in every locale.
      environment: ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 },
      in: folder, output: log)
    while process.isRunning {
      if isStopped() {
        process.end()
        throw CancellationError()
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
    guard let status = process.status, status == 0 else {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw FileError(path, "failed with status \(process.status ?? -1): \(text)")
    }
  }
}

extension Chart {
  /// The widths of a chart and of one that spans a page, in pixels.
  public static let standardWidth = 440.0, fullWidth = 1000.0

  /// The chart drawn by gnuplot.
  ///
  /// - Throws: see ``Gnuplot/draw(_:widths:in:isStopped:)``.
  public var svg: SVG { get throws { try Gnuplot.draw([self])[0] } }

  func drawing(width: Double) -> Drawing {
    switch content {
    case .curves(let curves): curves.drawing(width: width)
    case .scatter(let plot): plot.drawing(width: width)
    case .bars(let bars): bars.drawing(width: width)
    case .histogram(let histogram): histogram.drawing(width: width)
    case .heatMap(let map): map.drawing(width: width)
    case .parallelCoordinates(let lines): lines.drawing(width: width)
    case .timeline(let timeline): timeline.drawing(width: width)
    }
  }
}
