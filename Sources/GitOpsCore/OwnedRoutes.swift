import KubeModel
import Primitives

/// The fields of routes that belong to the rollout controller: the weights of the services of a Rollout, and for as long
/// as a release lasts the rules of its steps and the services of its experiments.
struct OwnedRoutes {
  /// What Rollouts have in a route.
  private struct Part {
    var services: Set<String> = []
    /// Subsets by which a VirtualService tells the parts of one service apart.
    var subsets: Set<String> = []
    /// The names of rules that steps may add.
    var rules: Set<String> = []
    /// Services of experiments that run.
    var experiments: Set<String> = []
    /// How the cookies begin by which a release keeps users.
    var cookies: Set<String> = []
  }

  /// Where an entry of a VirtualService has the cookie of a release.
  private static let cookie = ["headers", "response", "add", "set-cookie"]

  private var routes: [ObjectID: Part] = [:]
  private var destinationRules: [ObjectID: OwnedSubsets] = [:]
  private var ledIngresses: [ObjectID: Set<String>] = [:]
  private var forwardedIngresses: [ObjectID: ForwardedIngress] = [:]

  mutating func add(_ rollout: JSONValue, services: Set<String>) {
    let objects = RoutedObjects(rollout)
    let canary = rollout.at("spec", "strategy", "canary") ?? .null
    let routing = canary["trafficRouting"] ?? .null
    let managed = (routing["managedRoutes"]?.array ?? []).compactMap { $0["name"]?.string }
    let sticky = ["canary", "stable"].map { "\(rollout.name)-sticky-\($0)" }
    let rule = routing.at("istio", "destinationRule")
    let subsets = ["canarySubsetName", "stableSubsetName"].compactMap { rule?[$0]?.string }
    let additional = rollout.status.at("canary", "weights", "additional")?.array ?? []
    let experiments = additional.compactMap { $0["serviceName"]?.string }
    for id in objects.routes {
      routes[id, default: Part()].services.formUnion(services)
      routes[id]?.subsets.formUnion(subsets)
      routes[id]?.rules.formUnion(managed + sticky)
      routes[id]?.experiments.formUnion(experiments)
      routes[id]?.cookies.insert("serin-\(rollout.name)=")
    }
    for id in objects.destinationRules {
      destinationRules[id, default: OwnedSubsets()].names.formUnion(subsets)
      destinationRules[id]?.experiments.formUnion(experiments)
    }
    for id in objects.ledIngresses {
      ledIngresses[id, default: []].formUnion(services.union([objects.rootService].compactMap(\.self)))
    }
    let alb = routing["alb"] ?? .null
    let prefix = alb["annotationPrefix"]?.string ?? "alb.ingress.kubernetes.io"
    let root = alb["rootService"]?.string ?? canary["stableService"]?.string ?? ""
    for id in objects.forwardedIngresses {
      forwardedIngresses[id, default: ForwardedIngress()].actions.insert("\(prefix)/actions.\(root)")
      forwardedIngresses[id]?.routes.formUnion(managed)
    }
  }

  /// Without a live object what is owned goes; with one it is as the live object has it, or as written where the live
  /// object does not know it yet. Nil for an object that is no Rollout's.
  func rewrite(_ object: JSONValue, id: ObjectID, from live: JSONValue?) -> JSONValue? {
    if let subsets = destinationRules[id] { return subsets.rewrite(object, from: live) }
    if let forwarded = forwardedIngresses[id] { return forwarded.rewrite(object, from: live) }
    if let services = ledIngresses[id] {
      return LedIngress(services: services).rewrite(object, from: live)
    }
    guard let part = routes[id], let shape = RouteShape.of(id.groupKind) else { return nil }
    var object = object
    for path in shape.rules {
      guard let rules = object.at(path)?.array else { continue }
      object.set(
        .array(rewrite(rules, part, shape, from: live.map { $0.at(path)?.array ?? [] })),
        at: path[...]
      )
    }
    for path in shape.single {
      guard let rule = object.at(path) else { continue }
      object.set(rewrite(rule, part, shape, hasLive: live != nil, from: live?.at(path)), at: path[...])
    }
    return object
  }

  /// Rules of a release stay in front of the rule that they narrow; those whose rule is gone come first.
  private func rewrite(_ rules: [JSONValue], _ part: Part, _ shape: RouteShape, from live: [JSONValue]?)
    -> [JSONValue]
  {
    var known: [JSONValue] = []
    var added: [Int: [JSONValue]] = [:]
    for rule in live ?? [] {
      if isAdded(rule, part) { added[known.count, default: []].append(rule) } else { known.append(rule) }
    }
    var rewritten: [JSONValue] = []
    for (index, rule) in rules.filter({ !isAdded($0, part) }).enumerated() {
      let place = known.place(at: index, like: rule)
      rewritten += place.flatMap { added.removeValue(forKey: $0) } ?? []
      rewritten.append(
        rewrite(rule, part, shape, hasLive: live != nil, from: place.map { known[$0] })
      )
    }
    return added.sorted { $0.key < $1.key }.flatMap(\.value) + rewritten
  }

  /// A rule that stands for a further one of a route has a number.
  private func isAdded(_ rule: JSONValue, _ part: Part) -> Bool {
    guard let name = rule["name"]?.string else { return false }
    if part.rules.contains(name) { return true }
    guard let dash = name.lastIndex(of: "-"), Int(name[dash...].dropFirst()) != nil else { return false }
    return part.rules.contains(String(name[..<dash]))
  }

  private func rewrite(
    _ rule: JSONValue,
    _ part: Part,
    _ shape: RouteShape,
    hasLive: Bool,
    from live: JSONValue?
  ) -> JSONValue {
    guard let entries = rule[shape.entries]?.array else { return rule }
    let known = live?[shape.entries]?.array ?? []
    let rewritten = entries.filter { !isOfExperiment($0, part, shape) }.map { entry -> JSONValue in
      let isOwn =
        part.services.contains(shape.service(entry))
        || part.subsets.contains(entry.at("destination", "subset")?.string ?? "")
      let same = known.first { shape.isSame($0, entry) }
      guard isOwn, !hasLive || same != nil else { return entry }
      var entry = entry
      entry["weight"] = same?["weight"]
      if let cookie = same?.at(Self.cookie)?.string, part.cookies.contains(where: cookie.hasPrefix) {
        entry.set(.string(cookie), at: Self.cookie[...])
      }
      return entry
    }
    var rule = rule
    rule[shape.entries] = .array(rewritten + known.filter { isOfExperiment($0, part, shape) })
    return rule
  }

  private func isOfExperiment(_ entry: JSONValue, _ part: Part, _ shape: RouteShape) -> Bool {
    part.experiments.contains(shape.service(entry))
  }
}

extension [JSONValue] {
  /// Where the live rule is that stands for a rule of the manifest: the one with the same name, else the one in its
  /// place.
  fileprivate func place(at index: Int, like rule: JSONValue) -> Int? {
    if let name = rule["name"]?.string, let named = firstIndex(where: { $0["name"]?.string == name }) {
      return named
    }
    return indices.contains(index) ? index : nil
  }
}
