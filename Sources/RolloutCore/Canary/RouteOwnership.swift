import KubeModel
package import Primitives
package import TrafficPlans

extension Plan {
  /// The objects that the plan patches for the last time in a release: it is decided, and the canary has no requests
  /// any more.
  package var releasedRoutes: [RouteAddress] {
    guard status.isFullyPromoted || status.isAborted, let weights = status.weights,
      weights.at("canary", "weight") == 0, weights["additional"]?.array?.isEmpty ?? true
    else { return [] }
    return effects.compactMap { effect in
      guard case .changeRoute(.patch(let address, _)) = effect else { return nil }
      return address
    }
  }
}

/// The JSON patch that takes the manager's ordinary writes out of `managedFields`; nil when there are none.
///
/// It holds only while the entries are those, whatever else of the object has changed: a gateway that follows the last
/// write says so in the status at the same moment. A record may not be left empty, so one without any other entry is
/// reset, as the API has it.
package func disowning(_ object: JSONValue, by own: String) -> JSONValue? {
  let path = "/metadata/managedFields"
  let entries = object.at("metadata", "managedFields")?.array ?? []
  let owned = entries.indices.filter { index in
    entries[index]["manager"]?.string == own && entries[index]["operation"] == "Update"
      && entries[index]["subresource"] == nil
  }
  guard !owned.isEmpty else { return nil }
  guard owned.count < entries.count else {
    return [
      ["op": "test", "path": .string(path), "value": .array(entries)],
      ["op": "replace", "path": .string(path), "value": [.object([:])]],
    ]
  }
  // From the last one on, so that each is still where it was.
  return .array(
    owned.reversed().flatMap { index -> [JSONValue] in
      let entry = JSONValue.string("\(path)/\(index)")
      return [["op": "test", "path": entry, "value": entries[index]], ["op": "remove", "path": entry]]
    }
  )
}
