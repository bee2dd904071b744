import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

/// Answers with bytes changed, lost and doubled: each reader ends with a value or a failure.
@Suite(.timeLimit(.minutes(2))) struct AnswerFuzzTests {
  private typealias Reader = @Sendable (HTTPResponse) throws(ProviderFailure) -> Void

  private static func json(_ read: @escaping @Sendable (JSONValue) throws(ProviderFailure) -> Void) -> Reader
  {
    { response throws(ProviderFailure) in try read(try ProviderRequest.json(of: response)) }
  }

  private static let readers: [(String, Reader)] = [
    (
      "#datatype,string,long,double\n#default,_result,,\n,result,table,_value\n,,0,\"1.5\"\n,,0,NaN\n",
      { response throws(ProviderFailure) in _ = try InfluxDBProvider.answer(from: response) }
    ),
    (
      #"{"results":[{"series":[{"columns":["time","v"],"values":[[1,2.5],[2,null]]}],"partial":true}]}"#,
      { response throws(ProviderFailure) in _ = try InfluxQL.answer(from: response) }
    ),
    (
      "<a><AccessKeyId>A</AccessKeyId><SecretAccessKey>&amp;</SecretAccessKey><Expiration>2026-01-01T00:00:00Z"
        + "</Expiration></a>",
      { response throws(ProviderFailure) in _ = try AWSCredentials.read(response.body) }
    ),
    (
      #"{"access_token":"t","expires_in":3600}"#,
      { response throws(ProviderFailure) in _ = try OAuth2Token.read(response) }
    ),
    (
      #"{"data":{"attributes":{"columns":[{"type":"group","name":"s","values":[["a"],["b"]]},"#
        + #"{"type":"number","values":[1,2.5]}]}}}"#,
      json { json throws(ProviderFailure) in _ = try DatadogScalars(json) }
    ),
    (
      #"[{"target":"a","datapoints":[[1,10],[null,20],["2",30]]},{"datapoints":[]}]"#,
      json { json throws(ProviderFailure) in _ = try GraphiteProvider.answer(from: json) }
    ),
    (
      #"{"timeseries":[{"data":[[1700000000,-0.126],[1,"NaN"]]},{"data":[[1e300,2e300]]}],"warnings":"w"}"#,
      json { json throws(ProviderFailure) in
        _ = try WavefrontProvider.answer(from: json, now: Instant(secondsSinceEpoch: 0))
      }
    ),
    (
      #"{"data":{"actor":{"account":{"nrql":{"results":[{"a":1},{"b":2}]}}}},"errors":[]}"#,
      { response throws(ProviderFailure) in
        _ = try NewRelicProvider.answer(from: try GraphQL.data(of: response))
      }
    ),
    (
      #"{"MetricDataResults":[{"Id":"a","Values":[1],"StatusCode":"Complete"},{"Id":"a","Values":[2]}],"Messages":[{}]}"#,
      json { json throws(ProviderFailure) in _ = CloudWatchProvider.answer(from: [json, json], isCut: false) }
    ),
  ]

  @Test(arguments: readers.indices)
  func `any bytes are an answer or a failure`(place: Int) {
    let (text, read) = Self.readers[place]
    let whole = Array(text.utf8)
    var random = SeededRandom(seed: UInt64(place) + 1)
    var (answers, failures) = (0, 0)
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(bytes[at], at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + 12))
        }
      }
      do throws(ProviderFailure) {
        try read(HTTPResponse(status: 200, body: bytes))
        answers += 1
      } catch {
        failures += 1
        #expect(!error.description.isEmpty && error.description.utf8.count < 2000)
      }
    }
    // Both happen, or the bytes were not changed enough, or too much.
    #expect(answers > 300 && failures > 300, "\(answers) answers, \(failures) failures")
  }
}
