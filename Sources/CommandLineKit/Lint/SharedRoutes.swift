import KubeModel
import Primitives
import RolloutCore
import TrafficPlans
import YAMLEdit

/// Rollouts that split the same requests: in a cluster only the older one of two does, so the newer one never gets its
/// weights.
struct SharedRoutes {
  private struct Claim {
    let item: LintedObject
    let key: ObjectKey
    let spec: RolloutSpec
    let units: [TrafficRouting.Unit]
  }

  private let claims: [Claim]

  init(_ items: [LintedObject]) {
    claims = items.compactMap { item in
      guard item.object.kind == "Rollout", item.object.apiVersion.hasPrefix("argoproj.io/") else {
        return nil
      }
      let spec = RolloutSpec(item.object)
      let units = spec.canary?.routing.units ?? []
      guard !units.isEmpty else { return nil }
      return Claim(item: item, key: ObjectKey(item.object), spec: spec, units: units)
    }
  }

  func issues() -> [LintIssue] {
    claims.flatMap { claim in
      claims.filter { $0.key != claim.key }.flatMap { collisions(of: claim, with: $0) }
    }
  }

  /// Folders are often those of different clusters, so only in one folder it is known to be wrong.
  private func collisions(of claim: Claim, with other: Claim) -> [LintIssue] {
    let split = sharedRoutes(of: claim.item.object, claim.spec, with: other.item.object)
    let made = Set(other.units.flatMap(\.router.derived))
    let rollout = "Rollout \"\(other.key)\" (\(other.item.file):\(other.item.mark.line))"
    let severity: LintIssue.Severity = claim.item.folder == other.item.folder ? .error : .warning
    return claim.units.compactMap { unit in
      // Records have a check of their own.
      let objects = unit.router.required.filter { $0.outside == nil }
      let reason: String
      if let address = objects.first(where: split.contains) {
        reason = "\(address) is split between the same services by \(rollout) too"
      } else if let address = unit.router.derived.first(where: made.contains) {
        reason = "\(address) is made by \(rollout) too"
      } else {
        return nil
      }
      let path = "spec.strategy.canary.trafficRouting.\(unit.field)"
      return claim.item.issue(severity, path, "\(reason): in a cluster the newer one of both writes nothing")
    }
  }
}
