import KubeModel
import Primitives

/// The cookie by which ingress-nginx keeps users with the pods that answered them; haproxy-ingress has it under the same
/// names.
///
/// A canary Ingress has no cookie of its own: the controller takes that of the Ingress beside it, and keeps users of the
/// canary there whatever its weight is, even at 0. That is why it is told to forget them then.
struct IngressAffinity {
  private let kind: String
  private let cookie: String
  /// The annotation of the canary Ingress that says whether its users stay.
  let behavior: String

  init(prefix: String) {
    kind = "\(prefix)/affinity"
    cookie = "\(prefix)/session-cookie-name"
    behavior = "\(prefix)/affinity-canary-behavior"
  }

  /// The Ingress of people with a cookie of this release, or without one of ours; a cookie of their own stays.
  func marked(_ ingress: JSONValue, _ weights: TrafficWeights) -> JSONValue {
    let isOurs = ReleaseCookie.isOurs(ingress.annotation(cookie))
    guard isOurs || ingress.annotation(kind) == nil && ingress.annotation(cookie) == nil else {
      return ingress
    }
    let isWanted = weights.stickiness == .both && weights.canary > 0
    guard isOurs || isWanted else { return ingress }
    var marked = ingress
    marked.setAnnotation(kind, isWanted ? "cookie" : nil)
    marked.setAnnotation(cookie, isWanted ? ReleaseCookie.name(weights) : nil)
    return marked
  }

  /// Says in the annotations of the canary Ingress whether its users stay there.
  func setBehavior(_ annotations: inout [String: String], _ stable: JSONValue, _ weights: TrafficWeights) {
    if weights.canary == 0 {
      if stable.annotation(kind) != nil { annotations[behavior] = "legacy" }
    } else if weights.stickiness == .both {
      annotations[behavior] = "sticky"
    }
  }
}
