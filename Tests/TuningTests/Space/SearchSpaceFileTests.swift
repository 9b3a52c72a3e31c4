import Foundation
import PerceptronFiles
import PerceptronTuning
import TestSupport
import Testing

@Suite("Files of a search space")
struct SearchSpaceFileTests {
  private typealias Parameter = SearchSpace.Parameter

  private static let space = SearchSpace([
    Parameter("learning-rate", .values([.number(1e-3), .number(2e-3)])),
    Parameter(
      "regularization", .numbers(lower: 0.1, upper: 0.5, scale: .logarithmic, points: 5)),
    Parameter("hidden", .integers(lower: 50, upper: 150)),
    Parameter("depth", .values([.integer(1), .integer(2), .integer(3)])),
    Parameter(
      "width-2", .values([.integer(32), .integer(64)]),
      when: ["depth": [.integer(2), .integer(3)]]),
    Parameter("activation", .values([.text("relu"), .text("512,256")])),
    Parameter("norm", .values([.flag(true), .flag(false)]), when: ["activation": [.text("relu")]]),
  ])

  private static let text = """
    {"parameters": [
      {"name": "learning-rate", "values": [1e-3, 2e-3]},
      {"name": "regularization", "range": [0.1, 0.5], "scale": "log", "points": 5},
      {"name": "hidden", "range": [50, 150], "integer": true, "scale": "linear"},
      {"name": "depth", "values": [1, 2, 3]},
      {"name": "width-2", "values": [32, 64], "when": {"depth": [2, 3]}},
      {"name": "activation", "values": ["relu", "512,256"]},
      {"name": "norm", "values": [true, false], "when": {"activation": "relu"}}
    ]}
    """

  @Test("A file is read")
  func fileRead() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("space.json")
    try Data(Self.text.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try SearchSpace(contentsOf: path) == Self.space)
  }

  @Test("A file's faults name the file")
  func filesFaultsNameFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("space.json")
    #expect(throws: FileError.self) { try SearchSpace(contentsOf: path) }
    try Data("{\"parameters\": []}".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: FileError(path, "no parameters, expected at least one")) {
      try SearchSpace(contentsOf: path)
    }
  }

  @Test("Duplicate keys, and text that is not JSON, are refused by name")
  func keyStandsTwiceNoJSON() throws {
    let directory = try TemporaryDirectory()
    let text = #"{"parameters": [{"name": "a", "values": [1], "values": [2]}]}"#
    let path = try directory.write(Array(text.utf8), to: "space.json")
    let error = #expect(throws: FileError.self) { try SearchSpace(contentsOf: path) }
    #expect(error?.message.contains(#"the key "values" stands twice in "parameters""#) == true)
    let table = try directory.write(Array("a,b\n1,2\n".utf8), to: "space")
    #expect(
      throws: FileError(table, "expected a JSON file of settings to try, found a CSV table")
    ) { try SearchSpace(contentsOf: table) }
  }

  @Test("A space survives JSON to the last bit, with the kinds of its numbers")
  func spaceSurvivesJSONLastBit() throws {
    var space = Self.space
    space.parameters += [
      Parameter("whole", .values([.number(1), .number(2)])),
      Parameter("some", .values([.number(1), .number(0.1), .number(1e300)])),
      Parameter("large", .values([.integer(.max), .integer(.min)])),
      Parameter("third", .numbers(lower: 1.0 / 3, upper: 0.1 + 0.7, points: 2)),
      Parameter("tiny", .numbers(lower: .leastNonzeroMagnitude, upper: 1e308, scale: .logarithmic)),
      Parameter("zero", .numbers(lower: -0.0, upper: 1)),
      Parameter("log", .integers(lower: 1, upper: 1 << 53, scale: .logarithmic, points: 3)),
    ]
    let data = try JSONEncoder().encode(space)
    let again = try SearchSpace(json: data)
    #expect(again == space)
    #expect(try JSONDecoder().decode(SearchSpace.self, from: data) == space)
    for (again, parameter) in zipped(again.parameters, space.parameters) {
      let each = try JSONEncoder().encode(parameter)
      #expect(try JSONDecoder().decode(SearchSpace.Parameter.self, from: each) == parameter)
      let domain = try JSONEncoder().encode(parameter.domain)
      #expect(try JSONDecoder().decode(SearchSpace.Domain.self, from: domain) == parameter.domain)
      guard case (.values(let again), .values(let values)) = (again.domain, parameter.domain)
      else { continue }
      #expect(again.map(\.kind) == values.map(\.kind), "\(parameter.name)")
    }
  }

  @Test("Kinds of numbers can be specified")
  func kindsNumbersCanSaid() throws {
    func domain(_ fields: String) throws -> SearchSpace.Domain {
      try SearchSpace(json: Data("{\"parameters\": [{\"name\": \"a\", \(fields)}]}".utf8))
        .parameters[0].domain
    }
    func kinds(_ fields: String) throws -> [ParameterValue.Kind] {
      guard case .values(let values) = try domain(fields) else { return [] }
      return values.map(\.kind)
    }
    #expect(try kinds(#""values": [1, 2]"#) == [.integer, .integer])
    #expect(try kinds(#""values": [1, 0.5]"#) == [.number, .number])
    #expect(try kinds(#""values": [1, 2], "integer": false"#) == [.number, .number])
    #expect(try kinds(#""values": [1, 2], "integer": true"#) == [.integer, .integer])
    #expect(try domain(#""range": [1, 2]"#) == .numbers(lower: 1, upper: 2))
    #expect(try domain(#""range": [1, 2], "integer": false"#) == .numbers(lower: 1, upper: 2))
  }

  @Test(
    "A parameter's fault is named",
    arguments: [
      (
        #""range": [1, 2], "step": 1"#,
        "the key step, expected one of name, when, values, range, "
          + "scale, points, integer"
      ),
      (#""when": {}"#, "neither values nor a range, expected one of the two"),
      (#""values": [1], "range": [1, 2]"#, "values and a range, expected one of the two"),
      (
        #""values": [1], "points": 5"#,
        "the key points beside values, expected it beside a range only"
      ),
      (
        #""values": [1], "scale": "log""#,
        "the key scale beside values, expected it beside a range only"
      ),
      (#""values": 1"#, "values is 1, expected a list of numbers, texts, or true and false"),
      (
        #""values": [null]"#,
        "values is [null], expected a list of numbers, texts, or true and false"
      ),
      (
        #""values": [[1]]"#, "values is [[1]], expected a list of numbers, texts, or true and false"
      ),
      (#""values": []"#, "no values, expected at least one"),
      (#""values": [1, "a"]"#, "1 (integer) and a (text) in one list, expected values of one kind"),
      (#""values": ["a"], "integer": true"#, "integer is true, expected it beside numbers only"),
      (#""values": [0.5], "integer": true"#, "values is [0.5], expected whole numbers"),
      (#""range": [0.5, 2], "integer": true"#, "range is [0.5, 2], expected whole numbers"),
      (#""range": [1]"#, "range is [1], expected two numbers, such as [0.1, 0.5]"),
      (#""range": [1, 2, 3]"#, "range is [1, 2, 3], expected two numbers, such as [0.1, 0.5]"),
      (
        #""range": ["1", "2"]"#, "range is [\"1\", \"2\"], expected two numbers, such as [0.1, 0.5]"
      ),
      (
        #""range": {"lower": 1}"#,
        "range is {\"lower\": 1}, expected two numbers, such as [0.1, 0.5]"
      ),
      (#""range": [2, 1]"#, "the range 2.0..1.0, expected a lower end that is not above the upper"),
      (#""range": [1, 2], "scale": "ln""#, "scale is \"ln\", expected \"log\" or \"linear\""),
      (#""range": [1, 2], "scale": 1"#, "scale is 1, expected \"log\" or \"linear\""),
      (#""range": [1, 2], "points": 2.5"#, "points is 2.5, expected a whole number"),
      (#""range": [1, 2], "points": "5""#, "points is \"5\", expected a whole number"),
      (#""range": [1, 2], "integer": 1"#, "integer is 1, expected true or false"),
      (
        #""values": [1], "when": [2]"#,
        "when is [2], expected an object such as {\"depth\": [2, 3]}"
      ),
      (
        #""values": [1], "when": {"b": {}}"#,
        "when is {\"b\": {}}, expected a value or a list of values for each parameter"
      ),
      (
        #""values": [1], "when": {"b": 1}"#,
        "a condition about b, expected none, as no parameter comes before"
      ),
    ])
  func parametersFaultNamed(fields: String, expected: String) {
    #expect {
      try SearchSpace(json: Data("{\"parameters\": [{\"name\": \"a\", \(fields)}]}".utf8))
    } throws: {
      "\($0)" == "a: " + expected
    }
  }

  @Test(
    "A file's fault is named",
    arguments: [
      ("[]", "[], expected an object with the key parameters"),
      ("{}", "no key parameters, expected a list of parameters"),
      (#"{"parameters": 1}"#, "parameters that are 1, expected a list of parameters"),
      (#"{"parameters": [], "method": "grid"}"#, "the key method, expected only parameters"),
      (#"{"parameters": [1]}"#, "1, expected an object with a parameter's name"),
      (
        #"{"parameters": [{"values": [1]}]}"#,
        "a parameter {\"values\": [1]}, expected one whose name is a text"
      ),
      (
        #"{"parameters": [{"name": 1}]}"#,
        "a parameter {\"name\": 1}, expected one whose name is a text"
      ),
    ])
  func filesFaultNamed(text: String, expected: String) {
    #expect {
      try SearchSpace(json: Data(text.utf8))
    } throws: {
      "\($0)" == expected
    }
  }

  @Test(
    "Text that is not JSON is refused",
    arguments: ["", "{", "{\"parameters\": [", "{\"parameters\": [nan]}", "parameters"])
  func notJSONRefused(text: String) {
    #expect {
      try SearchSpace(json: Data(text.utf8))
    } throws: {
      ($0 as? SearchSpaceError)?.found.hasPrefix("what is not JSON") == true
    }
  }
}
