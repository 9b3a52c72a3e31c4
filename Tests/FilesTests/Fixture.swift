import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// One archive, built here, and the same as Python's safetensors 0.8 wrote it.
enum Fixture {
  static let weightBits: [UInt32] = [
    0x7fc0_0001, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 1, 0xffa5_a5a5,
  ]
  static let biasBits: [UInt64] = [0x7ff8_0000_0000_0123, 0x8000_0000_0000_0000]

  static var archive: TensorArchive {
    var archive = TensorArchive(metadata: ["note": "say \"hi\"\\ \t\u{1}é/"])
    archive.add(
      Tensor(weightBits.map { Float(bitPattern: $0) }, shape: [2, 3]), named: "weights")
    archive.add(Tensor(biasBits.map { Double(bitPattern: $0) }), named: "bias")
    archive.add(Tensor<Float>(2.5), named: "scalar")
    archive.add(Tensor<Float>.zeros([0, 3]), named: "empty")
    archive.add(Tensor<Double>([1]), named: "an \"é\"\n")
    return archive
  }

  static var python: [UInt8] { [UInt8](Data(base64Encoded: base64) ?? Data()) }

  private static let base64 = """
    aAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoic2F5IFwiaGlcIlxcIFx0XHUwMDAxw6kvIn0sImFuIFwiw6\
    lcIlxuIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImJpYXMiOnsiZHR5\
    cGUiOiJGNjQiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4LDI0XX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIi\
    wic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOlsyNCwyNF19LCJzY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFw\
    ZSI6W10sImRhdGFfb2Zmc2V0cyI6WzI0LDI4XX0sIndlaWdodHMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM1\
    0sImRhdGFfb2Zmc2V0cyI6WzI4LDUyXX19ICAgICAAAAAAAADwPyMBAAAAAPh/AAAAAAAAAIAAACBAAQDAfwAAAIAA\
    AIB/AACA/wEAAAClpaX/
    """
}

extension TensorArchive {
  /// Whether both hold the same notes and the same tensors in the same order, bit for bit.
  func hasSameBits(as other: TensorArchive) throws -> Bool {
    guard metadata == other.metadata, names == other.names else { return false }
    return try names.allSatisfy { try bits(of: $0) == other.bits(of: $0) }
  }

  /// The type, shape and elements of a tensor, in a form in which NaN equals itself.
  private func bits(of name: String) throws -> [String] {
    switch dataType(of: name) {
    case .float32:
      let tensor = try tensor(named: name, as: Float.self)
      return ["float32", "\(tensor.shape)"] + tensor.elements.map { "\($0.bitPattern)" }
    case .float64:
      let tensor = try tensor(named: name, as: Double.self)
      return ["float64", "\(tensor.shape)"] + tensor.elements.map { "\($0.bitPattern)" }
    case nil: return []
    }
  }
}
