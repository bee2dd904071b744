import KubeModel
import Primitives

/// An action that forwards requests to target groups, as an annotation has it. The controller that reads it does not
/// mind the case of field names, so they are found in either case and written as they are.
struct ALBAction: Hashable {
  struct Stickiness: Hashable {
    let isEnabled: Bool
    let seconds: Int
  }

  private var document: JSONValue

  /// One without target groups.
  init() { document = ["Type": "forward", "ForwardConfig": ["TargetGroups": .array([])]] }

  init(parsing text: String, _ subject: String) throws(RouteProblem) {
    document = try JSONValue(text, in: subject)
    guard let type = document.field("Type")?.string, type == "forward" else {
      throw RouteProblem("\(subject) does not forward requests")
    }
    guard let groups = document.field("ForwardConfig")?.field("TargetGroups")?.array,
      groups.allSatisfy({ $0.object != nil })
    else {
      throw RouteProblem("\(subject) has no list of target groups")
    }
  }

  var text: String { document.text() }

  /// One that gives a service all requests.
  static func forwarding(to service: String, port: String) -> JSONValue {
    let group: JSONValue = [
      "ServiceName": .string(service), "ServicePort": .string(port), "Weight": 100,
    ]
    return ["Type": "forward", "ForwardConfig": ["TargetGroups": [group]]]
  }

  private var groups: [JSONValue] {
    get { document.field("ForwardConfig")?.field("TargetGroups")?.array ?? [] }
    set {
      document.changeField("ForwardConfig") { $0.changeField("TargetGroups") { $0 = .array(newValue) } }
    }
  }

  /// Where the action sends requests, each with its weight.
  func targets(of ingress: ObjectKey) -> [(target: ALBTarget, weight: Int)] {
    groups.map { group in
      (ALBTarget(group, ingress: ingress), Share.weight(group.field("Weight"), absent: 1))
    }
  }

  private struct Sums {
    var canary = 0
    var stable = 0
    var additional = 0
    var others = 0
  }

  private func sums(_ weights: TrafficWeights) -> Sums {
    groups.reduce(into: Sums()) { sums, group in
      let weight = Share.weight(group.field("Weight"), absent: 1)
      let service = group.field("ServiceName")?.string
      if service == weights.canaryService {
        sums.canary += weight
      } else if service == weights.stableService {
        sums.stable += weight
      } else if weights.isAdditional(service) {
        sums.additional += weight
      } else {
        sums.others += weight
      }
    }
  }

  /// The share of a part in what the rollout has.
  func share(of role: TrafficRole, _ weights: TrafficWeights) -> Int {
    let sums = sums(weights)
    let sum = sums.canary + sums.stable + sums.additional
    return Share.part(role == .canary ? sums.canary : sums.stable, of: sum, total: weights.total)
  }

  /// Whether all that the rollout has goes to stable.
  func isResting(_ weights: TrafficWeights) -> Bool {
    let sums = sums(weights)
    let hasAdditional = groups.contains { weights.isAdditional($0.field("ServiceName")?.string) }
    return sums.stable > 0 && sums.canary == 0 && !hasAdditional
  }

  /// The same with the wanted weights: others keep theirs, and what they leave is split.
  func weighed(_ weights: TrafficWeights, port: String, _ stickiness: Stickiness?, _ subject: String)
    throws(RouteProblem) -> ALBAction
  {
    for name in [weights.canaryService, weights.stableService] {
      let count = groups.count { $0.field("ServiceName")?.string == name }
      if count > 1 { throw RouteProblem("\(subject) names service \"\(name)\" twice") }
    }
    let others = sums(weights).others
    guard others < weights.total else {
      throw RouteProblem("\(subject) gives others \(others) of \(weights.total), which leaves nothing")
    }
    let room = weights.total - others
    let canary = weights.canary * room / weights.total
    let shares = weights.additional.map { $0.weight * room / weights.total }
    let stable = max(0, room - canary - shares.reduce(0, +))
    var action = self
    action.groups.removeAll { group in
      let name = group.field("ServiceName")?.string
      return weights.isAdditional(name) && !weights.additional.contains { $0.service == name }
    }
    action.set(weights.canaryService, canary, port: port, at: 0)
    for (destination, share) in zip(weights.additional, shares) {
      let own = destination.port.map { "\($0)" } ?? port
      action.set(destination.service, share, port: own, at: action.place(of: weights.stableService))
    }
    action.set(weights.stableService, stable, port: port, at: action.place(of: weights.stableService))
    if let stickiness { action.set(stickiness) }
    return action
  }

  /// Where the group of the service is, or belongs.
  private func place(of service: String) -> Int {
    groups.firstIndex { $0.field("ServiceName")?.string == service } ?? groups.count
  }

  private mutating func set(_ service: String, _ weight: Int, port: String, at place: Int) {
    if let index = groups.firstIndex(where: { $0.field("ServiceName")?.string == service }) {
      guard groups[index].field("Weight")?.int != weight else { return }
      groups[index].changeField("Weight") { $0 = JSONValue(weight) }
    } else {
      var group: JSONValue = .object([:])
      let isLower = document["type"] != nil
      for (name, value) in [
        ("ServiceName", .string(service)), ("ServicePort", .string(port)), ("Weight", JSONValue(weight)),
      ] as [(String, JSONValue)] {
        group[isLower ? name.prefix(1).lowercased() + name.dropFirst() : name] = value
      }
      groups.insert(group, at: place)
    }
  }

  private mutating func set(_ stickiness: Stickiness) {
    document.changeField("ForwardConfig") { config in
      config.changeField("TargetGroupStickinessConfig") { field in
        field.changeField("Enabled") { $0 = .bool(stickiness.isEnabled) }
        field.changeField("DurationSeconds") { $0 = JSONValue(stickiness.seconds) }
      }
    }
  }

  /// Whether the action of an annotation sends requests to the service.
  static func leads(_ text: String, to service: String) -> Bool {
    do throws(RouteProblem) {
      let groups = try ALBAction(parsing: text, "").groups
      return groups.contains { group in
        group.field("ServiceName")?.string == service
          && (groups.count == 1 || Share.weight(group.field("Weight"), absent: 1) > 0)
      }
    } catch {
      return false
    }
  }
}

extension JSONValue {
  /// The name of a field in the case in which the object has it.
  private func spelling(of name: String) -> String? {
    if self[name] != nil { return name }
    return object?.keys.first { $0.lowercased() == name.lowercased() }
  }

  /// A field whose name may be in another case.
  func field(_ name: String) -> JSONValue? { spelling(of: name).flatMap { self[$0] } }

  fileprivate mutating func changeField(_ name: String, by change: (inout JSONValue) -> Void) {
    let name = spelling(of: name) ?? name
    var value = self[name] ?? .object([:])
    change(&value)
    self[name] = value
  }
}
