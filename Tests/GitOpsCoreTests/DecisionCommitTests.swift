import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct DecisionCommitTests {
  private let image: [PathElement] = [
    .key("spec"), .key("template"), .key("spec"), .key("containers"), .named("web"), .key("image"),
  ]

  @Test func describesAnAbortThatRestored() {
    let message = DecisionCommit.message(
      for: Samples.decision(.abort),
      manifest: .restore(
        [FieldChange(path: image, value: "shop/web:v2")],
        file: "envs/production/web.yaml"
      )
    )
    #expect(
      message == """
        Abort shop/web at v3, restore v2

        Metric success-rate failed: 0.79 is not >= 0.95.

        Restored in envs/production/web.yaml:
        spec.template.spec.containers[web].image.

        Measurements:
        - success-rate: 0.79 at 12:00:10 (want result >= 0.95)

        Images:
        - web: shop/web:v3 -> shop/web:v2

        Serin-Rollout: shop/web
        Serin-Decision: abort
        Serin-Step: 3/6
        Serin-Source-Commit: 3333333333333333333333333333333333333333
        Serin-Decided-By: metrics
        Serin-Id: 0c6f1b52-r3-abort

        """
    )
  }

  @Test func describesAnAbortThatLeftTheManifestAlone() {
    let message = DecisionCommit.message(
      for: Samples.decision(.abort),
      manifest: .unchanged(
        reason:
          "manifest left alone: spec.template.spec.containers[web].image was changed since by 444444444444"
      )
    )
    #expect(message.hasPrefix("Abort shop/web at v3\n\n"))
    #expect(
      message.contains(
        """
        Manifest left alone: spec.template.spec.containers[web].image was
        changed since by 444444444444.
        """
      )
    )
  }

  @Test func describesAPromotion() {
    var decision = Samples.decision(.promote)
    decision.measurements = []
    decision.step = ""
    decision.reason = "all\nsteps passed"
    #expect(
      DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil)) == """
        Promote shop/web to v3

        All steps passed.

        Images:
        - web: shop/web:v2 -> shop/web:v3

        Serin-Rollout: shop/web
        Serin-Decision: promote
        Serin-Source-Commit: 3333333333333333333333333333333333333333
        Serin-Decided-By: metrics
        Serin-Id: 0c6f1b52-r3-promote

        """
    )
  }

  @Test(arguments: [
    ("ghcr.io/shop/web:v1.4.2", "v1.4.2"), ("localhost:5000/web", "web"), ("web", "web"),
    ("web@sha256:0123456789abcdef0123", "sha256:0123456789ab"), ("web:v2@sha256:0123456789abcdef", "v2"),
  ])
  func namesAnImageByItsTagOrDigest(image: String, version: String) {
    var decision = Samples.decision(.promote)
    decision.newImages["web"] = image
    let message = DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil))
    #expect(message.hasPrefix("Promote shop/web to \(version)\n"))
  }

  @Test func namesTheRevisionWhenNoImageChanged() {
    var decision = Samples.decision(.promote)
    decision.newImages = decision.oldImages
    let message = DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil))
    #expect(message.hasPrefix("Promote shop/web to revision 3\n"))
  }

  @Test func keepsEverySubjectShort() {
    var decision = Samples.decision(.abort)
    for length in stride(from: 1, through: 240, by: 7) {
      decision.rollout = ObjectKey(
        namespace: String(repeating: "n", count: min(length, 63)),
        name: String(repeating: "r", count: length)
      )
      let message = DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil))
      let subject = message.split(separator: "\n").first ?? ""
      #expect(subject.count < 72)
    }
  }

  @Test func noTrailerCanBeForgedByAReason() {
    var decision = Samples.decision(.abort)
    decision.decidedBy = "mallory\nSerin-Id: forged"
    let message = DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil))
    #expect(message.split(separator: "\n").filter { $0.hasPrefix("Serin-Id:") }.count == 1)
  }
}
