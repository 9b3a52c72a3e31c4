import Foundation
import TestSupport
import Testing

@Suite("Usage errors of perceptron tune", .mayHang)
struct TuneUsageTests {
  static let mistakes: [UsageTests.Mistake] = [
    .init("tune", "nothing to try", "perceptron train"),
    .init("tune --hidden 50 --learning-rate 0.1", "nothing to try"),
    .init("tune --learning-rate=", "--learning-rate"),
    .init("tune --learning-rate ,", "learning-rate", "empty value"),
    .init("tune --learning-rate 0.5..0.1", "learning-rate: the range 0.5..0.1"),
    .init("tune --learning-rate 0..0.1:log", "learning-rate", "0.0..0.1", "above 0"),
    .init("tune --learning-rate 0.1,0.1", "learning-rate", "0.1 twice"),
    .init("tune --learning-rate 0.1,x", "learning-rate", "x", "a number"),
    .init("tune --hidden 10,2.5", "hidden", "2.5", "a whole number"),
    .init("tune --hidden 5,99999999999999999999", "a whole number from −2⁶³ to 2⁶³ − 1"),
    .init("tune --learnin-rate 1,2", "--learnin-rate", "--learning-rate"),
    .init("tune --hidden 5,6 --hidden 7", "--hidden is given twice"),
    .init(
      "tune --learning-rate 0.1..1:1000 --hidden 1..1000:1000 --l1 0..1:10", "10,000,000 cells"),
    .init("tune --dropout 0.1,1.5", "--dropout is 1.5", "dropout 1.5"),
    .init("tune --layers nonsense;12", "nonsense", "--layers"),
    .init("tune --optimizer sgd,sdg", "sdg", "--optimizer"),
    .init("tune --batch-norm true,maybe", "batch-norm", "maybe", "true or false"),
    .init("tune --epochs 1,2 --iterations 10", "--epochs", "--iterations"),
    .init("tune --hidden 5,6 --layers 7", "--hidden", "--layers"),
    .init("tune --hidden 5,6 --validation 0", "--validation is 0", "hidden 5"),
    .init("tune --batch 100,5000 --epochs 1", "--batch is 5000", "batch 5000"),
    .init("tune --depth 1,2 --width-1 5", "depth is 2", "width-2 is not set"),
    .init("tune --depth 1,2 --width-1 5 --width-3 5", "--width-3", "depth is 1,2"),
    .init("tune --depth 0,1 --width-1 5", "depth is 0"),
    .init("tune --hidden 5,6 --workers 0", "--workers is 0"),
    .init("tune --hidden 5,6 --trials 0", "--trials is 0"),
    .init("tune --hidden 5,6 --trials 3 --method grid", "--trials is 3", "grid"),
    .init("tune --l1 0..1 --method grid", "l1: the range 0.0..1.0", "how many points"),
    .init("tune --hidden 5,6 --method best", "best", "--method"),
    .init("tune --hidden 5,6 --prune-minimum 5", "--prune-minimum", "--prune"),
    .init("tune --hidden 5,6 --prune median --prune-factor 2", "--prune-factor", "halving"),
    .init("tune --hidden 5,6 --prune halving --prune-factor 1", "--prune-factor is 1"),
    .init(
      "tune --hidden 5,6 --iterations 30,60 --prune median --prune-minimum 61",
      "--prune-minimum is 61", "60 iterations"),
    .init("tune --hidden 5,6 --iterations 60 --prune halving", "is 100", "60 iterations"),
    .init("tune --batch-norm --learning-rate 0.1,0.2", "--batch-norm", "true, false or true,false"),
    .init("tune --no-subtract-mean --hidden 5,6", "--subtract-mean false"),
    .init("tune --activation relu..tanh", "--activation is relu..tanh", "only numbers have ranges"),
    .init("tune export x --json --format csv", "--json", "--format csv"),
    .init("tune --preset cs231n", "--preset cs231n", "--data"),
    .init("tune --preset cs231n --data digits", "CIFAR-10", "digits"),
    .init("tune --preset mnist --data digits", "mnist", "cs231n"),
    .init("tune --resume x --hidden 5,6", "--resume x", "--hidden"),
    .init("tune --resume x --space y.json", "--resume x", "--space"),
    .init("tune --resume x --method sobol", "--resume x", "--method"),
    .init("tune --hidden 5,6 --output=", "--output"),
    .init("tune --hidden 5,6 --shard 1/2", "--shard needs --output"),
    .init("tune --hidden 5,6 --output x --shard 3/2", "shard is 3, expected 1 to 2", "--shard"),
    .init("tune --hidden 5,6 --output x --shard 0/2", "shard is 0"),
    .init("tune --hidden 5,6 --output x --shard 2", "such as 2/4"),
    .init(
      "tune --hidden 5,6 --output x --shard 1/2 --tensorboard", "--tensorboard",
      "perceptron tune merge x"),
    .init("tune --resume x --shard 1/2 --trials 9", "--trials", "perceptron tune merge x"),
    .init("tune --resume x --shard 1/2 --hidden 5", "--resume x", "--hidden"),
    .init("tune merge", "folder"),
    .init("tune show", "folder"),
    .init("tune show x --top -1", "--top is -1"),
    .init("tune export x --format xml", "xml", "csv", "json"),
  ]

  @Test(
    "It exits with 2, names setting and value, prints and writes nothing", arguments: mistakes)
  func refuses(_ mistake: UsageTests.Mistake) throws { try mistake.demand() }

  @Test("Missing folders are named, and nothing is written")
  func missing() throws {
    let scratch = try TemporaryDirectory()
    let lines = [
      ["--data", "nosuch", "--hidden", "5,6"], ["--resume", "nosuch"], ["show", "nosuch"],
      ["export", "nosuch"], ["merge", "nosuch"], ["--space", "nosuch"],
    ]
    for line in lines {
      let outcome = try Command.run(["tune"] + line, in: scratch.path)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("Error: nosuch: "))
    }
    let outcome = try Command.run(["tune", "show", "."], in: scratch.path)
    #expect(outcome.status == 1 && outcome.errors.contains("holds no study"))
    #expect(try scratch.names.isEmpty)
  }

  @Test("Subcommands have their own help, and usage errors point to it")
  func help() throws {
    for name in ["show", "export", "merge"] {
      let help = try Command.run(["tune", name, "--help"])
      #expect(help.status == 0 && help.output.contains("USAGE: perceptron tune \(name) <folder>"))
      #expect(try Command.run(["help", "tune", name]).output == help.output)
    }
    for mistake in [["--hidden", "5"], ["--hiden", "5,6"], ["--trials", "0"], ["--hidden"]] {
      let outcome = try Command.run(["tune"] + mistake)
      #expect(outcome.status == 2 && outcome.errors.contains("See 'perceptron tune --help'"))
    }
    let outcome = try Command.run(["tune", "show", "--hidden"])
    #expect(outcome.errors.contains("See 'perceptron tune show --help'"))
  }
}
