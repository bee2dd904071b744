import Glibc
import HTTPTransport
import Testing

/// Waits until the condition holds; records an issue after a minute: machines under test are busy, and a
/// test that succeeds does not wait.
func eventually(
  _ what: Comment,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async -> Bool
) async {
  let deadline = ContinuousClock.now + .seconds(60)
  while ContinuousClock.now < deadline {
    if await condition() { return }
    // A cancelled test need not poll on.
    guard (try? await Task.sleep(for: .milliseconds(3))) != nil else { break }
  }
  Issue.record(what, sourceLocation: sourceLocation)
}

extension HTTPClient {
  /// The error of a request that must not succeed.
  func failure(_ request: HTTPRequest, sourceLocation: SourceLocation = #_sourceLocation) async -> HTTPError?
  {
    do throws(HTTPError) {
      let response = try await send(request)
      Issue.record("succeeded with \(response.status)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// Resident memory of this process in bytes.
func residentBytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, 128, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
