import KubeClient
import KubeModel
import Primitives
import Testing

@Suite struct WatchDecoderTests {
  private static let added =
    #"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"é","resourceVersion":"5"}}}"#

  @Test func keepsALineWithoutAnEndForLater() throws {
    var decoder = WatchDecoder()
    try decoder.append(Array(Self.added.utf8))
    #expect(decoder.next() == nil)
    try decoder.append([UInt8(ascii: "\n")])
    #expect(decoder.next()?.resourceVersion == "5")
    #expect(decoder.next() == nil)
  }

  @Test func takesALastLineWithoutALineBreak() throws {
    var decoder = WatchDecoder()
    try decoder.append(Array(Self.added.utf8))
    try decoder.end()
    #expect(decoder.next() != nil)
  }

  @Test func saysThatAStreamWasCutOff() throws {
    var decoder = WatchDecoder()
    try decoder.append(Array(Self.added.utf8.dropLast(3)))
    #expect(throws: WatchDecoder.Failure.cutOff) { try decoder.end() }
  }

  @Test func skipsBlankLines() throws {
    var decoder = WatchDecoder()
    try decoder.append(Array("\r\n\n  \n\(Self.added)\r\n".utf8))
    try decoder.end()
    #expect(decoder.next() != nil)
  }

  @Test(arguments: ["<html>", "[1]", #"{"type":"NEW","object":{}}"#, #"{"type":"ADDED"}"#])
  func refusesALineThatIsNoEvent(line: String) {
    var decoder = WatchDecoder()
    #expect(throws: WatchDecoder.Failure.self) { try decoder.append(Array((line + "\n").utf8)) }
  }

  @Test func refusesALineThatIsTooLong() {
    var decoder = WatchDecoder(limit: 10)
    #expect(throws: WatchDecoder.Failure.lineTooLong(10)) { try decoder.append(Array("{          ".utf8)) }
  }

  @Test func readsAnErrorAsItsStatus() throws {
    var decoder = WatchDecoder()
    let line =
      #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
    try decoder.append(Array((line + "\n").utf8))
    guard case .error(let status)? = decoder.next() else {
      Issue.record("no error event")
      return
    }
    #expect(status.code == 410)
    #expect(KubeError(attempt: "watch", status: status).code == .gone)
  }
}
