import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
  private func note(_ message: String) -> EventNote {
    let object: JSONValue = ["kind": "Rollout", "metadata": ["namespace": "shop", "name": "web"]]
    return EventNote(regarding: object, .normal, reason: "Test", message: message)
  }

  @Test func writesNotesThatWaitAsOneEventWithACount() async throws {
    let written = Locked<[JSONValue]>([])
    let script: ScriptedServer.Script = { request, connection in
      written.withLock { $0.append(request.json ?? .null) }
      connection.answer(201, "{}")
    }
    try await withServer(script) { server in
      let recorder = EventRecorder(client: client(of: server), logger: quiet)
      for _ in 0..<5 { recorder.record(note("a")) }
      try await running([recorder]) { await until { written.withLock { $0.count } == 1 } }
      #expect(written.withLock { $0.first?["count"] } == 5)
      #expect(server.requests.first?.target == "/api/v1/namespaces/shop/events")
    }
  }

  @Test func makesANewEventWhenTheServerForgotTheOldOne() async throws {
    let script: ScriptedServer.Script = { request, connection in
      connection.answer(request.method == "PATCH" ? 404 : 201, "{}")
    }
    try await withServer(script) { server in
      let recorder = EventRecorder(client: client(of: server), logger: quiet)
      try await running([recorder]) {
        recorder.record(note("a"))
        await until { server.requests.count == 1 }
        recorder.record(note("a"))
        await until { server.requests.count == 3 }
      }
      #expect(server.requests.map(\.method) == ["POST", "PATCH", "POST"])
    }
  }

  @Test func dropsAndCountsWhatItCannotKeep() async throws {
    let client = KubeClient(configuration: KubeConfiguration(server: "http://127.0.0.1:1", proxy: ""))
    let recorder = EventRecorder(client: client, limit: 2, logger: quiet)
    for message in ["a", "b", "c", "a"] { recorder.record(note(message)) }
    #expect(recorder.droppedCount == 1)
    try await running([recorder]) {}
  }
}
