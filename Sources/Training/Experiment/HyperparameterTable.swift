import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork

extension Hyperparameter {
  /// All hyperparameters, in the order of a grid's loops: the last one varies fastest.
  package static let all: [Hyperparameter] =
    [
      number(
        "learning-rate", \.learningRate, .positive, .training, "rate",
        "Initial learning rate. (default: depends on the data and the optimizer)"
      ).logarithmic.shown { .number($0.training.learningRate) },
      choice(
        "optimizer", \.optimizer, .training, "name",
        "Optimizer."
      ).byDefault(Hyperparameters.defaultOptimizer.rawValue, classic: "sgd").departing.shown {
        .text($0.training.optimizer.method.description)
      },
      integer(
        "hidden", \.hidden, 1...largest, .network, "width",
        "Width of the hidden layer of a two-layer network. (default: depends on the data)"
      ).logarithmic,
      integer(
        "depth", \.depth, 1...largest, .network, "count",
        "Number of hidden layers; `width-1`, `width-2`, … are their widths.", use: .trials),
    ] + (1...8).map(width) + [
      widths(
        "layers", \.layers, .network,
        "Widths of the hidden layers, such as 512,256; none for a linear network."
      ).titled("layers", "width of an affine layer").departing.shown {
        .text($0.network.layers.map(displayName).joined(separator: ", "))
      },
      choice("activation", \.activation, .network, "name", "Activation function.")
        .byDefault(Hyperparameters.defaultActivation.rawValue).departing,
      integer(
        "iterations", \.iterations, 0...1_000_000_000, .training, "count",
        "Number of parameter updates. (default: depends on the data)"
      ).logarithmic.shown {
        if case .iterations(let count) = $0.training.length { .integer(count) } else { nil }
      },
      integer(
        "epochs", \.epochs, 0...largest, .training, "count",
        "Number of passes over the training rows, instead of `iterations`."
      ).logarithmic.departing.shown {
        if case .epochs(let count) = $0.training.length { .integer(count) } else { nil }
      },
      integer(
        "batch", \.batch, 1...largest, .training, "rows",
        "Batch size."
      ).byDefault(
        "\(Hyperparameters.defaultBatch)", classic: "\(Hyperparameters.classicBatch)",
        own: "\(OwnDataDefaults.smallBatch) or \(OwnDataDefaults.largeBatch)"
      )
      .titled("batch size").logarithmic.shown { .integer($0.training.batchSize) },
      integer(
        "blocks", \.blocks, 1...largest, .training, "count",
        """
        Number of blocks of each batch, a power of two: the gradients are the blocks', added up in a fixed \
        order, so that several processes can share a run and give the same bits as one. (default: none)
        """, use: .runs
      ).shown { $0.training.blocks.map { .integer($0) } },
      choice(
        "sampling", \.sampling, .training, "how",
        "Draw batches with replacement, or from the rows shuffled in each epoch."
      ).byDefault(
        Hyperparameters.defaultSampling.rawValue, classic: Hyperparameters.classicSampling.rawValue
      ).shown { .text($0.training.sampling.rawValue) },
      choice(
        "schedule", \.schedule, .training, "name",
        "Learning-rate schedule."
      ).byDefault(
        Hyperparameters.defaultSchedule.rawValue, classic: "epoch-decay",
        own: OwnDataDefaults.schedule.rawValue
      ).departing.shown { .text($0.training.schedule.description) },
      number(
        "decay", \.decay, .positive, .training, "factor",
        """
        Factor of the schedule. With epoch-decay, the learning rate is multiplied by it after each epoch \
        (default: \(Schedule.Entry.epochDecayFactor), or closer to 1 if less than 1 % of the rate would \
        remain); with step, every `step-epochs` (default: \(Schedule.Entry.stepFactor)); with plateau, \
        after more than \(Schedule.Entry.plateauPatience) epochs without improvement (default: \
        \(Schedule.Entry.plateauFactor)). With inverse, it is d in rate/(1 + d·i) at iteration i \
        (default: \(Schedule.Entry.inverseDecay)).
        """
      ).titled("decay", "step factor", "plateau factor"),
      integer(
        "step-epochs", \.stepEpochs, 1...largest, .training, "count",
        "Epochs between the steps of `schedule` step. (default: a third of the run)"
      ).titled("step epochs", "epochs per step"),
      integer(
        "warm-up", \.warmUp, 0...1_000_000_000, .training, "count",
        "Iterations of linear warm-up with `schedule` cosine. (default: 0)"
      ).titled("warm-up"),
      number(
        "regularization", \.regularization, .notNegative, .training, "lambda",
        "Coefficient λ of the L2 penalty λΣw². (default: depends on the data)"
      ).titled("L2 penalty").logarithmic.shown { .number($0.training.penalty.l2) },
      number(
        "l1", \.l1, .notNegative, .training, "lambda",
        "Coefficient λ of the L1 penalty λΣ|w|. (default: 0)"
      ).titled("L1 penalty").logarithmic.shown { .number($0.training.penalty.l1) },
      number(
        "weight-decay", \.weightDecay, .notNegative, .training, "factor",
        "Decoupled weight decay, as in AdamW."
      ).byDefault("\(Optimizer.Entry.adamW.optimizer.weightDecay) with adamw, else 0").logarithmic
        .shown { .number($0.training.optimizer.weightDecay) },
      number(
        "max-norm", \.maxNorm, .positive, .training, "norm",
        "Maximum norm of each unit's incoming weights. (default: no limit)"
      ).titled("maximum norm").logarithmic.shown {
        $0.training.maxNorm.map { .number($0) } ?? "no limit"
      },
      number(
        "clip-norm", \.clipNorm, .positive, .training, "norm",
        "Maximum norm of all gradients together; larger gradients are scaled down. (default: no limit)"
      ).titled("gradient clipping", "maximum gradient norm").logarithmic.shown {
        .text(displayName($0.training.clipping))
      },
      number(
        "dropout", \.dropout, .belowOne, .network, "rate",
        "Dropout rate after each hidden layer. (default: 0)"
      ).titled("dropout rate").departing,
      flag("batch-norm", \.batchNorm, .network, "Batch normalization before each activation.")
        .departing,
      flag("layer-norm", \.layerNorm, .network, "Layer normalization before each activation.")
        .departing,
      number(
        "label-smoothing", \.labelSmoothing, .belowOne, .network, "share",
        "Share of the target probability that is spread evenly over all classes. (default: 0)"
      ).departing,
      choice("loss", \.loss, .network, "name", "Loss function.")
        .byDefault(
          "softmax for classes, squared-error for numbers, logistic for several labels"
        ).departing
        .titled("loss function").shown { .text("\($0.network.loss)") },
      choice(
        "initializer", \.initializer, .network, "name",
        "Weight initialization; `scale` is the standard deviation of normal."
      ).byDefault(
        "he, or glorot with tanh and sigmoid", classic: Initializer.Entry.normal.rawValue
      ).departing.shown {
        $0.from == nil ? .text(displayName($0.network.initializer)) : nil
      },
      number(
        "scale", \.scale, .notNegative, .network, "deviation",
        "Standard deviation of normal initial weights. (default: depends on the data)"
      ).titled("weight scale").logarithmic,
      choice(
        "epoch-clock", \.epochClock, .training, "when",
        """
        When to decay the learning rate and evaluate in each epoch: end, after the last batch, or classic, \
        after the first, as in CS231n's NumPy code. (default: end, or classic with `random` numpy)
        """
      ).titled("evaluation").shown { .text(displayName($0.training.evaluation)) },
      integer(
        "early-stopping", \.earlyStopping, 1...largest, .training, "patience",
        """
        Stop after this many evaluations without a better value of `metric` on the validation rows (or, \
        without validation rows, a lower mean training loss), and restore the best weights. (default: never)
        """
      ).titled("early stopping", "patience").shown {
        .text($0.training.earlyStopping.map(displayName) ?? "none")
      },
      choice(
        "metric", \.metric, .training, "name",
        """
        Metric for early stopping, the plateau schedule and the ranking of trials. (default: accuracy, or \
        r2 for numbers)
        """
      ).shown { $0.training.metric.map { .text($0.title) } },
      text(
        "class-weights", \.classWeights, .training, "weights",
        """
        Weights of the classes in the loss: balanced, for weights inversely proportional to the classes' \
        numbers of training rows, or one for each class, such as 1,2.5. (default: 1 each)
        """, expected: "balanced, or a number for each class, such as 1,2.5"
      ).commaList.shown { $0.classWeights.map { .text($0.description) } },
      number(
        "average", \.average, .belowOne, .training, "decay",
        "Decay of an exponential moving average of the weights; the average is evaluated and saved. (default: none)"
      ).titled("average decay").shown { $0.training.averageDecay.map { .number($0) } ?? "none" },
      number(
        "pixel-scale", \.pixelScale, .positive, .preparation, "divisor",
        "Divisor of all features, such as 255 to map bytes to 0…1. (default: depends on the data)"
      ).titled("features divided by").shown { .number($0.pixelScale) },
      flag(
        "subtract-mean", \.subtractMean, .preparation,
        "Subtract each feature's mean over the training rows. (default: for bytes only)",
        isInvertible: true
      ).titled("mean subtracted").shown { .flag($0.subtractMean) },
      choice(
        "scaling", \.scaling, .preparation, "name",
        """
        Scaling of features that are numbers, by what the training rows say: standard, to mean 0 and standard \
        deviation 1; min-max, to 0…1; or none. (default: standard for tables, unless `pixel-scale` or \
        `subtract-mean` is given, else none)
        """
      ).shown { $0.preparation.map { .text($0.scaling.rawValue) } },
      text(
        "impute", \.impute, .preparation, "rule",
        """
        What takes the place of missing cells in columns of numbers of a table: median, mean or \
        most-frequent, of the training rows; a number; or none, to refuse them.
        """, expected: "median, mean, most-frequent, a number, or none"
      ).byDefault("median").titled("missing cells").shown {
        $0.preparation.map { .text($0.imputation?.description ?? "none") }
      },
      flag(
        "missing-indicator", \.missingIndicator, .preparation,
        """
        Add a feature for each column of numbers with missing cells in the training rows: 1 where a cell is \
        missing, else 0.
        """
      ).shown { $0.preparation.map { .flag($0.indicatesMissing) } },
      text(
        "log", \.log, .preparation, "columns",
        "Columns of a table of which the logarithm ln(1 + x) is taken, with commas between them. (default: none)",
        expected: "names of columns"
      ).commaList.titled("logarithms").unordered.shown {
        $0.preparation.map {
          .text($0.logColumns.isEmpty ? "none" : $0.logColumns.joined(separator: ","))
        }
      },
      choice(
        "unknown", \.unknown, .preparation, "rule",
        """
        What becomes of categories that the training rows do not have: error; ignore, which gives zeros and \
        counts them; or other, a feature shared with the categories of fewer than \
        \(UnknownCategory.leastRows) training rows.
        """
      ).byDefault(UnknownCategory.ignore.rawValue).titled("unknown categories").shown {
        $0.preparation.map { .text($0.unknownCategory.rawValue) }
      },
      text(
        "pca", \.pca, .preparation, "count",
        """
        Project features, once they are scaled, onto the principal components of the training rows: a number \
        of components, a share of the variance such as 0.95, or all. (default: none, or all with `whiten`)
        """, expected: "a number of components, a share of the variance below 1, or all"
      ).titled("principal components").unordered.departing.shown {
        $0.projection.map { .text($0.count.description) }
      },
      flag(
        "whiten", \.whiten, .preparation,
        "Divide each principal component by √(variance + ε), so that all vary alike."
      ).titled("whitened").departing.shown { $0.projection.map { .flag($0.whitening != nil) } },
      number(
        "whiten-epsilon", \.whitenEpsilon, .notNegative, .preparation, "epsilon",
        "ε of `whiten`, which keeps components of little variance small."
      ).byDefault("\(ProjectionSettings.usualEpsilon)").titled("ε of whitening").logarithmic.shown {
        ($0.projection?.whitening).map { .number($0) }
      },
      text(
        "validation", \.validation, .validation, "size",
        """
        Number of rows held out for validation, or a share of them such as 0.2; 0 for none. (default: \
        depends on the data)
        """, expected: "a number of rows, or a share below 1 such as 0.2"
      ).titled("validation rows").unordered.shown { .integer($0.validation) },
      integer(
        "folds", \.folds, 2...largest, .validation, "count",
        """
        Train a network for each of this many folds of the rows, of which one at a time is the validation \
        set. (default: none)
        """
      ).unordered.shown { $0.fold.map { .integer($0.count) } },
      integer(
        "fold", \.fold, 1...largest, .validation, "number",
        "With `folds`, train for this fold alone, counted from 1. (default: all)"
      ).unordered.shown { $0.fold.map { .integer($0.number) } },
      choice(
        "split", \.split, .validation, "rule",
        """
        Choice of the rows held out: stratified, at random with the same share of every class, or last, \
        the last rows. Numbers and several labels are only shuffled. (default: last for cifar10, fashion-mnist and `random` numpy, else stratified)
        """
      ).titled("validation split").shown { .text(displayName($0.split)) },
      seed("split-seed", \.splitSeed, .validation, "Seed of a stratified split.")
        .byDefault("\(Hyperparameters.defaultSeed)"),
      choice(
        "precision", \.precision, .numbers, "type",
        "Floating-point type of the network."
      ).byDefault(Hyperparameters.defaultPrecision.rawValue).shown { .text($0.precision.rawValue) },
      choice(
        "random", \.random, .numbers, "stream",
        """
        Random number generator: fast, or numpy for NumPy's RandomState(seed), which draws the weights \
        and then the batches.
        """
      ).byDefault(Hyperparameters.defaultRandom.rawValue).titled("random numbers").shown {
        .text($0.random.rawValue)
      },
      seed("seed", \.seed, .numbers, "Seed of weights, batches and dropout.")
        .byDefault("\(Hyperparameters.defaultSeed)"),
      integer(
        "ensemble", \.ensemble, 2...100, .training, "count",
        """
        Train this many networks from different initial weights side by side; the model predicts with \
        the mean of their probabilities. Progress and history show the first network.
        """, use: .runs
      ).titled("ensemble size").shown { $0.ensemble.map { .integer($0) } },
      integer(
        "workers", \.workers, workerCounts, .training, "count",
        """
        Number of threads for each step and evaluation, 1 to 256. (default: the number of BLAS threads, or \
        1 where more would be slower)
        """, use: .runs
      ).shown { $0.training.workers.map { .integer($0) } ?? "the number of BLAS threads" },
    ]

  /// The width of one hidden layer, counted from 1.
  static func width(_ layer: Int) -> Hyperparameter {
    integer(
      "width-\(layer)", \.widths[layer], 1...largest, .network, "width",
      "Width of hidden layer \(layer).", use: .trials
    ).logarithmic
  }

  /// The largest size accepted. A larger one is a typing error that would not fit in memory.
  package static let largest = 1_000_000
}
