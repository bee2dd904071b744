package import KubeModel
package import Primitives

/// One Ingress of the AWS Load Balancer Controller: the weights are in the annotation with the action of one backend, and
/// routes of steps are paths with actions and conditions of their own (reference, section 6.4).
///
/// An action that people wrote is as they wrote it whenever no release is in flight; where they wrote none, the action
/// is the router's own and stays, since the load balancer answers 503 without it.
package struct ALBIngress: ObjectRouter {
  package let address: RouteAddress
  private let rollout: String
  let rootService: String?
  private let port: String
  let prefix: String
  private let stickiness: ALBAction.Stickiness?

  /// Reads `alb`, for one of its Ingresses.
  package init(_ alb: JSONValue, ingress: String, rollout: ObjectKey) {
    address = RouteAddress(.ingresses, ObjectKey(namespace: rollout.namespace, name: ingress))
    self.rollout = rollout.name
    rootService = alb["rootService"]?.string
    port = alb["servicePort"]?.int.map { "\($0)" } ?? ""
    prefix = alb["annotationPrefix"]?.string ?? "alb.ingress.kubernetes.io"
    stickiness = alb["stickinessConfig"].map { config in
      .init(
        isEnabled: config["enabled"]?.bool ?? false,
        seconds: config["durationSeconds"]?.int ?? 0
      )
    }
  }

  package func wanted(_ weights: TrafficWeights, _ object: JSONValue) throws(RouteProblem) -> JSONValue {
    let root = rootService ?? weights.stableService
    try checkBackend(root, object)
    if let stickiness, stickiness.isEnabled, !(1...604_800).contains(stickiness.seconds) {
      throw RouteProblem(
        "\(address) cannot keep users for \(stickiness.seconds) seconds: durationSeconds is 1 to 604800"
      )
    }
    var notes = try ALBNotes(object, rollout: rollout, address)
    var ingress = object
    let names = weights.managedNames
    for key in notes.owned + names.flatMap(keys) where key != action(root) {
      ingress.set(nil, at: "metadata", "annotations", key)
    }
    ingress = ALBPaths(root: root, managed: names).put(weights.managedRoutes.map(\.name), into: ingress)
    try setAction(root, weights, &notes, &ingress)
    for route in weights.managedRoutes {
      let headers = ALBConditions.headers(of: route)
      let given = try ALBConditions.parse(object.annotation(conditions(root)), "\(address), \(root),")
      let forward = ALBAction.forwarding(to: weights.canaryService, port: port)
      ingress.set(.string(forward.text()), at: "metadata", "annotations", action(route.name))
      ingress.set(
        .string(JSONValue.array(given + headers).text()),
        at: "metadata",
        "annotations",
        conditions(route.name)
      )
    }
    let isOwn = notes.owned.contains(action(root))
    notes.owned = (isOwn ? [action(root)] : []) + weights.managedRoutes.flatMap { keys($0.name) }
    notes.write(into: &ingress)
    return ingress
  }

  /// The action of the root, and whose it is.
  private func setAction(
    _ root: String,
    _ weights: TrafficWeights,
    _ notes: inout ALBNotes,
    _ ingress: inout JSONValue
  ) throws(RouteProblem) {
    let key = action(root)
    let subject = "\(address), action \"\(root)\","
    let text = ingress.annotation(key)
    let stickiness = stickiness(weights)
    let isResting = weights.canary == 0 && weights.additional.isEmpty
    let live = try text.map { text throws(RouteProblem) in try ALBAction(parsing: text, subject) }
    let isOwn = live == nil || notes.owned.contains(key)
    if isOwn, !notes.owned.contains(key) { notes.owned.append(key) }
    let wanted = try (live ?? ALBAction()).weighed(weights, port: port, stickiness, subject)
    if isOwn {
      if live != wanted { ingress.set(.string(wanted.text), at: "metadata", "annotations", key) }
      return
    }
    let isAsWritten = live?.isResting(weights) ?? false
    // What a router wrote is compact; anything else is people's, perhaps from a moment ago.
    let isNew = isAsWritten && text != live?.text
    let written = notes.written(key) { $0.isResting(weights) }
    if isResting {
      notes.forget(key)
      if !isNew, let text = written ?? (isAsWritten ? nil : wanted.text) {
        ingress.set(.string(text), at: "metadata", "annotations", key)
      }
    } else if live != wanted {
      if let text, isNew || isAsWritten && written == nil { notes.keep(text, key) }
      ingress.set(.string(wanted.text), at: "metadata", "annotations", key)
    }
  }

  /// What the spec asks for, at all times as Argo Rollouts has it: AWS refuses a rule without it where the target groups
  /// are sticky themselves. What only a release asks for ends where one part has all requests, because AWS keeps users
  /// even in a group of weight 0.
  private func stickiness(_ weights: TrafficWeights) -> ALBAction.Stickiness? {
    if let stickiness { return stickiness }
    guard weights.stickiness == .both else { return nil }
    let isSplit = weights.canary > 0 && weights.stable > 0
    return .init(isEnabled: isSplit, seconds: 604_800)
  }

  private func checkBackend(_ root: String, _ object: JSONValue) throws(RouteProblem) {
    let backends = ALBPaths.backends(of: object).filter { $0.at("service", "name")?.string == root }
    guard !backends.isEmpty else { throw RouteProblem("\(address) has no rule with the backend \"\(root)\"") }
    guard backends.contains(where: ALBPaths.usesAnnotation) else {
      throw RouteProblem(
        "\(address) sends requests to the service \"\(root)\" itself: the port's name must be use-annotation"
      )
    }
  }

  func action(_ name: String) -> String { "\(prefix)/actions.\(name)" }
  private func conditions(_ name: String) -> String { "\(prefix)/conditions.\(name)" }
  private func keys(_ route: String) -> [String] { [action(route), conditions(route)] }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: .canary, weights, live)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: .stable, weights, live)
  }

  private func share(of role: TrafficRole, _ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[address] else { return nil }
    let root = rootService ?? weights.stableService
    do throws(RouteProblem) {
      try checkBackend(root, object)
      // Without its action nothing is answered.
      guard let text = object.annotation(action(root)) else { return 0 }
      return try ALBAction(parsing: text, "").share(of: role, weights)
    } catch {
      return nil
    }
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool {
    guard let object = live[address] else { return false }
    return ALBPaths.backends(of: object).contains { backend in
      weights.managedNames.contains(backend.at("service", "name")?.string ?? "")
        && ALBPaths.usesAnnotation(backend)
    }
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    guard let object = live[address] else { return false }
    return ALBPaths.backends(of: object).contains { backend in
      let name = backend.at("service", "name")?.string ?? ""
      guard ALBPaths.usesAnnotation(backend) else { return name == service }
      return object.annotation(action(name)).map { ALBAction.leads($0, to: service) } ?? false
    }
  }

  package func refusal(of route: ManagedRoute) -> String? {
    guard route.action == .canary else { return "a load balancer of AWS has no mirrors" }
    let isExact = route.given.allSatisfy { $0.at("headerValue", "exact")?.string != nil }
    return isExact ? nil : "a load balancer of AWS is given exact values of headers only"
  }

  package func canStick(_ stickiness: Stickiness) -> Bool { stickiness == .both }

  /// AWS keeps users in a group of weight 0, until their cookie ends.
  package func lingering(_ live: LiveRoutes) -> Duration {
    guard let stickiness, stickiness.isEnabled else { return .zero }
    return .seconds(min(604_800, max(0, stickiness.seconds)))
  }
}

extension TrafficRouting {
  /// The routers of `trafficRouting.alb`, one for each Ingress.
  @Sendable static func albUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let alb = routing["alb"] else { return [] }
    let single = alb["ingress"]?.string.map { [("alb.ingress", $0)] } ?? []
    let several = (alb["ingresses"]?.array ?? []).enumerated().compactMap { index, name in
      name.string.map { ("alb.ingresses[\(index)]", $0) }
    }
    return (single + several).map { field, name in
      Unit(router: ALBIngress(alb, ingress: name, rollout: rollout), field: field)
    }
  }
}
