import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import TestSupport
import Testing

@Suite("Toy data sets")
struct ToyTests {
  @Test("Points and classes are NumPy's and scikit-learn's", arguments: ToyVectors.all.toys)
  func points(_ expected: ToyVectors.Points) throws {
    let data = try DatasetLibrary.load("\(expected.name):\(expected.seed)")
    #expect(data.training.labels == expected.labels)
    let rows = Samples.rows(data.training.features)
    for (row, point) in zip(expected.rows, expected.points) {
      for (ours, theirs) in zip(rows[row], point) {
        // Sines and cosines may differ in the last bit, which a sum near 0 shows at its terms' size.
        #expect(
          (ours - theirs).magnitude <= max(theirs.ulp, 1.0.ulp),
          "row \(row): \(ours), expected \(theirs)")
      }
    }
  }

  @Test("A toy is a training set of its own kind with the columns x and y", arguments: Toy.allCases)
  func kind(_ toy: Toy) throws {
    let data = try DatasetLibrary.load(toy.rawValue)
    #expect(data.kind == .toy && data.test == nil && !data.isTable && data.divisor == 1)
    #expect(data.training.features.columns?.map(\.name) == ["x", "y"])
    #expect(data.training.classNames == toy.classNames)
    #expect(Set(data.training.labels) == Set(toy.classNames.indices))
    #expect(DatasetLibrary.names.contains(toy.rawValue))
  }

  @Test("The name has the seed, which is 0 where none is given")
  func seeds() throws {
    func digest(_ name: String) throws -> String {
      try DatasetLibrary.load(name).training.digest()
    }
    #expect(try digest("spiral") == digest("spiral:0"))
    #expect(try digest("spiral") != digest("spiral:1"))
    #expect(try digest("moons:4294967295") != digest("moons"))
    #expect(DatasetLibrary.isName("spiral:7") && !DatasetLibrary.isName("./spiral:7"))
    #expect(DatasetLibrary.shortName(of: "spiral:7") == "spiral-seed-7")
    #expect(DatasetLibrary.shortName(of: "xor") == "xor")
  }

  @Test(
    "A wrong seed is answered with what was expected",
    arguments: [
      ("x", "found x"), ("", "found nothing"), ("-1", "found -1"), ("4294967296", "4294967296"),
      ("1.5", "found 1.5"), ("+3", "found +3"), ("1:2", "found 1:2"),
    ])
  func wrongSeed(_ seed: String, _ found: String) {
    let error = #expect(throws: FileError.self) { try DatasetLibrary.load("circles:\(seed)") }
    #expect(error?.path == "circles:\(seed)")
    #expect(error?.message.contains("a whole number from 0 to 4294967295") == true)
    #expect(error?.message.hasSuffix(found) == true)
  }

  @Test("A stream goes on behind the points")
  func stream() {
    var random = NumPyRandom(seed: 3)
    let first = Toy.spiral.dataset(using: &random)
    let second = Toy.spiral.dataset(using: &random)
    #expect(Samples.rows(first.features) == Samples.rows(Toy.spiral.dataset(seed: 3).features))
    #expect(Samples.rows(first.features)[1] != Samples.rows(second.features)[1])
  }
}
