/// Why nothing may be written: one sentence that names the object and what is wrong with it.
package struct RouteProblem: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }

  static func missing(_ address: RouteAddress) -> RouteProblem { RouteProblem("\(address) not found") }

  /// A derived object of somebody else is never touched (reference, section 6.3).
  static func foreign(_ address: RouteAddress) -> RouteProblem {
    RouteProblem("\(address) is in the way: it was not made for this rollout")
  }
}
