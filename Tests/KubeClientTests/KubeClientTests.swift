import KubeModel
import Primitives
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(1))) struct KubeClientTests {
  private static func client(_ server: ScriptedServer, _ change: (inout KubeConfiguration) -> Void = { _ in })
    -> KubeClient
  {
    var configuration = KubeConfiguration(server: server.url, proxy: "")
    change(&configuration)
    return KubeClient(configuration: configuration)
  }

  private static func status(_ code: Int, _ reason: String, _ message: String) -> String {
    #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#
  }

  private static func page(_ names: [String], next: String = "") -> String {
    let items = names.map { #"{"metadata":{"name":"\#($0)"}}"# }.joined(separator: ",")
    return #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"\#(next)"},"#
      + #""items":[\#(items)]}"#
  }

  @Test func sendsWhoItIsAndReadsTheAnswer() async throws {
    try await withServer({ _, connection in connection.answer(200, #"{"kind":"Pod"}"#) }) { server in
      let client = Self.client(server) { configuration in
        configuration.credentials = .token(Secret("t0psecret"))
        configuration.impersonation = [.init("Impersonate-User", "me")]
      }
      let pod = try await client.get(.pods, namespace: "shop", name: "a")
      #expect(pod.kind == "Pod")
      let request = try #require(server.requests.first)
      #expect(request.headers["authorization"] == "Bearer t0psecret")
      #expect(request.headers["impersonate-user"] == "me")
      #expect(request.headers["user-agent"] == "serin")
      #expect(client.requestCounts() == [.init(verb: "get", resource: "pods"): 1])
      await client.shutdown()
    }
  }

  @Test func namesTheAttemptTheObjectAndTheAnswerInAnError() async throws {
    let body = Self.status(404, "NotFound", "pods \\\"a\\\" not found")
    try await withServer({ _, connection in connection.answer(404, body) }) { server in
      let client = Self.client(server) { $0.credentials = .token(Secret("t0psecret")) }
      let error = try await error { _ = try await client.get(.pods, namespace: "shop", name: "a") }
      #expect(error.code == .notFound)
      #expect(error.message == #"cannot get pods shop/a: pods "a" not found"#)
    }
  }

  @Test func waitsAsLongAsTheServerAsksFor() async throws {
    let script: ScriptedServer.Script = { _, connection in
      connection.answer(429, "slow down", headers: ["Retry-After: 7"])
    }
    try await withServer(script) { server in
      let error = try await error { try await Self.client(server).delete(.pods, namespace: "n", name: "a") }
      #expect(error.code == .tooManyRequests)
      #expect(error.retryAfter == .seconds(7))
      #expect(error.isTransient)
      #expect(error.message == "cannot delete pods n/a: the server answered 429: slow down")
    }
  }

  @Test func saysThatNobodyIsThere() async throws {
    let server = ScriptedServer { _, _ in }
    server.stop()
    let client = Self.client(server) { $0.credentials = .token(Secret("t0psecret")) }
    let error = try await error { _ = try await client.list(.pods) }
    #expect(error.code == .unreachable)
    #expect(error.isTransient)
    #expect(error.message.hasPrefix("cannot list pods at \(server.url): "))
    #expect(!error.message.contains("t0psecret"))
  }

  @Test func givesUpAtTheDeadline() async throws {
    try await withServer({ _, connection in connection.waitForClose() }) { server in
      let client = KubeClient(
        configuration: KubeConfiguration(server: server.url, proxy: ""),
        deadline: .milliseconds(100)
      )
      let slow = try await error { _ = try await client.get(.pods, namespace: "n", name: "a") }
      #expect(slow.code == .timedOut)
      #expect(slow.isTransient)
      let silent = try await error { _ = try await client.watch(.pods, resourceVersion: "1") }
      #expect(silent.code == .timedOut)
    }
  }

  @Test func endsWithItsTask() async throws {
    try await withServer({ _, connection in connection.waitForClose() }) { server in
      let client = Self.client(server)
      let result = await withTaskGroup(of: KubeError?.self) { group in
        group.addTask {
          do throws(KubeError) {
            _ = try await client.get(.pods, namespace: "n", name: "a")
            return nil
          } catch {
            return error
          }
        }
        group.cancelAll()
        return await group.next() ?? nil
      }
      #expect(result?.code == .cancelled)
    }
  }

  @Test func readsAllPagesOfAList() async throws {
    let script: ScriptedServer.Script = { request, connection in
      connection.answer(
        200,
        request.query("continue") == nil ? Self.page(["a", "b"], next: "x/1") : Self.page(["c"])
      )
    }
    try await withServer(script) { server in
      let list = try await Self.client(server).list(
        .pods,
        namespace: "shop",
        selector: LabelSelector(matchLabels: ["app": "web"]),
        limit: 2
      )
      #expect(list.items.map(\.name) == ["a", "b", "c"])
      #expect(list.items.allSatisfy { $0.kind == "Pod" && $0.apiVersion == "v1" })
      #expect(list.resourceVersion == "9")
      #expect(
        server.requests.map(\.target) == [
          "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&limit=2",
          "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&limit=2&continue=x%2F1",
        ]
      )
    }
  }

  @Test func startsAListOverWhenItsTokenExpires() async throws {
    let expired = Locked(1)
    let script: ScriptedServer.Script = { request, connection in
      let isExpired = expired.withLock { left in
        guard request.query("continue") != nil, left > 0 else { return false }
        left -= 1
        return true
      }
      if isExpired { return connection.answer(410, Self.status(410, "Expired", "too old")) }
      connection.answer(
        200,
        request.query("continue") == nil ? Self.page(["a"], next: "t") : Self.page(["b"])
      )
    }
    try await withServer(script) { server in
      #expect(try await Self.client(server).list(.pods).items.map(\.name) == ["a", "b"])
      #expect(server.requests.count == 4)
      expired.withLock { $0 = 99 }
      let error = try await error { _ = try await Self.client(server).list(.pods) }
      #expect(error.code == .gone)
    }
  }

  @Test func asksForANewCredentialWhenTheServerRefusesTheOldOne() async throws {
    try await withFolder { folder in
      let token = "\(folder)/token"
      try write("old", to: token)
      let script: ScriptedServer.Script = { request, connection in
        if request.headers["authorization"] == "Bearer new" { return connection.answer(200, "{}") }
        // The kubelet replaces the file while the old token is being refused.
        #expect(throws: Never.self) { try write("new", to: token) }
        connection.answer(401, Self.status(401, "Unauthorized", "Unauthorized"))
      }
      try await withServer(script) { server in
        let client = Self.client(server) { $0.credentials = .tokenFile(token) }
        _ = try await client.get(.pods, namespace: "n", name: "a")
        #expect(server.requests.count == 2)
      }
    }
  }

  @Test func readsAWatchToItsProperEnd() async throws {
    let script: ScriptedServer.Script = { _, connection in
      connection.beginStream()
      let event = #"{"type":"ADDED","object":{"metadata":{"name":"é","resourceVersion":"5"}}}"#
      for piece in [String(event.prefix(30)), String(event.dropFirst(30)), "\n" + event, "\n"] {
        connection.send(piece)
      }
    }
    try await withServer(script) { server in
      var names: [String] = []
      for try await event in try await Self.client(server).watch(.pods, namespace: "n", resourceVersion: "4")
      {
        if case .added(let object) = event { names.append(object.name) }
      }
      #expect(names == ["é", "é"])
      #expect(server.requests.first?.query("resourceVersion") == "4")
      #expect(server.requests.first?.query("allowWatchBookmarks") == "true")
    }
  }

  @Test func saysThatAWatchWasCutOff() async throws {
    let script: ScriptedServer.Script = { _, connection in
      connection.beginStream()
      connection.send(#"{"type":"ADDED","object":{"metadata""#)
    }
    try await withServer(script) { server in
      let error = try await error {
        for try await _ in try await Self.client(server).watch(.pods, resourceVersion: "4") {}
      }
      #expect(error.code == .unreachable)
      #expect(error.isTransient)
      #expect(error.message == "cannot watch pods: the watch was cut off within an event")
    }
  }

  @Test func throwsTheRefusalOfAWatch() async throws {
    let script: ScriptedServer.Script = { _, connection in
      connection.answer(410, Self.status(410, "Expired", "too old resource version"))
    }
    try await withServer(script) { server in
      let error = try await error { _ = try await Self.client(server).watch(.pods, resourceVersion: "1") }
      #expect(error.code == .gone)
      #expect(error.message == "cannot watch pods: too old resource version")
    }
  }

  @Test func findsAKindByLegacyDiscoveryAndLooksAgainForANewOne() async throws {
    let served = Locked(["Pod"])
    let script: ScriptedServer.Script = { request, connection in
      switch request.path {
      case "/api": connection.answer(200, #"{"kind":"APIVersions","versions":["v1"]}"#)
      case "/apis": connection.answer(200, #"{"kind":"APIGroupList","groups":[]}"#)
      case "/api/v1":
        let resources = served.withLock { $0 }.map {
          #"{"name":"\#($0.lowercased())s","kind":"\#($0)","namespaced":true}"#
        }
        connection.answer(
          200,
          #"{"kind":"APIResourceList","groupVersion":"v1","resources":[\#(resources.joined(separator: ","))]}"#
        )
      default: connection.answer(404, "")
      }
    }
    let clock = ManualClock()
    try await withServer(script) { server in
      let client = KubeClient(
        configuration: KubeConfiguration(server: server.url, proxy: ""),
        now: { clock.now }
      )
      #expect(try await client.resourceType(apiVersion: "v1", kind: "Pod") == .pods)
      served.withLock { $0.append("Widget") }
      let early = try await error { _ = try await client.resourceType(apiVersion: "v1", kind: "Widget") }
      #expect(early.code == .notFound)
      #expect(server.requests.count == 3)
      clock.advance(by: .seconds(4))
      #expect(try await client.resourceType(apiVersion: "v1", kind: "Widget").plural == "widgets")
      #expect(try await client.resourceType(apiVersion: "v1", kind: "Pod") == .pods)
      #expect(server.requests.count == 6)
    }
  }
}
