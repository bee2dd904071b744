import KubeModel
import Primitives

/// A target group as an Ingress names it: by a Service, for which the controller makes one and tags it, or by itself.
enum ALBTarget: Hashable, CustomStringConvertible {
  /// The tag of a group that is made for a Service, such as `shop/web-web-canary:80`.
  case resource(String)
  case arn(String)
  case name(String)

  /// The group of a Service's port, which is a number or a name.
  init(service: String, port: JSONValue?, ingress: ObjectKey) {
    let port = port?.string ?? port?.int.map { "\($0)" } ?? ""
    self = .resource("\(ingress)-\(service):\(port)")
  }

  /// A group in an action.
  init(_ group: JSONValue, ingress: ObjectKey) {
    if let arn = group.field("TargetGroupARN")?.string {
      self = .arn(arn)
    } else if let name = group.field("TargetGroupName")?.string {
      self = .name(name)
    } else {
      let service = group.field("ServiceName")?.string ?? ""
      self.init(service: service, port: group.field("ServicePort"), ingress: ingress)
    }
  }

  var description: String {
    switch self {
    case .resource(let text), .arn(let text), .name(let text): text
    }
  }
}

/// What a rule does with requests: the weights of its target groups. With one group a weight says nothing.
struct ALBShape: Hashable, CustomStringConvertible {
  let weights: [ALBTarget: Int]

  init(_ weights: [(ALBTarget, Int)]) {
    let isSplit = weights.count > 1
    self.weights = Dictionary(weights.map { ($0.0, isSplit ? $0.1 : 1) }, uniquingKeysWith: +)
  }

  var description: String {
    weights.map { ("\($0.key)", $0.value) }.sorted { $0 < $1 }
      .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
