import ArgumentParser
import Foundation

/// Suggestions for unknown options and commands: names of similar spelling, and the names here for
/// what other tools call differently.
package enum Suggestions {
  /// A sentence for an unknown option, or nil if no known option is similar. All have their dashes.
  package static func sentence(for option: String, among known: [String]) -> String? {
    let name = String(option.drop { $0 == "-" }.prefix { $0 != "=" })
    let stem = stem(name)
    if let same = known.first(where: { Self.stem($0) == stem }) { return meant(same) }
    for answer in optionsElsewhere[stem] ?? []
    where answer.needed.isEmpty || known.contains("--" + answer.needed) {
      return answer.sentence
    }
    if stem.count >= 3 {
      let longer = known.filter { Self.stem($0).hasPrefix(stem) }
      if longer.count == 1 { return meant(longer[0]) }
    }
    return nearest(to: name, among: known.map { String($0.dropFirst(2)) }).map { meant("--" + $0) }
  }

  /// The command that an unknown name may mean, or nil if none is similar.
  package static func command(for name: String, among known: [String]) -> String? {
    commandsElsewhere[stem(name)].flatMap { known.contains($0) ? $0 : nil }
      ?? nearest(to: name, among: known)
  }

  /// The known name closest to an unknown one, or nil if none is close.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let distances = known.map { (name: $0, distance: editDistance(name, $0)) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }),
      nearest.distance <= max(2, name.count / 3), nearest.distance < name.count
    else { return nil }
    return nearest.name
  }

  private static func meant(_ option: String) -> String { "Did you mean '\(option)'?" }

  /// A name in lower case, without dashes and underscores.
  private static func stem(_ name: String) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" }
  }

  /// The edit distance of two texts: insertions, deletions and substitutions (Levenshtein 1966).
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

extension Suggestions {
  /// The answers for each name that other tools use, in the order in which they are tried.
  private static let optionsElsewhere: [String: [Answer]] = table.split(separator: "\n").reduce(
    into: [:]
  ) { result, line in
    let parts = line.split(separator: ":", maxSplits: 1)
    let answers = parts[1].split(separator: "|").map {
      Answer($0.trimmingCharacters(in: .whitespaces))
    }
    for name in parts[0].split(separator: " ") { result[String(name)] = answers }
  }

  /// What to suggest for another tool's option, if the command has the option that is needed for it.
  private struct Answer {
    /// The option that is needed, without its dashes; empty for none.
    let needed: String
    let sentence: String

    /// Parses `option`, `option value` or `option? sentence`.
    init(_ text: String) {
      if let mark = text.firstRange(of: "? ") {
        needed = String(text[..<mark.lowerBound])
        sentence = String(text[mark.upperBound...])
      } else {
        needed = String(text.prefix { $0 != " " })
        sentence = Suggestions.meant("--" + text)
      }
    }
  }

  /// A line for each option: its names in other tools, without dashes and underscores, and after the
  /// colon the answers with bars between them, each `option`, `option value` or `option? sentence`.
  private static let table = """
    lr eta eta0 learningrateinit initiallr baselr stepsize learnrate: learning-rate
    epochs nepochs numepochs maxepochs numtrainepochs: epochs | iterations
    maxiter maxiterations niter numiter numiterations iters steps maxsteps nsteps numsteps: iterations
    batch bs batchsize minibatch minibatchsize trainbatchsize: batch | rows
    samples nsamples numsamples: rows | trials
    wd decayweights: weight-decay | regularization
    alpha lambda l2 reg regstrength penalty: regularization
    c: regularization? A small C is a large penalty: did you mean '--regularization'?
    l1ratio lasso: l1
    units hiddensize hiddenunits hiddendim nhidden numhidden neurons width: hidden
    hiddenlayersizes hiddenlayers hiddensizes architecture arch: layers
    numlayers nlayers: depth | layers
    act activationfunction nonlinearity: activation
    dropoutrate droprate pdrop dropprob: dropout
    bn batchnormalization: batch-norm
    ln layernormalization: layer-norm
    init weightinit kernelinitializer initialization: initializer
    criterion objective lossfunction lossfn: loss
    smoothing: label-smoothing
    opt optim solver: optimizer
    sgd: optimizer sgd
    adam: optimizer adam
    adamw: optimizer adamw
    momentum: optimizer momentum
    nesterov nesterovsmomentum: optimizer nesterov
    scheduler lrscheduler lrschedule learningratescheduler: schedule
    gamma lrdecay decayrate: decay
    warmup warmupsteps nwarmupsteps numwarmupsteps: warm-up
    clip gradclip clipgrad clipgradnorm maxgradnorm gradientclipval: clip-norm
    ema emadecay: average
    patience earlystop niternochange esp: early-stopping
    valsplit validationsplit validationfraction valfraction valsize validationsize val: validation
    testsize testsplit testfraction: test | validation
    cv kfold kfolds nfolds nsplits: folds
    metrics scoring score evalmetric: metric
    sampleweight sampleweights rowweights: weights
    classweight: class-weights
    groups groupcolumn: group
    device gpu gpus cuda accelerator: workers? There is only the CPU; '--workers' is the number of \
    threads. | ? There is only the CPU.
    njobs threads jobs nthreads numthreads numworkers nworkers cores cpus: workers
    randomstate randomseed rng: seed
    save out outputdir outdir savedir savepath logdir modeldir saveto o outputfile: output
    force existok: overwrite
    dtype floattype: precision
    dataset input traindata datadir datapath trainingdata traindir: data
    normalize standardize standardise normalise center: subtract-mean
    rescale inputscale: pixel-scale
    tb tblog: tensorboard
    silent q: quiet
    ntrials numtrials maxtrials: trials
    sampler searchalgorithm algorithm strategy: method | sampling
    pruner: prune
    topk: top
    proba predictproba probs: probabilities
    confusionmatrix cm: confusion
    resumefrom checkpoint ckpt: resume
    savefreq saveevery checkpointfreq checkpointinterval savesteps: checkpoint-every
    """

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

extension ParsableCommand {
  /// The options in a subcommand's help, with their dashes.
  static func options(of command: any ParsableCommand.Type) -> [String] {
    let help = helpMessage(for: command, includeHidden: false, columns: 10_000)
    return help.split(separator: "\n").flatMap { line -> [String] in
      let text = line.drop { $0 == " " }
      if !text.hasPrefix("-") { return [] }
      // The description follows two spaces.
      let names = text.prefix(upTo: text.firstRange(of: "  ")?.lowerBound ?? text.endIndex)
      return names.matches(of: /--[a-z][a-z0-9-]*/).map { String($0.output) }
    }
  }
}
