import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// `bench worker`: Perceptron's side of the comparison with the peers. `bench peers` starts it.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Answer bench peers as one of the programs compared.",
    shouldDisplay: false)

  func run() throws {
    var worker = PerceptronWorker()
    let encoder = JSONEncoder()
    while let line = readLine() {
      var answer = PeerProtocol.Answer()
      do {
        answer = try worker.answer(
          try JSONDecoder().decode(PeerProtocol.Request.self, from: Data(line.utf8)))
      } catch {
        answer.error = "\(error)"
      }
      try Console.output(String(decoding: try encoder.encode(answer), as: UTF8.self))
    }
  }
}
