import ArgumentParser

/// What somebody may have meant by a name that there is not: names that are spelled alike, and those
/// that other tools have for the same thing.
package enum Suggestions {
  /// A sentence for an unknown option, or nil where nothing is like it.
  ///
  /// - Parameters:
  ///   - option: with its dashes, as it was given.
  ///   - known: the options that there are, with their dashes.
  package static func sentence(for option: String, among known: [String]) -> String? {
    let name = String(option.drop { $0 == "-" }.prefix { $0 != "=" })
    let stem = stem(name)
    if let same = known.first(where: { Self.stem($0) == stem }) { return meant(same) }
    for answer in optionsElsewhere[stem] ?? [] {
      switch answer {
      case .option(let text):
        if known.contains("--" + text.prefix { $0 != " " }) { return meant("--" + text) }
      case .note(let needed, let text):
        if needed.isEmpty || known.contains("--" + needed) { return text }
      }
    }
    if stem.count >= 3 {
      let longer = known.filter { Self.stem($0).hasPrefix(stem) }
      if longer.count == 1 { return meant(longer[0]) }
    }
    return nearest(to: name, among: known.map { String($0.dropFirst(2)) }).map { meant("--" + $0) }
  }

  /// The command that an unknown one may be, or nil where nothing is like it.
  package static func command(for name: String, among known: [String]) -> String? {
    commandsElsewhere[stem(name)].flatMap { known.contains($0) ? $0 : nil }
      ?? nearest(to: name, among: known)
  }

  /// The known name that is most like an unknown one, or nil where none is much like it.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let distances = known.map { (name: $0, distance: editDistance(name, $0)) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }),
      nearest.distance <= max(2, name.count / 3), nearest.distance < name.count
    else { return nil }
    return nearest.name
  }

  private static func meant(_ option: String) -> String { "Did you mean '\(option)'?" }

  /// A name without what tools write differently.
  private static func stem(_ name: String) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" }
  }

  /// How many characters have to be put in, left out or changed to make one text of another
  /// (Levenshtein 1966).
  private static func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (index, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in second.indices {
        let change = diagonal + (character == second[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, diagonal + 1, row[column] + 1)
      }
    }
    return row[second.count]
  }
}

// MARK: - Names from other tools

extension Suggestions {
  private enum Answer {
    /// An option, without its dashes, with its value where that is part of the meaning.
    case option(String)
    /// A sentence, where there is such an option or none is needed.
    case note(String, String)
  }

  /// For each stem what it is here, the first that the command has.
  private static let optionsElsewhere: [String: [Answer]] = {
    var table: [String: [Answer]] = [:]
    for (names, answers) in meanings {
      for name in names.split(separator: " ") { table[String(name)] = answers }
    }
    return table
  }()

  private static let meanings: [(names: String, answers: [Answer])] = [
    (
      "lr eta eta0 learningrateinit initiallr baselr stepsize learnrate",
      [.option("learning-rate")]
    ),
    (
      "epochs nepochs numepochs maxepochs numtrainepochs",
      [.option("epochs"), .option("iterations")]
    ),
    (
      "maxiter maxiterations niter numiter numiterations iters steps maxsteps nsteps numsteps",
      [.option("iterations")]
    ),
    (
      "batch bs batchsize minibatch minibatchsize trainbatchsize",
      [.option("batch"), .option("rows")]
    ),
    ("samples nsamples numsamples", [.option("rows"), .option("trials")]),
    ("wd decayweights", [.option("weight-decay"), .option("regularization")]),
    ("alpha lambda l2 reg regstrength penalty", [.option("regularization")]),
    (
      "c",
      [
        .note(
          "regularization", "A small C is a large penalty: did you mean '--regularization'?")
      ]
    ),
    ("l1ratio lasso", [.option("l1")]),
    (
      "units hiddensize hiddenunits hiddendim nhidden numhidden neurons width",
      [.option("hidden")]
    ),
    ("hiddenlayersizes hiddenlayers hiddensizes architecture arch", [.option("layers")]),
    ("numlayers nlayers", [.option("depth"), .option("layers")]),
    ("act activationfunction nonlinearity", [.option("activation")]),
    ("dropoutrate droprate pdrop dropprob", [.option("dropout")]),
    ("bn batchnormalization", [.option("batch-norm")]),
    ("ln layernormalization", [.option("layer-norm")]),
    ("init weightinit kernelinitializer initialization", [.option("initializer")]),
    ("criterion objective lossfunction lossfn", [.option("loss")]),
    ("smoothing", [.option("label-smoothing")]),
    ("opt optim solver", [.option("optimizer")]),
    ("sgd", [.option("optimizer sgd")]), ("adam", [.option("optimizer adam")]),
    ("adamw", [.option("optimizer adamw")]),
    ("momentum", [.option("optimizer momentum")]),
    ("nesterov nesterovsmomentum", [.option("optimizer nesterov")]),
    ("scheduler lrscheduler lrschedule learningratescheduler", [.option("schedule")]),
    ("gamma lrdecay decayrate", [.option("decay")]),
    ("warmup warmupsteps nwarmupsteps numwarmupsteps", [.option("warm-up")]),
    ("clip gradclip clipgrad clipgradnorm maxgradnorm gradientclipval", [.option("clip-norm")]),
    ("ema emadecay", [.option("average")]),
    ("patience earlystop niternochange esp", [.option("early-stopping")]),
    (
      "valsplit validationsplit validationfraction valfraction valsize validationsize val testsize",
      [.option("validation")]
    ),
    (
      "cv folds kfold kfolds nfolds nsplits",
      [
        .note(
          "validation",
          "There is no cross-validation; '--validation' says how many rows are held out.")
      ]
    ),
    (
      "metric metrics scoring score evalmetric",
      [
        .note("confusion", "Accuracy and loss are always told; '--confusion' shows more."),
        .note("trials", "Networks are compared by their accuracy on the validation rows."),
        .note("validation", "Accuracy and loss are always measured."),
      ]
    ),
    (
      "device gpu gpus cuda accelerator",
      [
        .note(
          "workers", "There is only the CPU; '--workers' says how many threads share the work."),
        .note("", "There is only the CPU."),
      ]
    ),
    (
      "njobs threads jobs nthreads numthreads numworkers nworkers cores cpus",
      [.option("workers")]
    ),
    ("randomstate randomseed rng", [.option("seed")]),
    (
      "save out outputdir outdir savedir savepath logdir modeldir saveto o outputfile",
      [.option("output")]
    ),
    ("force existok", [.option("overwrite")]),
    ("dtype floattype", [.option("precision")]),
    (
      "dataset input traindata datadir datapath trainingdata traindir",
      [.option("data")]
    ),
    ("normalize standardize standardise normalise center", [.option("subtract-mean")]),
    ("rescale inputscale", [.option("pixel-scale")]),
    ("tb tblog", [.option("tensorboard")]),
    ("silent q", [.option("quiet")]),
    ("ntrials numtrials maxtrials", [.option("trials")]),
    ("sampler searchalgorithm algorithm strategy", [.option("method"), .option("sampling")]),
    ("pruner", [.option("prune")]), ("topk", [.option("top")]),
    ("proba predictproba probs", [.option("probabilities")]),
    ("confusionmatrix cm", [.option("confusion")]),
    ("resumefrom checkpoint ckpt", [.option("resume")]),
    (
      "savefreq saveevery checkpointfreq checkpointinterval savesteps",
      [.option("checkpoint-every")]
    ),
  ]

  private static let commandsElsewhere = [
    "fit": "train", "run": "train", "learn": "train", "start": "train", "test": "evaluate",
    "eval": "evaluate", "score": "evaluate", "validate": "evaluate", "search": "tune",
    "sweep": "tune", "optimize": "tune", "gridsearch": "tune", "hyperopt": "tune",
    "infer": "predict", "classify": "predict", "continue": "resume", "restart": "resume",
    "info": "summary", "inspect": "summary", "describe": "summary", "plot": "report",
    "view": "show", "status": "show", "ls": "show", "list": "show", "history": "show",
    "leaderboard": "show", "check": "gradcheck", "diagnose": "doctor", "csv": "export",
  ]
}

// MARK: - Options of a command

extension ParsableCommand {
  /// The options of a subcommand that its help tells, with their dashes.
  static func options(of command: any ParsableCommand.Type) -> [String] {
    let help = helpMessage(for: command, includeHidden: false, columns: 10_000)
    return help.split(separator: "\n").flatMap { line -> [String] in
      let text = line.drop { $0 == " " }
      if !text.hasPrefix("-") { return [] }
      // What it is for stands further on.
      let names = text.prefix(upTo: text.firstRange(of: "  ")?.lowerBound ?? text.endIndex)
      return names.matches(of: /--[a-z][a-z0-9-]*/).map { String($0.output) }
    }
  }
}
