package import HTTPTransport
import Primitives

/// The query API of Elastic Load Balancing, version 2: signed forms, and pages of XML.
package struct LoadBalancerAPI: Sendable {
  /// The request for a form, signed for a region; the URL is that of the region's endpoint.
  package typealias Signer =
    @Sendable (_ form: String, _ region: String?) async -> Result<HTTPRequest, RouteFailure>

  /// So many pages of one answer are read; with 400 load balancers, or 100 rules, on each.
  private static let longestAnswer = 50
  /// What AWS calls it when too much was asked.
  private static let throttling = ["Throttling", "ThrottlingException", "RequestLimitExceeded"]

  private let client: HTTPClient
  private let sign: Signer

  package init(client: HTTPClient, sign: @escaping Signer) {
    self.client = client
    self.sign = sign
  }

  /// The members of a list in the answer, of all pages.
  func list(
    _ action: String,
    _ parameters: [(String, String)],
    of name: String,
    region: String?
  ) async throws(RouteFailure) -> [XMLElement] {
    var members: [XMLElement] = []
    var marker: String?
    for _ in 0..<Self.longestAnswer {
      let more = marker.map { [("Marker", $0)] } ?? []
      let result = try await ask(action, parameters + more, region)
      members += result.members(name)
      marker = result.text("NextMarker")
      guard marker != nil else { return members }
    }
    throw RouteFailure(.invalid, "AWS, \(action): the answer has more than \(Self.longestAnswer) pages")
  }

  private func ask(_ action: String, _ parameters: [(String, String)], _ region: String?)
    async throws(RouteFailure) -> XMLElement
  {
    let fields = [("Action", action), ("Version", "2015-12-01")] + parameters
    let form = fields.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
    let request = try await sign(form, region).get()
    let answer = try await send(request, action)
    let document = XMLElement(parsing: answer.body)
    guard answer.status == 200 else { throw refusal(answer, document, action) }
    guard let result = document?["\(action)Result"] else {
      throw RouteFailure(.invalid, "AWS, \(action): the answer is not what the API says: \(excerpt(answer))")
    }
    return result
  }

  private func send(_ request: HTTPRequest, _ action: String) async throws(RouteFailure) -> HTTPResponse {
    do throws(HTTPError) {
      return try await client.send(request)
    } catch {
      let kind: RouteFailure.Kind = error.isTransient ? .unreachable : .invalid
      throw RouteFailure(kind, "AWS, \(action): \(error.request): \(error.message)")
    }
  }

  /// What an answer that is no success means.
  private func refusal(_ answer: HTTPResponse, _ document: XMLElement?, _ action: String) -> RouteFailure {
    let error = document?["Error"]
    let code = error?.text("Code") ?? ""
    let kind: RouteFailure.Kind =
      if Self.throttling.contains(code) || answer.status >= 500 || answer.status == 429 {
        .unreachable
      } else if answer.status == 401 || answer.status == 403 {
        .refused
      } else {
        .invalid
      }
    let said = error.map { "\($0.text("Code") ?? ""): \($0.text("Message") ?? "")" } ?? excerpt(answer)
    return RouteFailure(kind, "AWS, \(action): the answer is \(answer.status), \(said)")
  }

  private func excerpt(_ answer: HTTPResponse) -> String {
    String(decoding: answer.body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline)
      .joined(separator: " ")
  }

  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~".utf8.contains(byte)
        }
      if isPlain { return String(decoding: [byte], as: UTF8.self) }
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}
