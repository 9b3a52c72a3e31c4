import PerceptronDatasets
import PerceptronNeuralNetwork

/// The configuration of a training run: data, network, optimization and randomness.
///
/// Together with the seed, the machine and its BLAS threads, it determines the run's results. `run.json`
/// stores it under `settings`; checkpoints, trials of a study and reports read the same type.
public struct Experiment: Codable, Hashable, Sendable {
  /// The scalar type of the network.
  public enum Precision: String, Codable, CaseIterable, Sendable {
    /// 32 bits.
    case float
    /// 64 bits.
    case double
  }

  /// The generator of random numbers for weights and batches.
  public enum RandomKind: String, Codable, CaseIterable, Sendable {
    /// `SeededRandom`, with a stream for each purpose.
    case fast
    /// `NumPyRandom`: one stream for the weights and then the batches.
    case numpy
  }

  /// The data set's name, folder or file.
  public var data: String
  /// The files' format; nil to detect it from their names.
  public var format: DatasetLibrary.Format?
  /// How the files are read, where there is a choice; nil where nothing is chosen.
  public var reading: ReadingOptions?
  /// What the targets are.
  public var task: TargetKind
  /// The file, the column or the array of the training rows' weights, or nil.
  public var weights: String?
  /// The file, the column or the array of the training rows' groups, or nil.
  public var groups: String?
  /// The rows held out as a test set, where the data has none; nil for none.
  public var test: TestSplit?
  /// The network's layers, loss and initializer.
  public var network: NetworkSettings
  /// Optimizer, learning rate, length, batch size and the other settings of training.
  public var training: TrainerSettings
  /// The number of rows held out for validation; of groups, as near to it as whole groups allow.
  public var validation: Int
  /// The choice of the rows held out.
  public var split: ValidationSplit
  /// The fold that is held out in place of ``validation`` rows, or nil.
  public var fold: Fold?
  /// The weights of classes in the loss, or nil for 1 each.
  public var classWeights: ClassWeights?
  /// The scalar type of the network.
  public var precision: Precision
  /// The generator of random numbers for weights and batches.
  public var random: RandomKind
  /// The divisor of all features.
  public var pixelScale: Double
  /// Whether the mean of the training rows is subtracted.
  public var subtractMean: Bool
  /// What is done to the columns of a table; nil where nothing is chosen.
  public var preparation: ColumnPreparation?
  /// The principal components that prepared features are projected onto; nil for none.
  public var projection: ProjectionSettings?
  /// The number of networks in an ensemble; nil for a single network.
  public var ensemble: Int?
  /// The finished model that training goes on from, or nil for a new network: its weights and its
  /// preprocessing take the place of drawn and fitted ones.
  public var from: ModelOrigin?

  /// Creates an experiment.
  public init(
    data: String, format: DatasetLibrary.Format? = nil, reading: ReadingOptions? = nil,
    task: TargetKind = .classes, weights: String? = nil, groups: String? = nil,
    test: TestSplit? = nil, network: NetworkSettings, training: TrainerSettings,
    validation: Int, split: ValidationSplit = .stratified(seed: 0), fold: Fold? = nil,
    classWeights: ClassWeights? = nil, precision: Precision = .float,
    random: RandomKind = .fast, pixelScale: Double = 1, subtractMean: Bool = false,
    preparation: ColumnPreparation? = nil, projection: ProjectionSettings? = nil,
    ensemble: Int? = nil, from: ModelOrigin? = nil
  ) {
    self.data = data
    self.format = format
    self.reading = reading
    self.task = task
    self.weights = weights
    self.groups = groups
    self.test = test
    self.network = network
    self.training = training
    self.validation = validation
    self.split = split
    self.fold = fold
    self.classWeights = classWeights
    self.precision = precision
    self.random = random
    self.pixelScale = pixelScale
    self.subtractMean = subtractMean
    self.preparation = preparation
    self.projection = projection
    self.ensemble = ensemble
    self.from = from
  }

  /// Decodes an experiment; versions without `split` held out the last rows, and those
  /// without `task` knew classes alone.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      data: try values.decode(String.self, forKey: .data),
      format: try values.decodeIfPresent(DatasetLibrary.Format.self, forKey: .format),
      reading: try values.decodeIfPresent(ReadingOptions.self, forKey: .reading),
      task: try values.decodeIfPresent(TargetKind.self, forKey: .task) ?? .classes,
      weights: try values.decodeIfPresent(String.self, forKey: .weights),
      groups: try values.decodeIfPresent(String.self, forKey: .groups),
      test: try values.decodeIfPresent(TestSplit.self, forKey: .test),
      network: try values.decode(NetworkSettings.self, forKey: .network),
      training: try values.decode(TrainerSettings.self, forKey: .training),
      validation: try values.decode(Int.self, forKey: .validation),
      split: try values.decodeIfPresent(ValidationSplit.self, forKey: .split) ?? .last,
      fold: try values.decodeIfPresent(Fold.self, forKey: .fold),
      classWeights: try values.decodeIfPresent(ClassWeights.self, forKey: .classWeights),
      precision: try values.decode(Precision.self, forKey: .precision),
      random: try values.decode(RandomKind.self, forKey: .random),
      pixelScale: try values.decode(Double.self, forKey: .pixelScale),
      subtractMean: try values.decode(Bool.self, forKey: .subtractMean),
      preparation: try values.decodeIfPresent(ColumnPreparation.self, forKey: .preparation),
      projection: try values.decodeIfPresent(ProjectionSettings.self, forKey: .projection),
      ensemble: try values.decodeIfPresent(Int.self, forKey: .ensemble),
      from: try values.decodeIfPresent(ModelOrigin.self, forKey: .from))
  }
}

/// The file of a model that a run goes on from.
public struct ModelOrigin: Codable, Hashable, Sendable {
  /// The file's path at the time.
  public var path: String
  /// The SHA-256 digest of the file.
  public var digest: String

  /// Creates an origin.
  public init(path: String, digest: String) { (self.path, self.digest) = (path, digest) }
}

/// The settings of a new network.
public struct NetworkSettings: Codable, Hashable, Sendable {
  /// The layers in their order.
  public var layers: [LayerSpecification]
  /// The loss function.
  public var loss: LossSpecification
  /// The weight initialization.
  public var initializer: Initializer

  /// Creates settings.
  public init(
    layers: [LayerSpecification], loss: LossSpecification = .softmax, initializer: Initializer
  ) {
    self.layers = layers
    self.loss = loss
    self.initializer = initializer
  }
}
