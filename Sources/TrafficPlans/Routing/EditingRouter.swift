import KubeModel
import Primitives

/// A router that says how the objects should look: what differs is what it writes.
protocol EditingRouter: TrafficRouter {
  /// All writes that are left to do, in their order.
  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange]
}

extension EditingRouter {
  package func plan(_ weights: TrafficWeights, _ live: LiveRoutes) -> RoutePlan {
    do throws(RouteProblem) {
      return .changes(try changes(weights, live))
    } catch {
      return .problem(error.description)
    }
  }

  package func problem(_ weights: TrafficWeights, _ live: LiveRoutes) -> String? {
    guard case .problem(let problem) = plan(weights, live) else { return nil }
    return problem
  }

  func object(_ address: RouteAddress, _ live: LiveRoutes) throws(RouteProblem) -> JSONValue {
    guard let object = live[address] else { throw .missing(address) }
    return object
  }

  /// A derived object, if there is one; one that the rollout does not control is a problem.
  func derivedObject(_ address: RouteAddress, _ weights: TrafficWeights, _ live: LiveRoutes)
    throws(RouteProblem) -> JSONValue?
  {
    guard let object = live[address] else { return nil }
    guard object.isControlled(by: weights.owner) else { throw .foreign(address) }
    return object
  }
}

extension JSONValue {
  /// Whether the object's controlling owner is the one that the reference names.
  func isControlled(by owner: JSONValue) -> Bool {
    guard let uid = owner["uid"]?.string, !uid.isEmpty else { return false }
    return controllerReference?["uid"]?.string == uid
  }

  /// Sets one annotation; nil removes it, and the last one takes the whole field with it, as the API does.
  mutating func setAnnotation(_ name: String, _ value: String?) {
    set(value.map(JSONValue.string), at: "metadata", "annotations", name)
    if at("metadata", "annotations")?.object?.isEmpty == true { set(nil, at: "metadata", "annotations") }
  }

  /// Replaces one element of a list in the spec.
  mutating func replace(_ element: JSONValue, at index: Int, of list: String) {
    var elements = spec[list]?.array ?? []
    guard elements.indices.contains(index) else { return }
    elements[index] = element
    set(.array(elements), at: "spec", list)
  }

  /// Whether a condition of one of these types says that the present generation is in use; nil when there is none.
  func isFollowed(by types: [String]) -> Bool? {
    let conditions = (status["conditions"]?.array ?? []).filter { types.contains($0["type"]?.string ?? "") }
    guard !conditions.isEmpty else { return nil }
    return conditions.allSatisfy {
      $0["status"] == "True" && ($0["observedGeneration"]?.int ?? generation) >= generation
    }
  }
}
