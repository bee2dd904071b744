import KubeModel
import Primitives

/// What AWS has said of a load balancer: its target groups, and the rules of its listeners.
struct ALBAnswer {
  private struct Group {
    let arn: String
    let name: String
    let resource: String

    func fits(_ target: ALBTarget) -> Bool {
      switch target {
      case .resource(let tag): tag == resource
      case .arn(let given): given == arn
      case .name(let given): given == name
      }
    }
  }

  let name: String
  /// `application`, `network` or `gateway`.
  let type: String
  private let arn: String
  private let groups: [Group]
  private let json: JSONValue

  /// Nil for an answer that says why there is none.
  init?(_ answer: JSONValue) {
    guard let balancer = answer["loadBalancer"], let arn = balancer["arn"]?.string else { return nil }
    self.arn = arn
    name = balancer["name"]?.string ?? ""
    type = balancer["type"]?.string ?? ""
    groups = (answer["targetGroups"]?.array ?? []).map { group in
      Group(
        arn: group["arn"]?.string ?? "",
        name: group["name"]?.string ?? "",
        resource: group["resource"]?.string ?? ""
      )
    }
    json = answer
  }

  /// The rules that forward requests, with their groups called as the Ingress calls them; others by their ARN.
  func rules(in named: Set<ALBTarget>) -> [ALBShape] {
    (json["rules"]?.array ?? []).map { rule in
      ALBShape(
        (rule["groups"]?.array ?? []).map { entry in
          let arn = entry["arn"]?.string ?? ""
          let group = groups.first { $0.arn == arn } ?? Group(arn: arn, name: "", resource: "")
          return (named.first(where: group.fits) ?? .arn(arn), entry["weight"]?.int ?? 1)
        }
      )
    }
  }

  var reference: JSONValue { Self.reference(arn, name, after: "loadbalancer/") }

  /// The group that an Ingress names; nil when AWS has none.
  func reference(to target: ALBTarget) -> JSONValue? {
    groups.first { $0.fits(target) }.map { group in
      Self.reference(group.arn, group.name, after: ":")
    }
  }

  /// The full name is the end of the ARN: `app/web/50dc6c495c0c9188`, `targetgroup/web/6d0ecf831eec9f09`.
  private static func reference(_ arn: String, _ name: String, after mark: String) -> JSONValue {
    let full = arn.ranges(of: mark).last.map { String(arn[$0.upperBound...]) } ?? arn
    return ["name": .string(name), "arn": .string(arn), "fullName": .string(full)]
  }
}
