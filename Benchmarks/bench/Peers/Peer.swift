import Foundation

/// A program that does the same work.
struct Peer {
  let name: String
  let program: String
  let arguments: [String]
  var precision = PeerProtocol.Precision.float32
  /// What its Python needs, of Benchmarks/peers/requirements.txt.
  var package: String?

  /// Whether it is NumPy in single precision.
  var isNumPyFloat: Bool { package == "numpy" && precision == .float32 }

  /// The name of Perceptron itself.
  static let perceptron = "Perceptron"

  /// Perceptron and its peers, of which `python` runs the programs in the folder `scripts`.
  static func all(python: String, scripts: String) -> [Peer] {
    func peer(
      _ name: String, _ script: String, _ package: String,
      _ precision: PeerProtocol.Precision = .float32
    ) -> Peer {
      Peer(
        name: name, program: python, arguments: ["\(scripts)/\(script)"], precision: precision,
        package: package)
    }
    return [
      Peer(name: perceptron, program: executable, arguments: ["worker"]),
      peer("NumPy f32", "numpy_peer.py", "numpy"),
      peer("NumPy f64", "numpy_peer.py", "numpy", .float64),
      peer("PyTorch", "torch_peer.py", "torch"), peer("JAX", "jax_peer.py", "jax"),
      peer("scikit-learn", "sklearn_peer.py", "scikit-learn"),
    ]
  }

  /// This program.
  private static var executable: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}
