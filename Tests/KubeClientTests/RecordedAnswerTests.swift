import HTTPTransport
import KubeModel
import Primitives
import Testing

@testable import KubeClient

@Suite(.enabled(if: Recorded.isThere, "the recorded exchanges are not beside the repository"))
struct RecordedAnswerTests {
  @Test(arguments: [
    ("012-unknown-path", KubeError.Code.notFound, false), ("013-unknown-group", .notFound, false),
    ("014-unauthenticated", .forbidden, false), ("015-bad-token", .unauthorized, false),
    ("017-create-namespace-again-conflict", .alreadyExists, false),
    ("022-create-invalid-name", .invalid, false),
    ("025-create-in-missing-namespace", .notFound, false), ("027-create-malformed-json", .invalid, false),
    ("028-create-unsupported-media-type", .invalid, false), ("032-get-missing", .notFound, false),
    ("034-update-stale-conflict", .conflict, true), ("036-update-wrong-uid", .conflict, true),
    ("040-json-patch-test-fails", .invalid, false),
    ("043-merge-patch-stale-resourceversion", .conflict, true),
    ("049-apply-conflict", .conflict, false), ("053-apply-with-managedfields", .invalid, false),
    ("057-list-bad-continue", .invalid, false), ("070-watch-bad-resourceversion", .other, true),
    ("071-delete-precondition-uid-fails", .conflict, true), ("090-patch-immutable-selector", .invalid, false),
    ("134-custom-after-crd-deleted", .notFound, false),
    ("136-create-in-terminating-namespace", .forbidden, false),
  ])
  func readsTheCodeOfARefusal(file: String, code: KubeError.Code, isTransient: Bool) throws {
    let (status, _, body) = try Recorded.response(file)
    let bytes = body.string.map { Array($0.utf8) } ?? body.bytes()
    let error = KubeError(attempt: "cannot do it", response: HTTPResponse(status: status, body: bytes))
    #expect(error.code == code)
    #expect(error.isTransient == isTransient)
    #expect(error.message.hasPrefix("cannot do it: "))
    #expect(!error.message.contains("\n"))
    #expect((error.status == nil) == (body.string != nil))
  }

  @Test func readsAListWithThePagesToken() throws {
    let page = try #require(KubePage(try Recorded.response("055-list-limit-2").body))
    #expect(page.items.map(\.name) == ["p0", "p1"])
    #expect(page.items.allSatisfy { $0.kind == "ConfigMap" && $0.apiVersion == "v1" })
    #expect(page.resourceVersion == "7485")
    #expect(!page.continueToken.isEmpty)
    let last = try #require(KubePage(try Recorded.response("056-list-continue").body))
    #expect(last.items.map(\.name) == ["p2", "p3"] || !last.items.isEmpty)
  }

  @Test func readsBothFormsOfDiscoveryAlike() throws {
    var aggregated = Discovery()
    #expect(aggregated.add(aggregated: try Recorded.response("004-api-aggregated-discovery").body))
    #expect(aggregated.add(aggregated: try Recorded.response("005-apis-aggregated-discovery").body))
    var legacy = Discovery()
    for file in ["006-resource-list-apps-v1", "007-resource-list-v1"] {
      #expect(legacy.add(legacy: try Recorded.response(file).body))
    }
    for (kind, type) in legacy.types { #expect(aggregated.types[kind] == type, "\(kind)") }
    #expect(aggregated["apps/v1", "ReplicaSet"] == .replicaSets)
    #expect(aggregated["v1", "Namespace"] == .namespaces)
    #expect(aggregated["v1", "Scale"] == nil)
    #expect(aggregated["coordination.k8s.io/v1", "Lease"] == .leases)
    #expect(Discovery.legacyPaths(try Recorded.response("002-api-legacy").body) == ["/api/v1"])
    #expect(Discovery.legacyPaths(try Recorded.response("003-apis-legacy").body).contains("/apis/apps/v1"))
  }

  static let watches = [
    "066-watch", "067-watch-selector-turns-modified-into-added-and-deleted",
    "068-watch-initial-events-bookmark",
    "069-watch-too-old",
  ]

  /// The stream as the server sent it: a line for each event.
  private func lines(_ file: String) throws -> [UInt8] {
    let events = try #require(try Recorded.response(file).body.array)
    return events.flatMap { $0.bytes() + [UInt8(ascii: "\n")] }
  }

  @Test(arguments: watches)
  func decodesAWatchThatArrivesByteByByte(file: String) throws {
    let bytes = try lines(file)
    let whole = try Self.decode([bytes])
    #expect(!whole.isEmpty)
    #expect(try Self.decode(bytes.map { [$0] }) == whole)
  }

  @Test func decodesAWatchThatIsCutAnywhere() throws {
    let bytes = try lines(Self.watches[1])
    let whole = try Self.decode([bytes])
    for cut in 0...bytes.count {
      #expect(try Self.decode([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
  }

  @Test func readsTheBookmarkThatEndsTheInitialEvents() throws {
    let events = try Self.decode([try lines("068-watch-initial-events-bookmark")])
    guard case .bookmark(let version, let ends)? = events.last else {
      Issue.record("the last event is \(String(describing: events.last))")
      return
    }
    #expect(!version.isEmpty)
    #expect(ends)
  }

  private static func decode(_ chunks: [[UInt8]]) throws -> [WatchEvent] {
    var decoder = WatchDecoder()
    var events: [WatchEvent] = []
    for chunk in chunks {
      try decoder.append(chunk)
      while let event = decoder.next() { events.append(event) }
    }
    try decoder.end()
    while let event = decoder.next() { events.append(event) }
    return events
  }
}
