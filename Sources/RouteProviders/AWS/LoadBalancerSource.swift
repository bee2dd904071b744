package import Primitives
package import TrafficPlans

/// A load balancer of AWS by its host name: the target groups behind it, by the tag that the AWS Load Balancer
/// Controller gives them, and what its rules forward to them. It is only read.
package final class LoadBalancerSource: RouteSource {
  private struct Balancer: Sendable {
    let arn: String
    let name: String
    let type: String
  }

  /// So many resources may be named in one question for tags.
  private static let mostTagged = 20

  private let api: LoadBalancerAPI
  /// The tag that says for which Service of which Ingress a target group is.
  private let tag: String
  /// Load balancers by host name, as they were found last.
  private let known = Locked<[String: Balancer]>([:])

  package init(api: LoadBalancerAPI, tag: String) {
    self.api = api
    self.tag = tag
  }

  package let interval = Duration.seconds(10)

  package func read(_ address: RouteAddress) async throws(RouteFailure) -> JSONValue? {
    guard let host = address.outside?.settings["host"]?.string, !host.isEmpty else {
      return Self.problem("Ingress \"\(address.key)\" has no load balancer yet")
    }
    let region = Self.region(of: host)
    guard let balancer = try await find(host, region) else {
      return Self.problem("AWS has no load balancer with the host name \(host)")
    }
    var answer: JSONValue = [
      "loadBalancer": [
        "arn": .string(balancer.arn), "name": .string(balancer.name), "type": .string(balancer.type),
      ]
    ]
    guard balancer.type == "application" else { return answer }
    do throws(RouteFailure) {
      answer["targetGroups"] = .array(try await groups(of: balancer, region))
      answer["rules"] = .array(try await rules(of: balancer, region))
    } catch {
      // One that was removed and made anew has another ARN.
      if error.kind == .invalid { known.withLock { $0[host] = nil } }
      throw error
    }
    return answer
  }

  package func perform(_ change: RouteChange) async throws(RouteFailure) -> JSONValue? {
    throw RouteFailure(.invalid, "\(change.address) is only read")
  }

  private static func problem(_ text: String) -> JSONValue { ["problem": .string(text)] }

  /// The region is part of the host name: `web-1234.eu-west-1.elb.amazonaws.com`; nil for names of other kinds.
  private static func region(of host: String) -> String? {
    let labels = host.split(separator: ".").map(String.init)
    guard let place = labels.firstIndex(of: "elb") else { return nil }
    // Those of the network, and of China, have them the other way round.
    let next = labels.dropFirst(place + 1).first ?? ""
    if next.contains("-") { return next }
    return place > 0 && labels[place - 1].contains("-") && place > 1 ? labels[place - 1] : nil
  }

  private func find(_ host: String, _ region: String?) async throws(RouteFailure) -> Balancer? {
    if let balancer = known.withLock({ $0[host] }) { return balancer }
    let all = try await api.list("DescribeLoadBalancers", [], of: "LoadBalancers", region: region)
    let found = all.compactMap { member -> (String, Balancer)? in
      guard let name = member.text("DNSName"), let arn = member.text("LoadBalancerArn") else { return nil }
      let type = member.text("Type") ?? "application"
      return (
        name.lowercased(), Balancer(arn: arn, name: member.text("LoadBalancerName") ?? "", type: type)
      )
    }
    return known.withLock { known in
      for (name, balancer) in found {
        known[name] = balancer
        // The name that has addresses of both kinds.
        known["dualstack.\(name)"] = balancer
      }
      return known[host]
    }
  }

  private func groups(of balancer: Balancer, _ region: String?) async throws(RouteFailure) -> [JSONValue] {
    let members = try await api.list(
      "DescribeTargetGroups",
      [("LoadBalancerArn", balancer.arn)],
      of: "TargetGroups",
      region: region
    )
    let arns = members.compactMap { $0.text("TargetGroupArn") }
    var resources: [String: String] = [:]
    for start in stride(from: 0, to: arns.count, by: Self.mostTagged) {
      let part = arns[start..<min(arns.count, start + Self.mostTagged)]
      let names = part.enumerated().map { ("ResourceArns.member.\($0 + 1)", $1) }
      for description in try await api.list("DescribeTags", names, of: "TagDescriptions", region: region) {
        let own = description.members("Tags").first { $0.text("Key") == tag }
        resources[description.text("ResourceArn") ?? ""] = own?.text("Value")
      }
    }
    return members.compactMap { member in
      guard let arn = member.text("TargetGroupArn") else { return nil }
      return [
        "arn": .string(arn), "name": .string(member.text("TargetGroupName") ?? ""),
        "resource": .string(resources[arn] ?? ""),
      ]
    }
  }

  /// The rules of all listeners that forward requests; a listener's default is one of them.
  private func rules(of balancer: Balancer, _ region: String?) async throws(RouteFailure) -> [JSONValue] {
    let listeners = try await api.list(
      "DescribeListeners",
      [("LoadBalancerArn", balancer.arn)],
      of: "Listeners",
      region: region
    )
    var rules: [JSONValue] = []
    for arn in listeners.compactMap({ $0.text("ListenerArn") }) {
      let members = try await api.list(
        "DescribeRules",
        [("ListenerArn", arn)],
        of: "Rules",
        region: region
      )
      rules += members.compactMap { member in
        let groups = Self.groups(of: member)
        guard !groups.isEmpty else { return nil }
        return ["arn": .string(member.text("RuleArn") ?? ""), "groups": .array(groups)]
      }
    }
    return rules
  }

  /// The target groups of the action that forwards; the others before it, such as one that asks who comes, have none.
  private static func groups(of rule: XMLElement) -> [JSONValue] {
    guard let action = rule.members("Actions").first(where: { $0.text("Type") == "forward" }) else {
      return []
    }
    let several = (action["ForwardConfig"]?.members("TargetGroups") ?? []).compactMap { group -> JSONValue? in
      guard let arn = group.text("TargetGroupArn") else { return nil }
      let weight = group.text("Weight").flatMap { Int($0) } ?? 1
      return ["arn": .string(arn), "weight": JSONValue(weight)]
    }
    guard several.isEmpty else { return several }
    return action.text("TargetGroupArn").map { [["arn": .string($0), "weight": 1]] } ?? []
  }
}
