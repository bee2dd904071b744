/// What is known of whether the data plane follows the objects of a router.
package enum RouteProof: Sendable, Hashable {
  /// The data plane says that it follows their present generation.
  case followed
  /// It says that it does not yet, or nobody could find out; why, as a clause, where more is known than that.
  case lagging(String?)
  /// Nothing ever tells: who it is that gives no proof, such as `ingress-nginx`.
  case silent(String)

  /// From the answer of somebody who may have none.
  init(_ isFollowed: Bool?, of name: String) {
    switch isFollowed {
    case true?: self = .followed
    case false?: self = .lagging(nil)
    case nil: self = .silent(name)
    }
  }

  package var isLagging: Bool { isFollowed == false }

  /// Nil where nothing ever tells.
  package var isFollowed: Bool? {
    switch self {
    case .followed: true
    case .lagging: false
    case .silent: nil
    }
  }

  /// What people are told of those who give no proof; nil when there are none.
  package static func words(forSilenceOf names: [String]) -> String? {
    let names = Set(names).sorted()
    guard let last = names.last else { return nil }
    let verb = names.count == 1 ? "gives" : "give"
    let all = names.count == 1 ? last : "\(names.dropLast().joined(separator: ", ")) and \(last)"
    return "weights are set; \(all) \(verb) no proof that they are served"
  }
}
