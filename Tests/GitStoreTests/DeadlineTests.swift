import Glibc
import Primitives
import Testing

@testable import GitStore

@Suite("Deadlines and dead remotes", .serialized)
struct DeadlineTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func repository(_ url: String) -> GitRepository {
    GitRepository(
      directory: "\(folder.path)/mirror",
      remote: GitRemote(
        url: url,
        credentials: .sshKey(user: "git", privateKeyPEM: "x", passphrase: nil, knownHosts: "")
      )
    )
  }

  @Test(arguments: ["http", "https", "ssh"])
  func `a closed port is unreachable, which is transient`(scheme: String) async throws {
    let mirror = repository("\(scheme)://127.0.0.1:\(try Loopback.freePort())/shop.git")
    let error = await mirror.failure { try await $0.fetch(branch: "main") }
    guard case .unreachable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.isTransient == true)
    #expect(error?.message.contains("refused") == true)
  }

  @Test func `a name that does not resolve is unreachable`() async throws {
    let error = await repository("http://no-such-host.invalid/shop.git").failure {
      try await $0.fetch(branch: "main")
    }
    guard case .unreachable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["http", "https", "ssh"])
  func `a server that never answers ends at the deadline, and the mirror works on`(scheme: String)
    async throws
  {
    let (listener, port) = try Loopback.listener(backlog: 16)
    defer { close(listener) }
    let mirror = repository("\(scheme)://127.0.0.1:\(port)/shop.git")
    for _ in 0..<2 {
      let error = await mirror.failure { try await $0.fetch(branch: "main", within: .milliseconds(300)) }
      guard case .timedOut? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isTransient == true)
    }
    // Were the thread stuck, this would be refused as busy.
    let commit = try await mirror.commit(on: nil, ["a": "b"])
    #expect(try await mirror.readTree(commit: commit, under: "").count == 1)
  }

  @Test func `a cancelled caller does not wait for the server`() async throws {
    let (listener, port) = try Loopback.listener(backlog: 16)
    defer { close(listener) }
    let mirror = repository("http://127.0.0.1:\(port)/shop.git")
    let error = try await withThrowingTaskGroup(of: GitError?.self) { group in
      group.addTask { await mirror.failure { try await $0.fetch(branch: "main") } }
      group.cancelAll()
      return try await group.next() ?? nil
    }
    guard case .cancelled? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a call that stays inside the library is answered for, and blocks only its own mirror`()
    async throws
  {
    let mirror = repository("/nowhere.git")
    let isReleased = Locked(false)
    let stuck = await mirror.failure {
      try await $0.perform("stuck", within: .milliseconds(50)) { (_, _) throws(GitError) in
        while !isReleased.withLock({ $0 }) { usleep(1000) }
      }
    }
    #expect(stuck == .timedOut("stuck: no end within 50ms"))
    guard case .busy(let text)? = await mirror.failure({ try await $0.commit(on: nil, ["a": "b"]) }) else {
      Issue.record("worked while stuck")
      return
    }
    #expect(text.contains("past its deadline"))
    isReleased.withLock { $0 = true }
    _ = try await mirror.commit(on: nil, ["a": "b"])
  }
}
