import PerceptronTuning
import Testing

@Suite("Text form of a search space")
struct SearchSpaceTextTests {
  @Test(
    "A text is read, and its domain's description read again",
    arguments: [
      (
        "1e-3,2e-3", ParameterValue.Kind.number,
        SearchSpace.Domain.values([.number(1e-3), .number(2e-3)])
      ),
      (" 1 , 2 ", .number, .values([.number(1), .number(2)])),
      ("50", .integer, .values([.integer(50)])),
      ("-5,+3", .integer, .values([.integer(-5), .integer(3)])),
      ("0.1..0.5", .number, .numbers(lower: 0.1, upper: 0.5)),
      ("0.1 .. 0.5 : log", .number, .numbers(lower: 0.1, upper: 0.5, scale: .logarithmic)),
      ("0.1..0.5:log:5", .number, .numbers(lower: 0.1, upper: 0.5, scale: .logarithmic, points: 5)),
      ("0.1..0.5:linear:5", .number, .numbers(lower: 0.1, upper: 0.5, points: 5)),
      ("0.1..0.5:5", .number, .numbers(lower: 0.1, upper: 0.5, points: 5)),
      ("-1..1", .number, .numbers(lower: -1, upper: 1)),
      ("1e-5..1E-1:log", .number, .numbers(lower: 1e-5, upper: 0.1, scale: .logarithmic)),
      ("50..150", .integer, .integers(lower: 50, upper: 150)),
      ("50..150:5", .integer, .integers(lower: 50, upper: 150, points: 5)),
      ("-3..-1", .integer, .integers(lower: -3, upper: -1)),
      ("1..64:log:7", .integer, .integers(lower: 1, upper: 64, scale: .logarithmic, points: 7)),
      ("relu, tanh", .text, .values([.text("relu"), .text("tanh")])),
      ("a..b:2", .text, .values([.text("a..b:2")])),
      ("512,256;128", .text, .values([.text("512,256"), .text("128")])),
      ("512,256;", .text, .values([.text("512,256")])),
      ("true,false", .flag, .values([.flag(true), .flag(false)])),
    ])
  func textReadDomainsDescriptionRead(
    text: String, kind: ParameterValue.Kind, expected: SearchSpace.Domain
  ) throws {
    let parameter = try SearchSpace.Parameter("width", parsing: text, as: kind)
    #expect(parameter == SearchSpace.Parameter("width", expected))
    if case .values(let values) = parameter.domain {
      #expect(values.allSatisfy { $0.kind == kind })
    }
    let again = try SearchSpace.Parameter("width", parsing: "\(parameter.domain)", as: kind)
    #expect(again == parameter)
  }

  @Test(
    "An invalid text is refused with the part at fault",
    arguments: [
      ("", ParameterValue.Kind.number, "width: an empty value, expected a number"),
      ("1,,2", .number, "width: an empty value in 1,,2, expected a number"),
      ("1,2,", .integer, "width: an empty value in 1,2,, expected a whole number"),
      ("a,,b", .text, "width: an empty value in a,,b, expected a text"),
      ("a;;b", .text, "width: an empty value in a;;b, expected a text"),
      ("a;b;", .text, "width: an empty value in a;b;, expected a text"),
      (";", .text, "width: an empty value in ;, expected a text"),
      ("1,x", .number, "width: x in 1,x, expected a number"),
      ("0x10", .number, "width: 0x10, expected a number"),
      ("nan", .number, "width: nan, expected a number"),
      ("1e999", .number, "width: the value inf, expected a finite number"),
      ("0.5", .integer, "width: 0.5, expected a whole number"),
      ("1,1.0", .number, "width: the value 1 twice, expected values that differ"),
      ("yes", .flag, "width: yes, expected true or false"),
      ("1..", .number, "width: an empty value in 1.., expected a number"),
      ("1..2..3", .number, "width: 2..3 in 1..2..3, expected values or one range"),
      ("1..2,5", .number, "width: 2,5 in 1..2,5, expected a number"),
      (
        "2..1", .number,
        "width: the range 2.0..1.0, expected a lower end that is not above the upper"
      ),
      (
        "0..1:log", .number,
        "width: the logarithmic range 0.0..1.0, expected a lower end above 0"
      ),
      ("1..2:lg", .number, "width: lg in 1..2:lg, expected log, linear or how many points"),
      (
        "1..2:5:log", .number,
        "width: :log in 1..2:5:log, expected no more than a scale and how many points"
      ),
      (
        "1..2:", .number, "width: an empty value in 1..2:, expected log, linear or how many points"
      ),
      (
        "1..2:1", .number,
        "width: 1 point in a range, expected at least 2, as both ends are among them"
      ),
      ("1:1..2", .number, "width: 1 in 1:1..2, expected a range such as 1..2"),
    ])
  func textSaysNothingRefusedWith(
    text: String, kind: ParameterValue.Kind, expected: String
  ) {
    #expect {
      try SearchSpace.Parameter("width", parsing: text, as: kind)
    } throws: { error in
      "\(error)" == expected && (error as? SearchSpaceError)?.parameter == "width"
    }
  }
}
