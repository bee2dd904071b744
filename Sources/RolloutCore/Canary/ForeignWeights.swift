import KubeModel
package import Primitives
package import TrafficPlans

/// Weights that somebody else wrote into the data plane in the middle of a release: they are put right like any
/// others, and whoever wrote them is named.
extension Situation {
  /// The canary's weight in the live objects where it is neither what this controller has written nor a wish that has
  /// changed since; nil where all is as it was left.
  func foreignWeight(
    _ router: any TrafficRouter,
    _ live: LiveRoutes,
    _ wanted: TrafficWeights,
    _ canary: CanaryStrategy,
    _ status: RolloutStatus
  ) -> Int? {
    guard let written = recorded.weights, written.at("canary", "weight")?.int == wanted.canary,
      written.at("canary", "serviceName")?.string ?? "" == wanted.canaryService,
      written.at("stable", "serviceName")?.string ?? "" == wanted.stableService,
      written["additional"]?.array?.count ?? 0 == wanted.additional.count,
      router.hasManagedRoutes(wanted, live) == !wanted.managedRoutes.isEmpty,
      let given = router.canaryWeight(wanted, live), given != wanted.canary
    else { return nil }
    return given
  }

  func tellCorrection(of address: RouteAddress, _ given: Int, _ wanted: TrafficWeights, _ draft: inout Draft)
  {
    let editor = snapshot.lastEditors[address].map { "; it was last changed by \($0)" } ?? ""
    draft.eventOfEffect(
      Plan.correction,
      "\(address) gave the canary \(given) of \(wanted.total) instead of \(wanted.canary)\(editor)",
      type: "Warning"
    )
  }
}

extension Plan {
  /// The reason of the event that tells of a weight which somebody else had changed.
  static let correction = "TrafficWeightCorrected"

  /// The objects whose weights somebody else has changed: who that was is read for them, and only then.
  package var correctedRoutes: [RouteAddress] {
    events.filter { $0.reason == Self.correction }.compactMap { event in
      guard let index = event.effect, case .changeRoute(let change) = effects[index] else { return nil }
      return change.address
    }
  }
}

/// Who changed the object last beside the managers of that name, and when, as its `managedFields` have it: nil when
/// they do not say. Writes to the status do not count.
package func lastEditor(of object: JSONValue, besides own: String) -> String? {
  let entries = (object.at("metadata", "managedFields")?.array ?? []).filter { entry in
    entry["subresource"] == nil && entry["manager"]?.string != own && entry["manager"]?.string != nil
  }
  // Of the same second, who wrote over what another one had applied.
  func age(_ entry: JSONValue) -> (String, Int) {
    (entry["time"]?.string ?? "", entry["operation"] == "Update" ? 1 : 0)
  }
  let last = entries.max { age($0) < age($1) }
  return last.map { "\"\($0["manager"]?.string ?? "")\"" + ($0["time"]?.string.map { " at \($0)" } ?? "") }
}
