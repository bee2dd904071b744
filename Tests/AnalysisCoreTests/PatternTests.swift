import AnalysisCore
import Testing

@Suite("Patterns")
struct PatternTests {
  @Test(
    "match anywhere in a text, as RE2 does",
    arguments: [
      ("test", "latest", true), (".*", "", true), ("^a", "ba", false), ("a$", "ba", true),
      ("^(a|b)+$", "abab", true), ("^(a|b)+$", "abc", false), ("a{2,3}$", "xaa", true),
      ("^a{2}$", "a", false),
      ("[^0-9]", "123", false), ("[a-c-]+x", "b-x", true), ("\\d+\\.\\d", "v1.2", true),
      ("\\bcat\\b", "a cat.", true),
      ("\\bcat\\b", "concat", false), ("(?i)ERR", "err", true), ("[]]", "]", true), ("a|", "", true),
      ("(?:ab)*c", "ababc", true), ("x*?y", "xxy", true), ("é+", "caféé", true), ("a.c", "a\nc", false),
      ("{", "{", true), ("a{,2}", "a{,2}", true), ("\\AB\\z", "B", true), ("[\\w.]+@", "a.b@", true),
    ]
  )
  func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
    #expect(try Pattern(pattern).matches(text) == expected)
  }

  @Test(
    "are refused with a reason when they are none",
    arguments: [
      "(", ")", "*", "a**", "[", "[z-a]", "\\", "\\q", "(?<x", "(?=a)", "a{2000}", "((a{100}){100}){100}",
    ]
  )
  func refused(_ pattern: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
    #expect(error?.description.isEmpty == false)
  }

  @Test("take linear time where backtracking would not end")
  func linear() throws {
    #expect(try Pattern("(a*)*b").matches(String(repeating: "a", count: 5000)) == false)
    #expect(try Pattern("(a|a)*$").matches(String(repeating: "a", count: 5000)))
  }
}
