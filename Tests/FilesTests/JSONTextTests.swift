import PerceptronFiles
import Testing

@Suite("JSON text")
struct JSONTextTests {
  private func duplicate(_ text: String) -> JSONText.DuplicateKey? {
    do {
      try JSONText.demandUniqueKeys(Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "A key that stands twice in an object is found, however it is written and wherever it is",
    arguments: [
      (#"{"a":1,"a":2}"#, ["a"]), (#"{"a":{"b":[1,{"c":1,"d":{},"c":2}]}}"#, ["a", "b", "c"]),
      (#"{"a":1,"\u0061":2}"#, ["a"]), (#"{"\uD83D\uDE00":1,"😀":2}"#, ["😀"]),
      (#"{"a\"b":1,"a\u0022b":2}"#, ["a\"b"]), (#"{"\/":1,"/":1}"#, ["/"]),
      (#"[{"x":0},{"y":"}","y":"{"}]"#, ["y"]), (#"{"é":1,"e\u0301":2}"#, ["é"]),
      (#" { "a" : "a" , "b" : [ "a" , "a" ] , "b" : 1 } "#, ["b"]),
    ])
  func found(text: String, path: [String]) {
    #expect(duplicate(text)?.path == path)
  }

  @Test(
    "Keys that stand once in each object are none, nor are texts that look like them",
    arguments: [
      "{}", "[]", #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":2}]"#, #"{"a":"b","b":"a"}"#,
      #"{"a":["a","a","b","b"],"b":"a"}"#, #"{"a\\":1,"a":2}"#, #"{"A":1,"a":2}"#, #""a""#, "1",
      #"{"a":"\"a\":1,\"a\":2"}"#,
    ])
  func unique(text: String) {
    #expect(duplicate(text) == nil)
  }

  @Test(
    "Text that is not JSON ends the search", arguments: ["{\"a", "{\"a\\", "}{", "\"", "{\"a\":"])
  func damaged(text: String) {
    #expect(duplicate(text) == nil)
  }

  @Test("The message names the key and its object")
  func description() {
    #expect(duplicate(#"{"a":1,"a":1}"#)?.description == #"the key "a" stands twice"#)
    #expect(
      duplicate(#"{"x":[{"y":{"a":1,"a":1}}]}"#)?.description
        == #"the key "a" stands twice in "x"."y""#)
  }
}
