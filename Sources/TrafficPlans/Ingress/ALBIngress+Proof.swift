import KubeModel
package import Primitives

/// Whether AWS has what the Ingress asks for (reference, section 6.4): the weights of the target groups in the rules of
/// its load balancers, each read once for all rollouts behind it.
extension ALBIngress {
  /// The load balancers by the host names in the status of the Ingress; one without a name while it has none.
  package func witnesses(_ live: LiveRoutes) -> [RouteAddress] {
    guard let ingress = live[address] else { return [] }
    let entries = ingress.status.at("loadBalancer", "ingress")?.array ?? []
    let hosts = Set(entries.compactMap { $0["hostname"]?.string?.lowercased() }).subtracting([""]).sorted()
    guard !hosts.isEmpty else { return [Self.witness("", address.key)] }
    return hosts.map { Self.witness($0, ObjectKey(namespace: "", name: $0)) }
  }

  private static func witness(_ host: String, _ key: ObjectKey) -> RouteAddress {
    RouteAddress(OutsidePlace(.loadBalancer, settings: ["host": .string(host)]), key)
  }

  /// Every rule for one of the Services' target groups must be as the Ingress has it, and one must be the split itself.
  /// A load balancer of another kind, such as one in front of it, has no rules and does not count.
  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    let answers = witnesses(live).compactMap { live[$0] }
    guard let ingress = live[address], !answers.isEmpty else { return .silent("the load balancer") }
    if let problem = answers.lazy.compactMap({ $0["problem"]?.string }).first { return .lagging(problem) }
    let root = rootService ?? weights.stableService
    guard let split = shape(ofAction: root, in: ingress) else {
      return .lagging("\(address) has no action \"\(root)\" with target groups")
    }
    let applications = answers.compactMap { ALBAnswer($0) }.filter { $0.type == "application" }
    guard !applications.isEmpty else { return .lagging("\(address) has no application load balancer") }
    let known = Set(shapes(of: ingress))
    for balancer in applications {
      if let lag = lag(of: balancer, behind: split, known) { return .lagging(lag) }
    }
    return .followed
  }

  private func lag(of balancer: ALBAnswer, behind split: ALBShape, _ known: Set<ALBShape>) -> String? {
    let own = split.weights.keys.filter { if case .resource = $0 { true } else { false } }
    var hasSplit = false
    for rule in balancer.rules(in: Set(split.weights.keys).union(known.flatMap(\.weights.keys))) {
      guard own.contains(where: { rule.weights[$0] != nil }) else { continue }
      if rule == split {
        hasSplit = true
      } else if !known.contains(rule) {
        return "load balancer \"\(balancer.name)\" has \(rule) instead of \(split)"
      }
    }
    return hasSplit ? nil : "load balancer \"\(balancer.name)\" has no rule with \(split)"
  }

  /// What the action of a backend asks for; nil when it forwards no requests.
  private func shape(ofAction name: String, in ingress: JSONValue) -> ALBShape? {
    guard let text = ingress.annotation(action(name)) else { return nil }
    do throws(RouteProblem) {
      let targets = try ALBAction(parsing: text, "").targets(of: address.key)
      return targets.isEmpty ? nil : ALBShape(targets.map { ($0.target, $0.weight) })
    } catch {
      return nil
    }
  }

  /// All that the backends of the Ingress ask for.
  private func shapes(of ingress: JSONValue) -> [ALBShape] {
    ALBPaths.backends(of: ingress).compactMap { backend in
      guard let name = backend.at("service", "name")?.string else { return nil }
      if ALBPaths.usesAnnotation(backend) { return shape(ofAction: name, in: ingress) }
      let port = backend.at("service", "port", "number") ?? backend.at("service", "port", "name")
      return ALBShape([(ALBTarget(service: name, port: port, ingress: address.key), 1)])
    }
  }

  /// The load balancer and the target groups of both parts, as Argo Rollouts tells them.
  package func testimony(_ weights: TrafficWeights, _ live: LiveRoutes) -> JSONValue? {
    let answers = witnesses(live).compactMap { live[$0] }.compactMap { ALBAnswer($0) }
    guard let balancer = answers.first(where: { $0.type == "application" }),
      let split = live[address].flatMap({ shape(ofAction: rootService ?? weights.stableService, in: $0) })
    else { return nil }
    var status: JSONValue = ["ingress": .string(address.key.name), "loadBalancer": balancer.reference]
    for (field, service) in [
      ("canaryTargetGroup", weights.canaryService), ("stableTargetGroup", weights.stableService),
    ] {
      let named = split.weights.keys.first { target in
        guard case .resource(let tag) = target else { return false }
        return tag.hasPrefix("\(address.key)-\(service):")
      }
      status[field] = named.flatMap { balancer.reference(to: $0) }
    }
    return status
  }
}
