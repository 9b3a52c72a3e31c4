import ArgumentParser
import Foundation
import PerceptronCommandSupport
import TestSupport
import Testing

@testable import PerceptronCLI

@Suite("Help and usage errors", .mayHang)
struct UsageTests {
  private static let commands = [
    "train", "resume", "tune", "evaluate", "predict", "summary", "overfit", "gradcheck", "doctor",
  ]

  @Test("Help goes to standard output", arguments: [["help"], ["--help"], []])
  func help(_ arguments: [String]) throws {
    let outcome = try Command.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    for command in Self.commands { #expect(outcome.output.contains("  \(command) ")) }
  }

  @Test("Every subcommand has its own help", arguments: commands)
  func subcommandHelp(_ command: String) throws {
    let outcome = try Command.run([command, "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("USAGE: perceptron \(command)"))
    #expect(try Command.run(["help", command]).output == outcome.output)
  }

  /// Every command that the help lists, by its words.
  private static let documented: [(words: [String], command: any ParsableCommand.Type)] =
    PerceptronCommand.configuration.subcommands.flatMap { command in
      let words = [command.configuration.commandName ?? ""]
      return [(words, command)]
        + command.configuration.subcommands
        .filter { $0 != command.configuration.defaultSubcommand }
        .map { (words + [$0.configuration.commandName ?? ""], $0) }
    }

  @Test("Help ends with at least two examples that the command line parser accepts")
  func examples() throws {
    for (words, listed) in Self.documented {
      let shown = listed.configuration.defaultSubcommand ?? listed
      let command = try #require(shown as? any CommandWithExamples.Type, "\(words)")
      #expect(command.examples.count >= 2)
      let help = try Command.run(words + ["--help"]).output
      #expect(help.contains("\nEXAMPLES:\n"), "\(words)")
      for example in command.examples {
        #expect(help.contains("\n  \(example.line)\n"))
        let line = example.line.replacing("'", with: "").split(separator: " ").map(String.init)
        #expect(line.first == "perceptron")
        #expect(try type(of: PerceptronCommand.parseAsRoot(Array(line.dropFirst()))) == command)
      }
    }
  }

  @Test(
    "The help of a nested command can be requested in three ways",
    arguments: [["help", "tune", "show"], ["tune", "help", "show"], ["tune", "show", "--help"]])
  func nestedHelp(_ arguments: [String]) throws {
    let outcome = try Command.run(arguments)
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.contains("USAGE: perceptron tune show <folder>"))
    #expect(try Command.run(["tune", "help"]).output == Command.run(["tune", "--help"]).output)
  }

  @Test("An unknown option without a similar one gets no suggestion")
  func noSuggestion() throws {
    for line in ["tune show x --lr 3", "train --zzzzzz 3", "train --xy 3"] {
      let errors = try Command.run(line.split(separator: " ").map(String.init)).errors
      #expect(errors.hasPrefix("Error: Unknown option '--") && !errors.contains("Did you mean"))
    }
  }

  @Test("The help of train has the defaults of each kind of data")
  func defaults() throws {
    let help = try Command.run(["train", "--help"]).output
    let row = try #require(help.split(separator: "\n").first { $0.hasPrefix("--iterations") })
    #expect(row.split(separator: " ") == ["--iterations", "1000", "4000", "1000"])
  }

  @Test("The version is a number on standard output")
  func version() throws {
    let outcome = try Command.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    #expect(outcome.errors.isEmpty)
  }

  /// A command line that is refused, and what the message must name.
  struct Mistake: CustomTestStringConvertible {
    let arguments: [String]
    let mentions: [String]

    init(_ line: String, _ mentions: String...) {
      arguments = line.split(separator: " ").map(String.init)
      self.mentions = mentions
    }

    var testDescription: String { arguments.joined(separator: " ") }

    /// Expects it to be refused before any work.
    func demand() throws {
      let scratch = try TemporaryDirectory()
      let outcome = try Command.run(arguments, in: scratch.path)
      #expect(outcome.status == 2)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("--help' for more information"))
      let message = try #require(outcome.errors.split(separator: "\n").first)
      #expect(message.hasPrefix("Error: "))
      for word in mentions { #expect(message.contains(word)) }
      #expect(try scratch.names.isEmpty)
    }
  }

  static let mistakes = [
    Mistake("trian", "trian", "train", "evaluate", "predict", "gradcheck", "doctor"),
    Mistake("help nosuch", "nosuch", "train", "doctor"),
    Mistake("fit", "'fit'", "did you mean train?"),
    Mistake("test", "'test'", "did you mean evaluate?"),
    Mistake("help tune nonsense", "'tune nonsense'", "only show, export, merge"),
    Mistake(
      "tune help report", "'tune report'", "only show, export, merge",
      "did you mean perceptron report?"),
    Mistake("tune nonsense", "'tune nonsense'", "only show, export, merge"),
    Mistake("train --lr 0.1", "Unknown option '--lr'. Did you mean '--learning-rate'?"),
    Mistake("train --learning_rate 0.1", "'--learning_rate'. Did you mean '--learning-rate'?"),
    Mistake("train --learningRate=0.1", "'--learningRate'. Did you mean '--learning-rate'?"),
    Mistake("tune --lr 0.1,0.2", "Did you mean '--learning-rate'?"),
    Mistake("overfit --lr 0.1", "Did you mean '--learning-rate'?"),
    Mistake("overfit --batch-size 9", "Did you mean '--rows'?"),
    Mistake("overfit --epochs 9", "Did you mean '--iterations'?"),
    Mistake("train --max_iter 9", "Did you mean '--iterations'?"),
    Mistake("train --cv 5", "'--folds'"),
    Mistake("train --momentum 0.9", "Did you mean '--optimizer momentum'?"),
    Mistake("train --device gpu", "There is only the CPU; '--workers'"),
    Mistake("train --n_jobs 2", "Did you mean '--workers'?"),
    Mistake("train --C 1", "'--regularization'"),
    Mistake("train --regularizaton 1", "Did you mean '--regularization'?"),
    Mistake("train --early 1", "Did you mean '--early-stopping'?"),
    Mistake("evaluate x --metric f2", "--metric is f2, expected one of accuracy"),
    Mistake("train --test 0", "--test is 0, expected a number of rows"),
    Mistake("train --test 1.5", "--test"),
    Mistake("train --task regression", "--task", "numbers"),
    Mistake("train --weights=", "--weights"),
    Mistake("train --data=", "--data"),
    Mistake(
      "train --hidden 1000000 --batch 1000000", "--hidden 1000000", "--batch 1000000",
      "64 features", " GB are left"),
    Mistake("gradcheck --pixel-scale 0", "--pixel-scale"),
    Mistake("train --nope", "--nope"),
    Mistake("train extra", "extra"),
    Mistake("train --hidden x", "--hidden", "x"),
    Mistake("train --hidden 0", "--hidden", "0"),
    Mistake("train --hidden -5", "--hidden", "-5"),
    Mistake("train --hidden 99999999999", "--hidden", "99999999999", "expected 1 to 1000000"),
    Mistake(
      "train --hidden 99999999999999999999", "--hidden is 99999999999999999999",
      "expected 1 to 1000000"),
    Mistake("train --hidden 2.5", "--hidden", "whole number"),
    Mistake(
      "train --validation 99999999999999999999", "--validation is 99999999999999999999",
      "expected a number of rows"),
    Mistake("train --seed 99999999999999999999", "a whole number from 0 to 2⁶⁴ − 1"),
    Mistake("train --layers 64,99999999999999999999", "expected 1 to 1000000"),
    Mistake("train --activation swish", "--activation is swish", "one of relu, leaky-relu"),
    Mistake("train --loss focal", "--loss is focal", "one of softmax, hinge"),
    Mistake("train --initializer ones", "--initializer is ones", "one of normal, he"),
    Mistake("train --batch 0", "--batch", "0"),
    Mistake("train --batch -5", "--batch", "-5"),
    Mistake("train --batch --json", "--batch", "--json"),
    Mistake("train --iterations -1", "--iterations", "-1"),
    Mistake("train --learning-rate nan", "--learning-rate", "nan"),
    Mistake("train --scale -nan", "--scale is nan"),
    Mistake("train --learning-rate -0.1", "--learning-rate", "-0.1"),
    Mistake("train --learning-rate 0", "--learning-rate", "0"),
    Mistake("train --decay 0", "--decay", "0"),
    Mistake("train --regularization -1", "--regularization", "-1.0"),
    Mistake("train --scale inf", "--scale", "inf"),
    Mistake("train --pixel-scale 0", "--pixel-scale", "0"),
    Mistake("train --validation -1", "--validation is -1, expected a number of rows"),
    Mistake("train --validation 1.5", "--validation is 1.5", "a share below 1"),
    Mistake("train --folds 1", "--folds is 1, expected 2"),
    Mistake("train --fold 2", "--fold is 2", "--folds"),
    Mistake("train --folds 3 --fold 4", "--fold is 4, expected 1 to 3"),
    Mistake("train --class-weights heavy", "--class-weights is heavy", "balanced"),
    Mistake("train --metric precision", "--metric is precision", "one of accuracy"),
    Mistake("train --workers 0", "--workers is 0, expected 1 to 256"),
    Mistake("train --workers 257", "--workers is 257, expected 1 to 256"),
    Mistake("train --workers 1000", "--workers is 1000, expected 1 to 256"),
    Mistake("train --blocks 3", "--blocks is 3, expected a power of two", "batch size, 200"),
    Mistake("train --blocks 256", "--blocks is 256, expected a power of two"),
    Mistake(
      "train --blocks 128 --batch-norm", "--blocks is 128", "half of the batch", "--batch-norm"),
    Mistake("train --layers 0", "--layers is 0, expected 1 to 1000000"),
    Mistake("train --layers 64,,32", "--layers", "64,,32"),
    Mistake("train --layers 64,x", "--layers", "64,x"),
    Mistake("train --layers 64 --hidden 32", "--hidden", "--layers"),
    Mistake("train --dropout 1", "--dropout is 1.0", "less than 1"),
    Mistake("train --dropout -0.1", "--dropout is -0.1"),
    Mistake("train --label-smoothing 1.5", "--label-smoothing is 1.5"),
    Mistake("train --label-smoothing 0.1 --loss hinge", "--label-smoothing", "hinge"),
    Mistake("train --batch-norm --layer-norm", "--batch-norm", "--layer-norm"),
    Mistake("train --initializer he --scale 0.1", "--scale", "--initializer", "he"),
    Mistake("train --optimizer fast", "fast", "--optimizer"),
    Mistake("train --schedule sometimes", "sometimes", "--schedule"),
    Mistake("train --epochs 3 --iterations 5", "--epochs", "--iterations"),
    Mistake("train --epochs -1", "--epochs is -1"),
    Mistake("train --warm-up 5", "--warm-up", "--schedule cosine"),
    Mistake("train --step-epochs 5", "--step-epochs", "--schedule step"),
    Mistake("train --schedule cosine --warm-up 30 --iterations 30", "--warm-up is 30", "30 iter"),
    Mistake("train --schedule constant --decay 0.5", "--decay", "constant", "inverse"),
    Mistake("train --schedule cosine --decay 0.5", "--decay", "cosine"),
    Mistake("train --schedule plateau --decay 2", "--decay is 2.0", "plateau"),
    Mistake("train --batch-norm --batch 1", "--batch is 1", "--batch-norm"),
    Mistake("overfit --batch-norm --rows 1", "--rows is 1", "--batch-norm"),
    Mistake("gradcheck --batch-norm --rows 1", "--rows is 1", "--batch-norm"),
    Mistake("train --weight-decay -1", "--weight-decay is -1.0"),
    Mistake("train --l1 -1", "--l1 is -1.0"),
    Mistake("train --max-norm 0", "--max-norm is 0.0"),
    Mistake("train --clip-norm nan", "--clip-norm is nan"),
    Mistake("train --early-stopping 0", "--early-stopping is 0"),
    Mistake("train --average 1", "--average is 1.0"),
    Mistake("train --epochs 1 --batch 5000", "--batch is 5000", "1300 training rows"),
    Mistake("train --checkpoint-every -1", "--checkpoint-every is -1.0"),
    Mistake("evaluate runs/x --top 0", "--top is 0"),
    Mistake("overfit --rows 0", "--rows is 0"),
    Mistake("train --validation 1500", "--validation", "1500"),
    Mistake("train --seed -1", "--seed", "-1"),
    Mistake("train --random numpy --seed 4294967296", "--seed", "4294967296"),
    Mistake("train --random mt", "--random", "mt", "numpy"),
    Mistake("train --precision half", "--precision", "half", "double"),
    Mistake("train --sampling epoch --batch 1301", "--batch", "1301", "1300"),
    Mistake("train --data digits --format idx", "--format", "idx"),
    Mistake("train --format parquet", "--format", "parquet"),
    Mistake("train --output=", "--output"),
    Mistake("evaluate", "model"),
    Mistake("evaluate runs/x --split dev", "--split", "dev"),
    Mistake("predict runs/x", "files"),
    Mistake("gradcheck --rows 0", "--rows", "0"),
    Mistake("gradcheck --rows 1501", "--rows", "1501", "1500"),
    Mistake("gradcheck --hidden -1", "--hidden", "-1"),
    Mistake("gradcheck --sample 0", "--sample", "0"),
    Mistake("gradcheck --scale nan", "--scale", "nan"),
    Mistake("gradcheck --regularization -0.5", "--regularization", "-0.5"),
    Mistake("doctor --fast", "--fast"),
  ]

  @Test(
    "Usage errors exit with 2, name option and value, and write nothing", arguments: mistakes)
  func refuses(_ mistake: Mistake) throws { try mistake.demand() }

  @Test("Arguments that are not UTF-8 are refused by name before anything is written")
  func notUTF8() throws {
    let scratch = try TemporaryDirectory()
    let lines = [
      (#"train --iterations 1 --output $'runs/\xff'"#, #"what follows --output is 'runs/\xff'"#),
      (#"train --iterations 1 $'--output=é\xe9x'"#, #"argument 4 is '--output=é\xe9x'"#),
      (#"summary $'\xc3'"#, #"argument 2 is '\xc3'"#),
    ]
    for (line, message) in lines {
      let outcome = try Command.run(
        program: "/bin/bash", ["-c", "'\(Command.executable)' \(line)"], in: scratch.path)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(
        outcome.errors == "Error: \(message), which is not UTF-8; names of files have to be\n")
    }
    let inside = try Command.run(
      program: "/bin/bash",
      ["-c", #"mkdir $'a\xff' && cd $'a\xff' && '\#(Command.executable)' summary x"#],
      in: scratch.path)
    #expect(inside.status == 2)
    #expect(inside.errors.contains("the working directory is "))
    #expect(try scratch.names.count == 1)
  }

  @Test("A misspelled data set is refused with the known names")
  func misspelledData() throws {
    let outcome = try Command.run(["train", "--data", "fashion-mnits"])
    #expect(outcome.status == 1)
    for word in ["fashion-mnits", "digits", "fashion-mnist"] {
      #expect(outcome.errors.contains(word))
    }
  }
}
