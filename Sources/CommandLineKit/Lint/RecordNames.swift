import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// The names in DNS that Rollouts split, and who else writes records for them.
struct RecordNames {
  private struct Claim {
    let item: LintedObject
    let field: String
    let router: PowerDNSRouter
  }

  /// Where external-dns reads which names a Service, an Ingress or a route is to have.
  private static let hostnames = "external-dns.alpha.kubernetes.io/hostname"

  private let items: [LintedObject]
  private let claims: [Claim]

  init(_ items: [LintedObject]) {
    self.items = items
    claims = items.flatMap { item -> [Claim] in
      guard item.object.kind == "Rollout" else { return [] }
      return (RolloutSpec(item.object).canary?.routing.units ?? []).compactMap { unit in
        (unit.router as? PowerDNSRouter).map { Claim(item: item, field: unit.field, router: $0) }
      }
    }
  }

  func issues() -> [LintIssue] {
    claims.flatMap { claim -> [LintIssue] in
      let path = "spec.strategy.canary.trafficRouting.\(claim.field)"
      let reasons = claims.compactMap { collision(of: claim, with: $0) } + writers(beside: claim)
      return reasons.map { claim.item.issue(.error, path, $0) }
    }
  }

  /// The same Rollout in another folder is that of another cluster.
  private func collision(of claim: Claim, with other: Claim) -> String? {
    let key = ObjectKey(other.item.object)
    guard key != ObjectKey(claim.item.object), other.router.name == claim.router.name else { return nil }
    if other.router.recordSet == claim.router.recordSet {
      return "Rollout \"\(key)\" has the records \(claim.router.recordSet) as well"
    }
    guard other.router.isAlias || claim.router.isAlias else { return nil }
    return "Rollout \"\(key)\" has the records \(other.router.recordSet), but a CNAME stands alone"
  }

  private func writers(beside claim: Claim) -> [String] {
    items.compactMap { item in
      let names = item.object.annotation(Self.hostnames)?.split(whereSeparator: { ", ".contains($0) }) ?? []
      let isSame = names.contains { name in
        let name = name.lowercased()
        return (name.hasSuffix(".") ? name : name + ".") == claim.router.name
      }
      guard isSame else { return nil }
      return
        "\(item.object.kind) \"\(ObjectKey(item.object))\" has external-dns write \(claim.router.name) too"
    }
  }
}
