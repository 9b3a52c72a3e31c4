import Foundation
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import TestSupport
import Testing
@testable import PerceptronTuning

/// Searches among several ranks against the same search alone.
@Suite("A search among ranks", .mayHang)
struct RankSearchTests {
  /// A mailbox that counts the messages of its rank.
  private final class CountingMailbox: Mailbox {
    let inner: any Mailbox
    let sent: Locked<Int>
    /// The number of the message that is not sent: the rank fails instead.
    let last: Int?

    init(_ inner: any Mailbox, counting sent: Locked<Int>, failingAfter last: Int? = nil) {
      (self.inner, self.sent, self.last) = (inner, sent, last)
    }

    var rank: Int { inner.rank }
    var size: Int { inner.size }

    func send(_ bytes: [UInt8], to rank: Int) throws {
      let count = sent.withLock {
        $0 += 1; return $0
      }
      if let last, count > last { throw Broken() }
      try inner.send(bytes, to: rank)
    }

    func receive() throws -> (rank: Int, bytes: [UInt8])? { try inner.receive() }
  }

  private struct Broken: Error {}

  /// Runs a search as several ranks, of which rank 0 has a study. The others wait until rank 1 has begun its
  /// first trial, before they have trained all.
  ///
  /// - Parameters:
  ///   - last: the number of messages after which rank 1 fails.
  ///   - stop: asked on rank 0.
  /// - Returns: the number of rank 1's messages.
  @discardableResult
  private static func run(
    _ study: Study, _ settings: [Experiment], _ method: NetworkSearch.Method = .sideBySide,
    ranks: Int, failingAfter last: Int? = nil, checkpointEvery: Double = 1,
    stop: @escaping @Sendable () -> Bool = { false }
  ) throws -> Int {
    let (definition, trials) = (study.definition, study.trials.map(\.parameters))
    // A thread that ends must not keep the study, whose folder it locks.
    let whole = Locked<Study?>(study)
    let sent = Locked(0)
    // Where nothing is left to train, nobody begins.
    let hasEnded = Locked(study.waiting.isEmpty)
    // Ready, and the first trial's beginning.
    let begun = min(2, last ?? 2)
    _ = try ThreadCommunicator.run(ranks) { ranks in
      let own =
        try whole.withLock { ranks.rank == 0 ? $0.take() : nil }
        ?? Study(definition: definition, trials: trials)
      var search = try NetworkSearch(own, on: SearchSamples.data, settings: settings)
      search.method = method
      search.checkpointEvery = checkpointEvery
      search.workers = 1
      let waitForFirst: @Sendable () -> Void = {
        while sent.withLock({ $0 }) < begun && !hasEnded.withLock({ $0 }) { usleep(100) }
      }
      if ranks.rank > 0 {
        let isFirst = ranks.rank == 1
        if !isFirst { waitForFirst() }
        defer { if isFirst { hasEnded.withLock { $0 = true } } }
        // Rank 0 alone is asked whether to stop.
        try search.run(
          among: isFirst ? CountingMailbox(ranks, counting: sent, failingAfter: last) : ranks,
          stop: { true })
        return
      }
      let thread = UInt(pthread_self())
      try search.run(
        among: ranks,
        stop: {
          // The thread that trains, not the one that answers.
          if ranks.size > 1 && UInt(pthread_self()) == thread { waitForFirst() }
          return stop()
        })
    }
    return sent.withLock { $0 }
  }

  /// The study of a sample in a folder, and its settings with folds where it has some.
  private static func study(_ sample: StudyDealTests.Sample, in folder: String) throws -> Study {
    let whole = try sample.search().study
    return try Study.create(
      at: folder, definition: whole.definition, trials: whole.trials.map(\.parameters))
  }

  @Test(
    "Ranks have the numbers and the best network of one process, to the last bit",
    arguments: StudyDealTests.samples.dropFirst(), [1, 2, 3])
  func sameBits(_ sample: StudyDealTests.Sample, ranks: Int) throws {
    let scratch = try TemporaryDirectory()
    let alone = try Self.study(sample, in: scratch.file("alone"))
    var search = try NetworkSearch(alone, on: SearchSamples.data, settings: sample.settings)
    search.method = sample.method
    try search.run()
    let among = try Self.study(sample, in: scratch.file("ranks"))
    let messages = try Self.run(among, sample.settings, sample.method, ranks: ranks)
    // At least a trial's beginning, a measurement, and its end.
    #expect(ranks == 1 ? messages == 0 : messages > 4)
    #expect(among.isOver && among.trials.map(\.timeless) == alone.trials.map(\.timeless))
    #expect(among.best?.id == alone.best?.id)
    #expect(
      try scratch.bytes(of: "ranks/best.safetensors")
        == scratch.bytes(of: "alone/best.safetensors"))
    #expect(try scratch.names(in: "ranks") == scratch.names(in: "alone"))
    // The journal says the same.
    let read = try Study.read(at: scratch.file("ranks"))
    #expect(read.trials.map(\.timeless) == alone.trials.map(\.timeless))
  }

  @Test(
    "Of trials that are pruned, each rank has what they would have shown, and the others their results",
    arguments: [2, 3], [[], [0, 1]])
  func pruning(ranks: Int, seeds: [Int]) throws {
    let settings = SearchPruningTests.settings.flatMap { own in
      (seeds.isEmpty ? [4] : seeds).map { seed in
        var own = own
        own.training.seed = UInt64(seed)
        return own
      }
    }
    let whole = try SearchSamples.trials(settings)
    let definition = StudyDefinition(
      space: SearchSpace([.init("number", .integers(lower: 0, upper: 8))]), method: .grid,
      pruning: .successiveHalving(minimum: 10, factor: 3), seeds: seeds)
    let scratch = try TemporaryDirectory()
    let study = try Study.create(
      at: scratch.file("study"), definition: definition,
      trials: definition.trials(of: try definition.points()))
    try Self.run(study, settings, ranks: ranks)
    #expect(study.isOver)
    // Whoever comes to a rung first survives it, so that it depends on the order how many are pruned.
    #expect(study.trials.contains { $0.state == .done })
    for (trial, other) in zipped(study.trials, whole) {
      let shown = trial.measurements.map(\.value)
      #expect(shown == other.measurements.prefix(shown.count).map(\.value))
      if trial.state == .done { #expect(trial.timeless == other.timeless) }
    }
    for point in study.configurations where point.trials[0].state == .pruned {
      #expect(point.trials.allSatisfy { $0.state == .pruned })
    }
  }

  @Test("A search that is stopped again and again, among other numbers of ranks, finds the same")
  func stopped() throws {
    let expected = try SearchResumeTests.uninterrupted()
    let folder = try TemporaryDirectory()
    let path = folder.file("study")
    var rounds = 0
    var isOver = false
    while !isOver && rounds < 200 {
      let study = try SearchSamples.study(of: SearchResumeTests.settings.count, in: path)
      let count = SearchResumeTests.Count()
      // The service of the others asks, too.
      try Self.run(
        study, SearchResumeTests.settings, ranks: [2, 3, 1][rounds % 3], checkpointEvery: 0,
        stop: { count.next() > 25 })
      isOver = study.isOver
      rounds += 1
    }
    #expect(isOver && rounds > 1)
    let study = try Study.resume(at: path)
    try SearchResumeTests.Findings(study, in: path).expect(expected, "stopped")
  }

  @Test(
    "Trials of a process that is killed are trained by other numbers of ranks",
    .timeLimit(.minutes(10)))
  func killed() throws {
    let expected = try SearchResumeTests.uninterrupted()
    let folder = try TemporaryDirectory()
    let (whole, killed) = (folder.file("whole"), folder.file("killed-"))
    // What a kill would leave: the folder as it is at the moment.
    let count = SearchResumeTests.Count()
    try Self.run(
      try SearchSamples.study(of: SearchResumeTests.settings.count, in: whole),
      SearchResumeTests.settings, ranks: 3, checkpointEvery: 0
    ) {
      let step = count.next()
      if step % 40 == 3 {
        try? FileManager.default.copyItem(atPath: whole, toPath: "\(killed)\(step)")
      }
      return false
    }
    let copies = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("killed") && Study.exists(at: folder.file($0))
    }
    #expect(!copies.isEmpty)
    for (number, copy) in copies.enumerated() {
      let study = try SearchSamples.study(
        of: SearchResumeTests.settings.count, in: folder.file(copy))
      try Self.run(study, SearchResumeTests.settings, ranks: 1 + number % 3)
      try SearchResumeTests.Findings(study, in: folder.file(copy)).expect(expected, copy)
    }
  }

  @Test("A rank that is lost ends the search; what was recorded stays", arguments: [1, 2, 5])
  func lost(after messages: Int) throws {
    let scratch = try TemporaryDirectory()
    let settings = SearchResumeTests.settings
    let path = scratch.file("study")
    do {
      let study = try SearchSamples.study(of: settings.count, in: path)
      #expect(throws: Broken.self) {
        try Self.run(study, settings, ranks: 2, failingAfter: messages)
      }
      #expect(!study.isOver)
    }
    let study = try SearchSamples.study(of: settings.count, in: path)
    try Self.run(study, settings, ranks: 3)
    let expected = try SearchResumeTests.uninterrupted()
    try SearchResumeTests.Findings(study, in: path).expect(expected, "\(messages)")
  }

  @Test("A rank that comes when all is over is told so")
  func late() throws {
    let settings = SearchResumeTests.settings
    let study = try SearchSamples.study(of: settings.count)
    let (definition, trials) = (study.definition, study.trials.map(\.parameters))
    _ = try ThreadCommunicator.run(2) { ranks in
      if ranks.rank == 1 { while !study.isOver { usleep(1000) } }
      let own = ranks.rank == 0 ? study : try Study(definition: definition, trials: trials)
      try NetworkSearch(own, on: SearchSamples.data, settings: settings).run(among: ranks)
    }
    #expect(study.trials.map(\.timeless) == (try SearchSamples.trials(settings)).map(\.timeless))
  }

  @Test("The error of another rank ends the search of all, with its number")
  func failure() throws {
    let settings = SearchResumeTests.settings
    let scratch = try TemporaryDirectory()
    let path = scratch.file("study")
    let study = try SearchSamples.study(of: settings.count, in: path)
    let first = try NetworkSearch(study, on: SearchSamples.data, settings: settings)
      .parts(of: study.waiting, for: 2)[0]
    // The first part is another rank's; rank 0 waits until that has begun, here until it has failed.
    try scratch.write([1, 2, 3], to: "study/" + SearchCheckpoints(in: path, of: first).sideBySide)
    #expect {
      try Self.run(study, settings, ranks: 2)
    } throws: { error in
      guard let failure = error as? RankFailure else { return false }
      return failure.rank == 1 && failure.message.contains("sweep-\(first.number)-of-6.safetensors")
        && failure.description.hasPrefix("rank 1: ")
    }
    #expect(!study.isOver)
  }

  @Test("Where a rank cannot begin, all end with its error")
  func noBeginning() throws {
    let settings = SearchResumeTests.settings
    let study = try SearchSamples.study(of: settings.count)
    let (definition, trials) = (study.definition, study.trials.map(\.parameters))
    let ended = Locked<Set<Int>>([])
    #expect {
      _ = try ThreadCommunicator.run(3) { ranks in
        let own = ranks.rank == 0 ? study : try Study(definition: definition, trials: trials)
        var search = try NetworkSearch(own, on: SearchSamples.data, settings: settings)
        if ranks.rank == 1 { search.workers = 0 }
        defer { ended.withLock { _ = $0.insert(ranks.rank) } }
        try search.run(among: ranks)
      }
    } throws: { error in
      (error as? RankFailure)?.rank == 1 && "\(error)".contains("workers")
    }
    #expect(ended.withLock { $0 } == [0, 1, 2])
  }

  @Test("A message that is not expected ends the search of both ranks", arguments: 0..<4)
  func unexpected(number: Int) throws {
    let settings = SearchResumeTests.settings
    let study = try SearchSamples.study(of: settings.count)
    let search = try NetworkSearch(study, on: SearchSamples.data, settings: settings)
    let part = try SearchLetter(
      LeaderMessage.part(search.parts(of: study.waiting, for: 2)[0])
    ).encoded
    let pruned = try SearchLetter(LeaderMessage.pruned(trials: [])).encoded
    // What rank 1 sends, or rank 0 answers to its first message; nobody else waits longer than 10 s.
    let (sender, letters) = [
      (1, [[1, 2, 3]]), (0, [[1, 2, 3]]), (0, [pruned]), (0, [part, pruned]),
    ][number]
    let definition = study.definition
    let trials = study.trials.map(\.parameters)
    #expect(
      throws: SearchLetter<LeaderMessage>.unexpected(from: sender)
    ) {
      _ = try ThreadCommunicator.run(2) { ranks in
        if ranks.rank != sender {
          let own = try Study(definition: definition, trials: trials)
          try NetworkSearch(own, on: SearchSamples.data, settings: settings).run(among: ranks)
          return
        }
        func wait() throws -> Bool {
          for _ in 0..<10_000 {
            if try ranks.receive() != nil { return true }
            usleep(1000)
          }
          return false
        }
        if sender == 0 { _ = try wait() }
        // After more than 20 ms, a rank that has a part looks for letters before its first step.
        usleep(30_000)
        for letter in letters { try ranks.send(letter, to: 1 - sender) }
        do { while try wait() {} } catch is RankLost { return }
        throw Broken()
      }
    }
  }

  @Test("Parts are few times as many as ranks, have all trials that wait, and the costliest first")
  func parts() throws {
    let sample = StudyDealTests.samples[3]
    let search = try sample.search()
    for ranks in 1...8 {
      let parts = search.parts(of: search.study.waiting, for: ranks)
      #expect(parts.count == min(3 * ranks, 18) && parts.allSatisfy { $0.count == 3 * ranks })
      #expect(parts.flatMap(\.trials).sorted() == Array(0..<18))
      let costs = parts.map { search.work(of: $0.trials).operations }
      #expect(costs == costs.sorted(by: >))
    }
    // Few trials that are next to each other are cut further.
    let few = search.parts(of: [0, 2, 4, 6], for: 3)
    #expect(few.count >= 3 && few.flatMap(\.trials).sorted() == [0, 2, 4, 6])
    #expect(search.parts(of: [5], for: 3).map(\.trials) == [[5]])
  }

  @Test("A letter has its message and the bytes that follow")
  func letters() throws {
    let bytes: [UInt8] = [10, 0, 10, 13, 255]
    let sent = SearchLetter(FollowerMessage.failed(message: "two\nlines"), bytes)
    let read = try SearchLetter<FollowerMessage>(parsing: sent.encoded, from: 1)
    guard case .failed(let message) = read.message else { Issue.record("not failed"); return }
    #expect(message == "two\nlines" && read.bytes == bytes)
    #expect(throws: SearchLetter<LeaderMessage>.unexpected(from: 2)) {
      try SearchLetter<LeaderMessage>(parsing: sent.encoded, from: 2)
    }
    // Infinite losses and NaN are told, too.
    let measured = FollowerMessage.event(
      .measured(trial: 1, measurement: Measurement(iteration: 3, loss: .infinity, value: .nan)))
    guard
      case .event(.measured(1, let measurement)) = try SearchLetter<FollowerMessage>(
        parsing: SearchLetter(measured).encoded, from: 1
      ).message
    else { Issue.record("not measured"); return }
    #expect(measurement.loss == .infinity && measurement.value?.isNaN == true)
  }
}
