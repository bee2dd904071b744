import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReflectorTests {
  private static func pod(_ name: String, _ version: Int) -> String {
    #"{"kind":"Pod","metadata":{"name":"\#(name)","namespace":"n","resourceVersion":"\#(version)"}}"#
  }

  private static func page(_ pods: [String], version: Int, next: String = "") -> String {
    #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"#
      + #""items":[\#(pods.joined(separator: ","))]}"#
  }

  private static func line(_ type: String, _ object: String) -> String {
    #"{"type":"\#(type)","object":\#(object)}"# + "\n"
  }

  private static let expired = #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#

  private func reflector(
    _ server: ScriptedServer,
    _ store: Store,
    isOptional: Bool = false,
    mayBeForbidden: Bool = false
  ) -> Reflector {
    Reflector(
      client: client(of: server),
      store: store,
      scope: ListScope(namespace: "n"),
      pageLimit: 1,
      isOptional: isOptional,
      mayBeForbidden: mayBeForbidden,
      backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(20)),
      logger: quiet
    )
  }

  private func versions(_ store: Store) -> [String] {
    store.objects().map { "\($0.name)\($0.resourceVersion)" }
  }

  @Test func listsPagesAndFollowsAWatchThatIsCutOff() async throws {
    let script: ScriptedServer.Script = { request, connection in
      guard request.query("watch") != nil else {
        return connection.answer(
          200,
          request.query("continue") == nil
            ? Self.page([Self.pod("a", 1)], version: 5, next: "t") : Self.page([Self.pod("b", 2)], version: 5)
        )
      }
      connection.beginStream()
      switch request.query("resourceVersion") {
      case "5":
        connection.send(Self.line("ADDED", Self.pod("c", 6)) + Self.line("DELETED", Self.pod("a", 7)))
        connection.send(#"{"type":"MODIFIED","obj"#)  // and the connection breaks here
      case "7":
        connection.send(Self.line("BOOKMARK", Self.pod("", 9)))
        connection.reset()
      default:
        connection.send(Self.line("MODIFIED", Self.pod("b", 10)))
        connection.waitForClose()
      }
    }
    try await withServer(script) { server in
      let store = Store(.pods)
      try await running([reflector(server, store)]) {
        try await store.ready()
        await until { versions(store) == ["b10", "c6"] }
      }
      #expect(versions(store) == ["b10", "c6"])
      let watches = server.requests.compactMap {
        $0.query("watch") == nil ? nil : $0.query("resourceVersion")
      }
      #expect(watches == ["5", "7", "9"])
    }
  }

  @Test func listsAgainWhenItsVersionIsTooOld() async throws {
    let lists = Locked(0)
    let script: ScriptedServer.Script = { request, connection in
      guard request.query("watch") != nil else {
        let count = lists.withLock { lists in
          lists += 1
          return lists
        }
        return connection.answer(
          200,
          Self.page(
            count == 1 ? [Self.pod("a", 1), Self.pod("b", 2)] : [Self.pod("b", 8)],
            version: count * 10
          )
        )
      }
      connection.beginStream()
      if request.query("resourceVersion") == "10" { return connection.send(Self.line("ERROR", Self.expired)) }
      connection.waitForClose()
    }
    try await withServer(script) { server in
      let store = Store(.pods)
      try await running([reflector(server, store)]) {
        await until { versions(store) == ["b8"] }
      }
      #expect(lists.withLock { $0 } == 2)
    }
  }

  @Test func keepsTryingUntilTheServerAnswers() async throws {
    let refusals = Locked(3)
    let script: ScriptedServer.Script = { request, connection in
      let refuses = refusals.withLock { left in
        left -= 1
        return left >= 0
      }
      if refuses { return connection.answer(503, "not yet") }
      guard request.query("watch") != nil else { return connection.answer(200, Self.page([], version: 1)) }
      connection.beginStream()
      connection.waitForClose()
    }
    try await withServer(script) { server in
      let store = Store(.pods)
      try await running([reflector(server, store)]) { try await store.ready() }
      #expect(store.isServed)
    }
  }

  @Test(arguments: [404, 403])
  func isReadyAndEmptyWhenAKindIsNotToBeHadAndFindsItLater(_ refusal: Int) async throws {
    let isServed = Locked(false)
    let script: ScriptedServer.Script = { request, connection in
      guard isServed.withLock({ $0 }) else { return connection.answer(refusal, "no\n") }
      guard request.query("watch") != nil else {
        return connection.answer(200, Self.page([Self.pod("a", 1)], version: 1))
      }
      connection.beginStream()
      connection.waitForClose()
    }
    try await withServer(script) { server in
      let store = Store(.pods)
      try await running([reflector(server, store, isOptional: refusal == 404, mayBeForbidden: refusal == 403)]
      ) {
        try await store.ready()
        #expect(!store.isServed)
        isServed.withLock { $0 = true }
        await until { store.isServed }
        #expect(versions(store) == ["a1"])
      }
    }
  }
}
