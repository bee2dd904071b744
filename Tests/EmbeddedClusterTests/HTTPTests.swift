import EmbeddedCluster
import KubeModel
import Logging
import Primitives
import ServiceLifecycle
import Testing

/// The API over real sockets.
@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
  private static let configMaps = "/api/v1/namespaces/default/configmaps"

  private func post(_ body: String, length: Int? = nil) -> String {
    "POST \(Self.configMaps) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func aBodyOverTheLimitIsTooLargeAndTheServerGoesOn() async throws {
    try await RunningCluster.run { running in
      let large = try RawConnection(port: running.port)
      try await large.send(post(#"{"data":""# + String(repeating: "a", count: 4 << 20) + #""}"#))
      #expect(try await large.read(until: "\r\n").hasPrefix("HTTP/1.1 413"))
      let next = try RawConnection(port: running.port)
      try await next.send(post(#"{"metadata":{"name":"a"}}"#))
      #expect(try await next.read(until: "\r\n").hasPrefix("HTTP/1.1 201"))
    }
  }

  @Test func malformedBodiesAndHalfRequestsDoNoHarm() async throws {
    try await RunningCluster.run { running in
      for body in ["{{{", "", "[]", "null", "\"x\"", "{\"metadata\":{\"name\":7}}"] {
        let connection = try RawConnection(port: running.port)
        try await connection.send(post(body))
        let line = try await connection.read(until: "\r\n").prefix(15)
        #expect(line.hasPrefix("HTTP/1.1 4"), "\(body): \(line)")
      }
      do {
        let half = try RawConnection(port: running.port)
        try await half.send(post("{", length: 100))
      }
      let next = try RawConnection(port: running.port)
      try await next.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await next.read(until: "ok").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func aWatchEndsWithItsConnection() async throws {
    try await RunningCluster.run { running in
      let store = running.cluster.store
      let before = store.watchCount
      do {
        let watch = try RawConnection(port: running.port)
        try await watch.send("GET \(Self.configMaps)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(
          try await watch.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"),
          "the headers come before any event"
        )
        _ = try store.create(.configMaps, ["metadata": ["name": "a", "namespace": "default"]])
        #expect(try await watch.read(until: "ADDED").contains("ADDED"))
        #expect(store.watchCount == before + 1)
      }
      for _ in 0..<400 where store.watchCount > before { try await Task.sleep(for: .milliseconds(10)) }
      #expect(store.watchCount == before)
    }
  }

  @Test func aWatchEndsWhenItsTimeIsUpAndSendsBookmarks() async throws {
    try await RunningCluster.run { running in
      let watch = try RawConnection(port: running.port)
      let query = "watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true"
      try await watch.send(
        "GET \(Self.configMaps)?\(query)&resourceVersionMatch=NotOlderThan HTTP/1.1\r\nHost: x\r\n\r\n"
      )
      let text = try await watch.read(until: "\r\n0\r\n\r\n")
      #expect(text.contains("k8s.io/initial-events-end"))
      #expect(text.hasSuffix("0\r\n\r\n"))
    }
  }

  @Test func anOpenWatchDoesNotHoldUpTheShutdown() async throws {
    let cluster = try EmbeddedCluster()
    let group = ServiceGroup(
      configuration: .init(services: [cluster], logger: Logger(label: "test"))
    )
    async let running: Void = group.run()
    let watch = try RawConnection(port: await cluster.ready())
    try await watch.send("GET \(Self.configMaps)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try await watch.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    await group.triggerGracefulShutdown()
    try await running
  }

  @Test func aTokenIsAskedForWhenOneIsSet() async throws {
    try await RunningCluster.run(options: EmbeddedClusterOptions(access: .token("secret"))) { running in
      #expect(running.cluster.kubeconfigYAML.contains("token: \"secret\""))
      for (header, status) in [
        ("", 403), ("Authorization: Bearer x\r\n", 401), ("Authorization: Bearer secret\r\n", 200),
      ] {
        let connection = try RawConnection(port: running.port)
        try await connection.send("GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n\(header)\r\n")
        #expect(try await connection.read(until: "\r\n").hasPrefix("HTTP/1.1 \(status)"))
      }
    }
  }
}
