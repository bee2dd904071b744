import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct DecideTests {
  private static let image: [PathElement] = [
    .key("spec"), .key("template"), .key("spec"), .key("containers"), .named("web"), .key("image"),
  ]

  /// A release from v2 to v3 and what has become of the manifest since.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var base = Samples.template(image: "shop/web:v2")
    var release = Samples.template(image: "shop/web:v3")
    var tip: JSONValue
    var expected: DecisionOutcome.ManifestEdit
  }

  private static func edits(_ changes: FieldChange...) -> DecisionOutcome.ManifestEdit {
    .restore(changes, file: "envs/production/web.yaml")
  }

  static let cases: [Case] = [
    Case(
      testDescription: "nobody touched it",
      tip: Samples.template(image: "shop/web:v3"),
      expected: edits(FieldChange(path: image, value: "shop/web:v2"))
    ),
    Case(
      testDescription: "a person changed other lines",
      tip: Samples.template(image: "shop/web:v3", env: "fast"),
      expected: edits(FieldChange(path: image, value: "shop/web:v2"))
    ),
    Case(
      testDescription: "a person changed the same line",
      tip: Samples.template(image: "shop/web:v4"),
      expected: .unchanged(
        reason: """
          manifest left alone: spec.template.spec.containers[web].image was changed since by 444444444444
          """
      )
    ),
    Case(
      testDescription: "a person reverted it already",
      tip: Samples.template(image: "shop/web:v2"),
      expected: .unchanged(reason: "the manifest already holds the stable values")
    ),
    Case(
      testDescription: "one of two edits was changed by a person, so both stay",
      release: Samples.template(image: "shop/web:v3", env: "new"),
      tip: Samples.template(image: "shop/web:v3", env: "newer"),
      expected: .unchanged(
        reason:
          "manifest left alone: spec.template.spec.containers[web].env was changed since by 444444444444"
      )
    ),
    Case(
      testDescription: "one of two edits was reverted by a person",
      base: Samples.template(image: "shop/web:v2", env: "old"),
      release: Samples.template(image: "shop/web:v3", env: "new"),
      tip: Samples.template(image: "shop/web:v3", env: "old"),
      expected: edits(FieldChange(path: image, value: "shop/web:v2"))
    ),
    Case(
      testDescription: "the release added a field",
      release: Samples.template(image: "shop/web:v3", env: "new"),
      tip: Samples.template(image: "shop/web:v3", env: "new"),
      expected: edits(
        FieldChange(path: Array(image.dropLast()) + [.key("env")], value: nil),
        FieldChange(path: image, value: "shop/web:v2")
      )
    ),
    Case(
      testDescription: "the release removed a field",
      base: Samples.template(image: "shop/web:v3", env: "old"),
      tip: Samples.template(image: "shop/web:v3"),
      expected: edits(
        FieldChange(
          path: Array(image.dropLast()) + [.key("env")],
          value: [["name": "MODE", "value": "old"]]
        )
      )
    ),
    Case(
      testDescription: "a list without names changes as a whole",
      base: Samples.template(image: "shop/web:v3", command: ["a", "b"]),
      release: Samples.template(image: "shop/web:v3", command: ["a", "c"]),
      tip: Samples.template(image: "shop/web:v3", command: ["a", "c"]),
      expected: edits(FieldChange(path: Array(image.dropLast()) + [.key("command")], value: ["a", "b"]))
    ),
    Case(
      testDescription: "an environment variable changes by its name",
      base: Samples.template(image: "shop/web:v3", env: "old"),
      release: Samples.template(image: "shop/web:v3", env: "new"),
      tip: Samples.template(image: "shop/web:v3", env: "new"),
      expected: edits(
        FieldChange(
          path: Array(image.dropLast()) + [.key("env"), .named("MODE"), .key("value")],
          value: "old"
        )
      )
    ),
  ]

  private func version(_ digit: Character, _ template: JSONValue, file: String = "web.yaml") -> RolloutVersion
  {
    RolloutVersion(
      commit: Samples.commit(digit),
      file: "envs/production/\(file)",
      object: Samples.rollout(template)
    )
  }

  private func lock(stable hash: String = "stable2") -> SerinLock {
    var lock = SerinLock()
    lock[Samples.shopWeb].stable = LockRecord.Stable(
      sourceCommit: Samples.commit("2"),
      podTemplateHash: hash,
      images: ["web": "shop/web:v2"],
      revision: 2
    )
    return lock
  }

  private func abort(_ tip: TipState, _ decision: Decision = Samples.decision(.abort)) -> DecisionOutcome
    .ManifestEdit?
  {
    guard case .record(_, let manifest) = decide(decision, tip: tip) else { return nil }
    return manifest
  }

  @Test(arguments: cases)
  func anAbortUndoesTheReleasesOwnEditsOnly(_ test: Case) {
    let tip = TipState(
      lock: lock(),
      tip: version("5", test.tip),
      release: version("3", test.release),
      bases: [version("2", test.base)],
      since: [version("5", test.tip), version("4", test.tip), version("3", test.release)]
    )
    #expect(abort(tip) == test.expected)
  }

  @Test func followsAFileThatMoved() {
    let tip = TipState(
      lock: lock(),
      tip: version("5", Samples.template(image: "shop/web:v3"), file: "moved/web.yaml"),
      release: version("3", Samples.template(image: "shop/web:v3")),
      bases: [version("2", Samples.template(image: "shop/web:v2"))]
    )
    #expect(
      abort(tip)
        == .restore(
          [FieldChange(path: Self.image, value: "shop/web:v2")],
          file: "envs/production/moved/web.yaml"
        )
    )
  }

  @Test func findsTheStableVersionByItsImagesWhenTheLockHasNone() {
    let tip = TipState(
      lock: SerinLock(),
      tip: version("5", Samples.template(image: "shop/web:v3")),
      release: version("3", Samples.template(image: "shop/web:v3")),
      bases: [
        version("9", Samples.template(image: "shop/web:v9")),
        version("2", Samples.template(image: "shop/web:v2")),
      ]
    )
    #expect(abort(tip) == Self.edits(FieldChange(path: Self.image, value: "shop/web:v2")))
  }

  @Test func fallsBackToTheClustersTemplateWithoutItsDefaults() {
    var live = Samples.template(image: "shop/web:v2")
    live.set("Always", at: "spec", "restartPolicy")
    live.set("abc", at: "metadata", "labels", "rollouts-pod-template-hash")
    var decision = Samples.decision(.abort)
    decision.stableTemplate = live
    let tip = TipState(
      lock: SerinLock(),
      tip: version("5", Samples.template(image: "shop/web:v3")),
      release: version("3", Samples.template(image: "shop/web:v3"))
    )
    #expect(abort(tip, decision) == Self.edits(FieldChange(path: Self.image, value: "shop/web:v2")))
  }

  @Test func leavesTheManifestAloneWhenItCannotKnowTheInverse() {
    let current = version("5", Samples.template(image: "shop/web:v3"))
    #expect(
      abort(TipState(lock: lock(), tip: nil))
        == .unchanged(reason: "the manifest of shop/web is no longer in the branch")
    )
    #expect(
      abort(TipState(lock: lock(), tip: current))
        == .unchanged(
          reason: "manifest left alone: the release's commit 333333333333 does not hold it any more"
        )
    )
    #expect(
      abort(TipState(lock: lock(), tip: current, release: current))
        == .unchanged(reason: "manifest left alone: the stable revision was not found in Git")
    )
  }

  @Test func anAbortQuarantinesTheImagesOfTheReleaseAndKeepsTheStableRevision() {
    guard case .record(let next, _) = decide(Samples.decision(.abort), tip: TipState(lock: lock(), tip: nil))
    else {
      Issue.record("not recorded")
      return
    }
    let record = next[Samples.shopWeb]
    #expect(record.stable?.podTemplateHash == "stable2")
    #expect(record.quarantine.map(\.image) == ["shop/web:v3"])
    #expect(record.quarantine.first?.id == "0c6f1b52-r3-abort")
  }

  @Test func aPromotionMovesTheStableRevisionAndEndsAQuarantine() {
    guard
      case .record(let aborted, _) = decide(Samples.decision(.abort), tip: TipState(lock: lock(), tip: nil)),
      case .record(let next, let manifest) = decide(
        Samples.decision(.promote, id: "0c6f1b52-r3-promote-1"),
        tip: TipState(lock: aborted, tip: nil)
      )
    else {
      Issue.record("not recorded")
      return
    }
    #expect(manifest == .unchanged(reason: nil))
    #expect(next[Samples.shopWeb].stable?.podTemplateHash == "canary3")
    #expect(next[Samples.shopWeb].stable?.images["web"] == "shop/web:v3")
    #expect(next[Samples.shopWeb].quarantine.isEmpty)
    #expect(next[Samples.shopWeb].decisionIDs == ["0c6f1b52-r3-abort", "0c6f1b52-r3-promote-1"])
  }

  @Test func aDecisionIsRecordedOnce() {
    guard
      case .record(let next, _) = decide(Samples.decision(.promote), tip: TipState(lock: lock(), tip: nil))
    else {
      Issue.record("not recorded")
      return
    }
    #expect(decide(Samples.decision(.promote), tip: TipState(lock: next, tip: nil)) == .alreadyRecorded)
  }

  @Test func aLatePromotionDoesNotTurnTheStableRevisionBack() {
    guard
      case .record(let later, _) = decide(
        Samples.decision(.promote, revision: 5),
        tip: TipState(lock: lock(), tip: nil)
      ),
      case .record(let next, _) = decide(
        Samples.decision(.promote, revision: 4),
        tip: TipState(lock: later, tip: nil)
      )
    else {
      Issue.record("not recorded")
      return
    }
    #expect(next[Samples.shopWeb].stable?.revision == 5)
    #expect(next[Samples.shopWeb].decisionIDs.count == 2)
  }
}
