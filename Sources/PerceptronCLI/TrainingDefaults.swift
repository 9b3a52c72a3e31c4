import Perceptron

/// The settings that `perceptron train` uses where none are given, found by trying on each set.
struct TrainingDefaults {
  var hidden: Int
  var learningRate: Double
  var decay = 0.95
  var regularization: Double
  var iterations: Int
  var batch = 200
  var scale: Double
  var validation: Int

  /// What does well on `data`.
  init(for data: LoadedData) {
    switch data.kind {
    case .digits:
      hidden = 50
      learningRate = 0.5
      regularization = 1e-4
      iterations = 1000
      scale = 0.1
      validation = 200
    case .cifar10:
      hidden = 50
      learningRate = 1e-4
      regularization = 0.25
      iterations = 1000
      scale = 1e-4
      validation = 1000
    case .fashionMNIST, .idx:
      hidden = 100
      learningRate = data.isBytes ? 0.5 : 0.1
      decay = 0.9
      regularization = 2e-5
      iterations = 4000
      scale = 0.05
      validation = 1000
    }
    // A fifth of a small set at most.
    validation = min(validation, data.training.count / 5)
  }
}
