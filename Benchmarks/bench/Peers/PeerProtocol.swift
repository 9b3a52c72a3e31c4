/// The protocol of the peers' programs: requests and answers are JSON objects, one per line.
/// `Benchmarks/peers/worker.py` describes it; `bench worker` answers for Perceptron.
enum PeerProtocol {
  /// A request.
  struct Request: Codable {
    enum Command: String, Codable {
      case hello, prepare, time, memory
    }

    let command: Command
    /// For `hello`: the number of threads to use.
    var threads: Int?
    /// For `prepare`: the work.
    var work: Work?
    /// For `time`: the approximate number of units of work.
    var count: Int?
  }

  /// An answer, with `error` after a failure.
  struct Answer: Codable {
    var error: String?
    // To `hello`:
    var name: String?
    var version: String?
    var python: String?
    var blas: String?
    /// The number of threads used, if the library reports it.
    var threads: Int?
    /// To `prepare`: numbers on which all peers have to agree.
    var check: [Double]?
    /// To `prepare`: the reason why this peer does not support the work.
    var unsupported: String?
    // To `time`:
    var count: Int?
    var seconds: Double?
    // To `memory`:
    var peakBytes: Double?
  }

  /// A kind of work.
  enum Kind: String, Codable {
    case step, gradient, epoch, predict, table, algebra, tensor
  }

  /// An optimizer.
  enum Optimizer: String, Codable {
    case sgd, adam
  }

  /// A scalar type.
  enum Precision: String, Codable {
    case float32, float64
  }

  /// A piece of work with its files.
  struct Work: Codable {
    var kind: Kind
    let layers: [Int]
    let batch: Int
    let rows: Int
    var optimizer = Optimizer.sgd
    var learningRate = 1e-3
    /// λ of the penalty λΣW².
    var regularization = 0.0
    var precision = Precision.float32
    /// The divisor of bytes.
    var divisor = 255.0
    /// Files: rows × inputs bytes, a byte for each row, and `Float`s in the order W1, b1, W2, b2, …. For a
    /// table, the CSV file of so many columns as `layers` says and of at least `rows` bytes. For algebra,
    /// `Double`s: a matrix of `rows` rows and columns, and a vector; for a tensor, a matrix of `rows` rows and
    /// of the columns in `layers`.
    var features = ""
    var labels = ""
    var weights = ""
    /// For algebra and tensors, what is computed: the name of a ``AlgebraOperation`` or ``TensorOperation``.
    var operation: String?
  }
}
