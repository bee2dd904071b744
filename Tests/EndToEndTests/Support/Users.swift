import HTTPTransport
import Primitives

/// A stream of requests through the entry point, as users send them.
struct Users: Sendable {
  let url: String
  let perSecond: Int

  /// Sends requests until cancelled; answers how many there were, and how many failed.
  func run() async -> (requests: Int, failures: Int) {
    let client = HTTPClient(options: HTTPClientOptions())
    var requests = 0
    var failures = 0
    while !Task.isCancelled {
      requests += 1
      do throws(HTTPError) {
        let response = try await client.send(HTTPRequest(method: "GET", url: url, deadline: .seconds(5)))
        if response.status >= 500 { failures += 1 }
      } catch {
        failures += 1
      }
      // A cancelled sleep ends the loop.
      do { try await Task.sleep(for: .seconds(1) / perSecond) } catch { break }
    }
    await client.shutdown()
    return (requests, failures)
  }
}
