import HTTPTransport
import Primitives

/// The shop's users: a steady stream of requests through the entry point, with what became of them.
final class Users: Sendable {
  /// What users saw so far.
  struct Tally: Sendable {
    var requests = 0
    var failures = 0
    /// Answers by version, such as `shop v2`.
    var answers: [String: Int] = [:]
  }

  private let url: String
  private let perSecond: Int
  private let tally = Locked(Tally())

  init(url: String, perSecond: Int) {
    self.url = url
    self.perSecond = perSecond
  }

  var seen: Tally { tally.withLock { $0 } }

  /// Sends requests until cancelled; each counts, whatever becomes of it.
  func run() async {
    let client = HTTPClient(options: HTTPClientOptions())
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        group.addTask { await self.visit(client) }
        // A cancelled sleep ends the loop.
        do { try await Task.sleep(for: .seconds(1) / perSecond) } catch { break }
      }
    }
    await client.shutdown()
  }

  private func visit(_ client: HTTPClient) async {
    let request = HTTPRequest(method: "GET", url: url, deadline: .seconds(5))
    do throws(HTTPError) {
      let response = try await client.send(request)
      let line = response.body.prefix { $0 != UInt8(ascii: "\n") }
      let answer = String(decoding: line.prefix(64), as: UTF8.self)
      tally.withLock { tally in
        tally.requests += 1
        if response.status >= 500 { tally.failures += 1 }
        tally.answers[answer, default: 0] += 1
      }
    } catch {
      guard !Task.isCancelled else { return }
      tally.withLock { tally in
        tally.requests += 1
        tally.failures += 1
        tally.answers["no answer: \(error.message)", default: 0] += 1
      }
    }
  }
}
