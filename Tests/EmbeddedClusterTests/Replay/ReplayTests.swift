import EmbeddedCluster
import KubeModel
import Primitives
import Testing

/// Replays what a real API server was asked and compares the answers.
@Suite struct ReplayTests {
  /// Recordings that the server cannot answer yet, and why. The list may only shrink: an entry that passes fails
  /// the test.
  static let notYet: [Int: String] = [
    1: "the version names the build, and ours is another",
    10: "the checks behind readyz are those of a real server",
    54: "this target has no YAML reader of its own",
    69: "a real cluster puts certificates into every namespace",
    76: "a real server names the same cause twice",
    91: "needs the pods of the ReplicaSet controller",
    97: "needs the endpoint slices of the service controller",
    103: "needs the ReplicaSets of the deployment controller",
    118: "the documents leave out descriptions and the options of operations",
  ]

  /// Recordings of which only what both servers have is compared: the lists of all kinds.
  static let partial: Set<Int> = [3, 4, 5, 7, 8, 11]

  @Test func recordedExchangesAreAnsweredAsByARealServer() async throws {
    guard let recordings = try Recording.all() else {
      print("the recorded exchanges are not on this machine: nothing replayed")
      return
    }
    var replay = try Replay()
    var passed = 0
    for recording in recordings {
      let fault = try await replay.play(recording)
      if fault == nil { passed += 1 }
      if let reason = Self.notYet[recording.number] {
        #expect(fault != nil, "\(recording.file) passes now: take it off the list (\(reason))")
      } else if let fault {
        Issue.record("\(recording.file): \(fault)")
      }
    }
    print("\(passed) of \(recordings.count) recorded exchanges are answered as by a real server")
  }
}

/// A server under replay.
struct Replay {
  private let store: ClusterStore
  private let server: APIServer
  private var comparison = Comparison()

  init() throws {
    let cluster = try EmbeddedCluster(options: EmbeddedClusterOptions(access: .token("right")))
    store = cluster.store
    server = APIServer(store: store, access: .token("right"))
  }

  /// What is different in the answer; nil when it is the same.
  mutating func play(_ recording: Recording) async throws -> String? {
    try ReplaySetup.prepare(recording.number, store, recording)
    let request = request(for: recording)
    let response = await server.respond(to: request)
    let ours: JSONValue
    switch response.body {
    case .bytes(let bytes):
      let isJSON = bytes.first == UInt8(ascii: "{")
      ours = isJSON ? try JSONValue(parsing: bytes) : .string(String(decoding: bytes, as: UTF8.self))
    case .watch(let plan):
      ours = .array(try await plan.firstEvents(recording.responseBody.array?.count ?? 0))
    case .stream: return "a stream is no answer"
    }
    comparison.learn(recorded: recording.responseBody, ours: ours)
    return fault(recording, response, ours)
  }

  private func request(for recording: Recording) -> APIRequest {
    var headers = recording.headers
    // The recordings leave out the credentials, but for the two that are about them.
    if recording.number != 14, headers["Authorization"] == nil { headers["Authorization"] = "Bearer right" }
    headers["User-Agent"] = "python-requests/2.32"
    headers["Host"] = "127.0.0.1:6443"
    let body: [UInt8]
    switch comparison.translated(recording.requestBody) {
    case .null: body = []
    // The answer quotes the body as it was written.
    case _ where recording.number == 123:
      body = Array("{\"metadata\": {\"name\": \"w4\"}, \"spec\": {}}".utf8)
    case .string(let text): body = Array(text.utf8)
    case let value: body = value.bytes()
    }
    return APIRequest(
      method: recording.method,
      target: comparison.translated(target: recording.target),
      header: { headers[$0] },
      body: body
    )
  }

  private func fault(_ recording: Recording, _ response: APIResponse, _ ours: JSONValue) -> String? {
    guard response.status == recording.status else {
      return "status \(response.status), not \(recording.status): \(ours)"
    }
    for name in ["Content-Type", "Warning"] {
      let mine = response.headers.first { $0.0 == name }?.1
      guard mine == recording.responseHeaders[name] else {
        return "\(name) is \(mine ?? "absent"), not \(recording.responseHeaders[name] ?? "absent")"
      }
    }
    var (theirs, mine) = (Comparison.essence(recording.responseBody), Comparison.essence(ours))
    if ReplayTests.partial.contains(recording.number) { (theirs, mine) = Comparison.common(theirs, mine) }
    return Comparison.difference(theirs, mine)
  }
}

extension WatchPlan {
  /// The first events of the watch.
  func firstEvents(_ count: Int) async throws -> [JSONValue] {
    var session = open()
    // What has happened is in the stream already; nothing more is awaited.
    session.stop()
    var events: [JSONValue] = []
    while events.count < count, let line = await session.next() {
      events.append(try JSONValue(parsing: line))
    }
    return events
  }
}
