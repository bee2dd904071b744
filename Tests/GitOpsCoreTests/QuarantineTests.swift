import KubeModel
import Primitives
import Testing

@testable import GitOpsCore

/// An image that a release was aborted for is refused when somebody brings it back, until a commit lifts that.
@Suite struct QuarantineTests {
  private static let bad = Samples.rollout(Samples.template(image: "shop/web:v3"))
  private static let good = Samples.rollout(Samples.template(image: "shop/web:v2"))
  private static let configMap: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "1"],
  ]
  private static let deployment: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web-app", "namespace": "shop"],
    "spec": ["template": Samples.template(image: "shop/web:v3")],
  ]

  /// The lock after the abort of v3.
  private static func lock() throws -> SerinLock {
    let outcome = decide(Samples.decision(.abort), tip: TipState(lock: SerinLock(), tip: nil))
    guard case .record(let lock, _) = outcome else { throw Unexpected() }
    return lock
  }

  private struct Unexpected: Error {}

  private func plan(_ objects: [JSONValue], live: [JSONValue], _ lock: SerinLock) -> SyncPlan {
    let documents = objects.map { SourceFile.Document(json: $0, line: 4) }
    let kinds: [(String, String)] = [("", "ConfigMap"), ("apps", "Deployment"), ("argoproj.io", "Rollout")]
    let desired = DesiredSet(
      manifests: ManifestSet(
        files: [SourceFile(path: "web.yaml", documents: documents)],
        defaultNamespace: "shop"
      ),
      source: Samples.source(),
      isNamespaced: Dictionary(
        uniqueKeysWithValues: kinds.map { (GroupKind(group: $0.0, kind: $0.1), true) }
      )
    )
    return SyncPlan(
      SyncInput(
        source: Samples.source(),
        desired: desired,
        commit: Samples.commit("a"),
        live: Dictionary(uniqueKeysWithValues: live.map { (ObjectID($0), $0) }),
        inventory: [],
        lock: lock
      )
    )
  }

  private func applied(_ plan: SyncPlan) -> [String] {
    plan.actions.compactMap { action in
      guard case .apply(_, let id, _, _) = action else { return nil }
      return id.description
    }
  }

  @Test func anImageThatWasAbortedIsRefusedWithTheReason() throws {
    let plan = plan([Self.bad, Self.configMap], live: [Self.good], try Self.lock())
    #expect(applied(plan) == ["ConfigMap shop/c"])
    #expect(
      plan.issues.map(\.reason) == [
        "Rollout shop/web asks for shop/web:v3, which is in quarantine since 2026-11-21T12:00:00Z "
          + "(metric success-rate failed: 0.79 is not >= 0.95); `serin release shop/web:v3` lets it in again"
      ]
    )
    #expect(plan.issues.map(\.file) == ["web.yaml"])
    // What is refused stays the source's own, and nothing is pruned meanwhile.
    #expect(plan.inventory.map(\.id).contains(ObjectID(Self.bad)))
  }

  @Test func itIsRefusedWhereNothingRunsYet() throws {
    let plan = plan([Self.bad], live: [], try Self.lock())
    #expect(applied(plan).isEmpty)
    #expect(plan.issues.count == 1)
  }

  @Test func whatRunsAlreadyIsNotRefused() throws {
    var changed = Self.bad
    changed.set(9, at: "spec", "replicas")
    let plan = plan([changed], live: [Self.bad], try Self.lock())
    #expect(applied(plan) == ["Rollout shop/web"])
    #expect(plan.issues.isEmpty)
  }

  @Test func otherImagesAndOtherRolloutsGoOn() throws {
    var other = Self.bad
    other.set("api", at: "metadata", "name")
    let plan = plan([Self.good, other], live: [], try Self.lock())
    #expect(applied(plan) == ["Rollout shop/api", "Rollout shop/web"])
    #expect(plan.issues.isEmpty)
  }

  @Test func aWorkloadThatTheRolloutNamesIsRefusedToo() throws {
    var rollout = Self.good
    rollout.set(nil, at: "spec", "template")
    rollout.set(
      ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web-app"],
      at: "spec",
      "workloadRef"
    )
    let plan = plan([rollout, Self.deployment], live: [], try Self.lock())
    #expect(applied(plan) == ["Rollout shop/web"])
    #expect(plan.issues.first?.reason.hasPrefix("Deployment shop/web-app asks for shop/web:v3") == true)
    // A Deployment that no Rollout names is nobody's release.
    #expect(applied(self.plan([Self.deployment], live: [], try Self.lock())) == ["Deployment shop/web-app"])
  }

  @Test func aCommitLiftsIt() throws {
    let lock = try Self.lock()
    #expect(lock.quarantined("shop/web:v9").isEmpty)
    let found = lock.quarantined("shop/web:v3")
    #expect(found.map(\.rollout) == [Samples.shopWeb])
    #expect(found.map(\.entry.id) == ["0c6f1b52-r3-abort"])

    #expect(
      lock.releasing("shop/web:v3", for: ObjectKey(namespace: "shop", name: "api"))[Samples.shopWeb]
        == lock[Samples.shopWeb]
    )
    let released = lock.releasing("shop/web:v3", for: Samples.shopWeb)
    #expect(released.quarantined("shop/web:v3").isEmpty)
    #expect(released[Samples.shopWeb].decisionIDs == ["0c6f1b52-r3-abort"])
    #expect(applied(plan([Self.bad], live: [Self.good], released)) == ["Rollout shop/web"])
  }

  @Test func theCommitThatLiftsItSaysWhatWasWrong() throws {
    let entry = try #require(try Self.lock().quarantined("shop/web:v3").first?.entry)
    let message = DecisionCommit.message(
      releasing: entry,
      for: Samples.shopWeb,
      by: "grace",
      reason: "the database was down, not the shop"
    )
    #expect(
      message == """
        Release shop/web:v3 for shop/web

        The database was down, not the shop.

        In quarantine since 2026-11-21T12:00:00Z: metric success-rate failed:
        0.79 is not >= 0.95.

        Serin-Rollout: shop/web
        Serin-Decision: release
        Serin-Decided-By: grace

        """
    )
  }

  @Test func aLongImageFitsTheSubject() throws {
    var entry = try #require(try Self.lock().quarantined("shop/web:v3").first?.entry)
    entry.image = "registry.example.com/team/department/web@sha256:" + String(repeating: "ab", count: 32)
    let message = DecisionCommit.message(releasing: entry, for: Samples.shopWeb, by: "grace")
    #expect(message.hasPrefix("Release sha256:abababababab for shop/web\n"))
  }
}
