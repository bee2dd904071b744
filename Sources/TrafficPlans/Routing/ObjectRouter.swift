package import Primitives

/// A router of one object that people wrote, whose wish is that object as it should be.
package protocol ObjectRouter: TrafficRouter {
  var address: RouteAddress { get }

  /// The live object with the wanted weights and all that goes with them; throws on an object of another shape.
  func wanted(_ weights: TrafficWeights, _ object: JSONValue) throws(RouteProblem) -> JSONValue
}

extension ObjectRouter {
  package var required: [RouteAddress] { [address] }

  package func plan(_ weights: TrafficWeights, _ live: LiveRoutes) -> RoutePlan {
    guard let object = live[address] else { return .problem("\(address) not found") }
    do throws(RouteProblem) {
      return .change(address, from: object, to: try wanted(weights, object))
    } catch {
      return .problem(error.description)
    }
  }

  package func problem(_ weights: TrafficWeights, _ live: LiveRoutes) -> String? {
    guard case .problem(let sentence) = plan(weights, live) else { return nil }
    return sentence
  }
}

extension JSONValue {
  /// The value of a text within an object, such as an annotation.
  init(_ text: String, in subject: String) throws(RouteProblem) {
    do throws(JSONError) {
      self = try JSONValue(parsing: text)
    } catch {
      throw RouteProblem("\(subject) \(error)")
    }
  }
}
