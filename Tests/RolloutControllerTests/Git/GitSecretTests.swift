import GitOpsCore
import GitStore
import KubeClient
import KubeModel
import Primitives
import Testing

@testable import RolloutController

@Suite struct GitSecretTests {
  private func secret(_ fields: [String: String]) -> JSONValue {
    [
      "metadata": ["name": "key", "namespace": "shop"],
      "data": JSONValue(fields.mapValues { Base64.encode(Array($0.utf8)) }),
    ]
  }

  @Test(arguments: [
    (
      "https://h/x", ["username": "ann", "password": "p\n"], GitCredentials.basic(user: "ann", password: "p")
    ),
    ("https://h/x", ["token": " t "], .basic(user: "x-access-token", password: "t")),
    ("https://h/x", ["username": "bot", "token": "t"], .basic(user: "bot", password: "t")),
    (
      "bob@h:x", ["sshPrivateKey": "K\n", "known_hosts": "h k"],
      .sshKey(user: "bob", privateKeyPEM: "K\n", passphrase: nil, knownHosts: "h k")
    ),
    (
      "ssh://h/x", ["identity": "K", "passphrase": "s"],
      .sshKey(user: "git", privateKeyPEM: "K", passphrase: "s", knownHosts: "")
    ),
    ("https://h/x", ["ca.crt": "PEM"], .none),
  ])
  func readsTheUsualKeys(url: String, fields: [String: String], credentials: GitCredentials) throws {
    let remote = try GitSecret.remote(url: url, secret: secret(fields))
    #expect(remote.credentials == credentials)
    #expect(remote.caPEM == fields["ca.crt"].map { Array($0.utf8) })
    #expect(!remote.insecure)
  }

  @Test func saysWhatASecretLacks() {
    let error = #expect(throws: GitAccessError.self) {
      try GitSecret.remote(url: "https://h/x", secret: secret(["user": "x"]))
    }
    #expect(
      error?.description == "the Secret shop/key holds none of username and password, token, sshPrivateKey"
    )
  }

  @Test func isNeverNeededForAnOpenRepository() throws {
    #expect(try GitSecret.remote(url: "https://h/x", secret: nil).credentials == .none)
  }
}

@Suite struct RecordedDecisionsTests {
  private let source = ObjectKey(namespace: "shop", name: "config")
  private let web = ObjectKey(namespace: "shop", name: "web")

  private func lock(_ revisions: ClosedRange<Int>, stable: String) -> SerinLock {
    SerinLock([
      "apiVersion": "serin.dev/v1alpha1", "kind": "Lock",
      "rollouts": [
        "shop/web": [
          "stable": ["podTemplateHash": .string(stable)],
          "decisions": .array(revisions.map { ["id": .string("r\($0)")] }),
        ]
      ],
    ]) ?? SerinLock()
  }

  @Test func knowsNothingBeforeALockWasRead() {
    let records = RecordedDecisions()
    #expect(records.recorded(for: web, in: source) == nil)
    #expect(records.update(source, lock: SerinLock()).isEmpty)
    #expect(records.recorded(for: web, in: source) == RecordedState())
  }

  @Test func anOlderLockReadLaterTakesNothingBack() {
    let records = RecordedDecisions()
    #expect(records.update(source, lock: lock(1...2, stable: "a")) == [web])
    #expect(records.update(source, lock: lock(1...3, stable: "b")) == [web])
    #expect(records.update(source, lock: lock(1...2, stable: "a")).isEmpty)
    #expect(records.recorded(for: web, in: source)?.stableHash == "b")
    #expect(records.recorded(for: web, in: source)?.decisionIDs == ["r1", "r2", "r3"])
  }
}
