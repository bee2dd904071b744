import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct LeaderElectorTests {
  /// A server that keeps one lease with optimistic concurrency, and can be made to fail.
  private final class LeaseServer: Sendable {
    struct State {
      var lease: JSONValue?
      var version = 0
      var isDown = false
      var writes = 0
    }

    let state = Locked(State())

    func answer(_ request: ServedRequest, _ connection: ServedConnection) {
      let (status, body) = state.withLock { Self.answer(request, &$0) }
      connection.answer(status, body.text())
    }

    private static func answer(_ request: ServedRequest, _ state: inout State) -> (Int, JSONValue) {
      if state.isDown { return (503, "down") }
      if request.method == "GET" { return state.lease.map { (200, $0) } ?? (404, "no lease") }
      guard var lease = request.json else { return (400, "no JSON") }
      let isCurrent =
        request.method == "POST" ? state.lease == nil : lease.resourceVersion == "\(state.version)"
      guard isCurrent else { return (409, "conflict") }
      state.version += 1
      state.writes += 1
      lease.set(.string("\(state.version)"), at: "metadata", "resourceVersion")
      state.lease = lease
      return (200, lease)
    }

    var holder: String? { state.withLock { $0.lease?.spec["holderIdentity"]?.string } }
  }

  private static let key = ObjectKey(namespace: "serin", name: "controller")

  /// Times that no busy machine exceeds, for what must not run out.
  private static let patient = LeaseTimes(
    leaseDuration: .seconds(50),
    renewDeadline: .seconds(40),
    retryPeriod: .milliseconds(20)
  )

  /// Times that run out soon, for what must.
  private static let hasty = LeaseTimes(
    leaseDuration: .seconds(2),
    renewDeadline: .milliseconds(600),
    retryPeriod: .milliseconds(20)
  )

  private func elector(
    _ server: ScriptedServer,
    _ identity: String,
    times: LeaseTimes = patient
  ) -> LeaderElector {
    LeaderElector(
      client: client(of: server),
      lease: Self.key,
      identity: identity,
      times: times,
      logger: quiet
    )
  }

  @Test func leadsRenewsAndGivesTheLeaseUpAtShutdown() async throws {
    let leases = LeaseServer()
    try await withServer({ leases.answer($0, $1) }) { server in
      let elector = elector(server, "one")
      #expect(!elector.state.isLeader)
      try await running([elector]) {
        try await elector.state.whenLeader()
        #expect(elector.state.isLeader)
        #expect(leases.holder == "one")
        await until { leases.state.withLock { $0.writes } > 3 }
        #expect(elector.state.isLeader)
      }
      #expect(!elector.state.isLeader)
      #expect(leases.holder == "")
    }
  }

  @Test func followsALeaderAndTakesOverWhenItGivesUp() async throws {
    let leases = LeaseServer()
    try await withServer({ leases.answer($0, $1) }) { server in
      let (first, second) = (elector(server, "one"), elector(server, "two"))
      try await running([first]) { try await first.state.whenLeader() }
      try await running([second]) {
        try await second.state.whenLeader()
        #expect(leases.holder == "two")
      }
    }
  }

  @Test func stopsTheProcessWhenTheLeaseCannotBeRenewed() async throws {
    let leases = LeaseServer()
    try await withServer({ leases.answer($0, $1) }) { server in
      let elector = elector(server, "one", times: Self.hasty)
      let error = await #expect(throws: LeadershipLost.self) {
        try await running([elector], endThemselves: true) {
          try await elector.state.whenLeader()
          leases.state.withLock { $0.isDown = true }
        }
      }
      #expect(error?.description.contains("the lease serin/controller could not be renewed in time") == true)
      #expect(!elector.state.isLeader)
    }
  }

  @Test func stopsTheProcessWhenAnotherTookTheLease() async throws {
    let leases = LeaseServer()
    try await withServer({ leases.answer($0, $1) }) { server in
      let elector = elector(server, "one")
      let error = await #expect(throws: LeadershipLost.self) {
        try await running([elector], endThemselves: true) {
          try await elector.state.whenLeader()
          leases.state.withLock { state in
            state.version += 1
            state.lease?.set("thief", at: "spec", "holderIdentity")
            state.lease?.set(.string("\(state.version)"), at: "metadata", "resourceVersion")
          }
        }
      }
      #expect(error?.description == "the lease serin/controller was taken by thief")
      #expect(leases.holder == "thief")
    }
  }

  @Test func leadsWithoutAnElectionWhenUnopposed() async throws {
    let state = LeaseState.unopposed()
    #expect(state.isLeader)
    try await state.whenLeader()
  }
}
