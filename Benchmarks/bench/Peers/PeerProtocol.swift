/// What the programs of the peers are asked and what they answer: a JSON object a line each way.
/// `Benchmarks/peers/worker.py` describes it; `bench worker` answers for Perceptron.
enum PeerProtocol {
  /// What is asked.
  struct Request: Codable {
    enum Command: String, Codable {
      case hello, prepare, time, memory
    }

    let command: Command
    /// To `hello`: how many threads to use.
    var threads: Int?
    /// To `prepare`.
    var work: Work?
    /// To `time`: about how many units of work to do.
    var count: Int?
  }

  /// What is answered; `error` where it failed.
  struct Answer: Codable {
    var error: String?
    // To `hello`.
    var name: String?
    var version: String?
    var python: String?
    var blas: String?
    /// How many are used, where the library tells.
    var threads: Int?
    /// To `prepare`: numbers that have to be the same for all.
    var check: [Double]?
    /// To `prepare`: why this peer has no such work.
    var unsupported: String?
    // To `time`.
    var count: Int?
    var seconds: Double?
    // To `memory`.
    var peakBytes: Double?
  }

  /// What is done.
  enum Kind: String, Codable {
    case step, gradient, epoch, predict
  }

  /// How weights are updated.
  enum Optimizer: String, Codable {
    case sgd, adam
  }

  /// A scalar type.
  enum Precision: String, Codable {
    case float32, float64
  }

  /// A piece of work, with the files that it works on.
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
    /// What bytes are divided by.
    var divisor = 255.0
    /// Files: rows × inputs bytes, a byte for each row, and `Float`s in the order W1, b1, W2, b2, ….
    var features = ""
    var labels = ""
    var weights = ""
  }
}
