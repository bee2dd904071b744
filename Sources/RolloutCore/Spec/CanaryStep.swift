package import Primitives

/// One step of a canary (reference, section 1.5). A step may set several fields: all of them take effect, and one of
/// them, its ``action``, says when the step is done.
package struct CanaryStep: Sendable, Hashable {
  /// The field that decides when a step is done.
  package enum Action: Sendable, Hashable {
    /// Nil waits for a person.
    case pause(Duration?)
    case setCanaryScale
    case setWeight(Int)
    case experiment
    case analysis(JSONValue)
    case setHeaderRoute
    case setMirrorRoute
    case plugin(String)
    /// Nothing that can be performed; validation says why.
    case malformed(String)
  }

  package let action: Action
  package let weight: Int?
  package let canaryScale: CanaryScale?
  package let experiment: JSONValue?
  package let headerRoute: JSONValue?
  package let mirrorRoute: JSONValue?
  package let plugin: JSONValue?

  package init(_ value: JSONValue) {
    weight = value["setWeight"]?.int32
    canaryScale = value["setCanaryScale"].map(CanaryScale.init)
    experiment = value["experiment"]
    headerRoute = value["setHeaderRoute"]
    mirrorRoute = value["setMirrorRoute"]
    plugin = value["plugin"]
    action = Self.action(value)
  }

  /// Upstream's order; `analyze` is accepted as another spelling of `analysis`.
  private static func action(_ value: JSONValue) -> Action {
    if let pause = value["pause"] { return self.pause(pause) }
    if value["setCanaryScale"] != nil { return .setCanaryScale }
    if let weight = value["setWeight"] {
      return weight.int32.map(Action.setWeight) ?? .malformed("setWeight")
    }
    if value["experiment"] != nil { return .experiment }
    if let analysis = value["analysis"] ?? value["analyze"] { return .analysis(analysis) }
    if value["setHeaderRoute"] != nil { return .setHeaderRoute }
    if value["setMirrorRoute"] != nil { return .setMirrorRoute }
    if let plugin = value["plugin"] { return .plugin(plugin["name"]?.string ?? "") }
    return .malformed(value.object?.keys.min() ?? "empty")
  }

  private static func pause(_ value: JSONValue) -> Action {
    guard let duration = value["duration"], !duration.isNull else { return .pause(nil) }
    return CanaryStep.duration(duration).map { .pause($0) } ?? .malformed("pause")
  }

  /// A duration as a step has it: seconds as a number, digits, or Go's notation.
  static func duration(_ value: JSONValue) -> Duration? {
    if let seconds = value.int32 { return seconds >= 0 ? .seconds(seconds) : nil }
    guard let text = value.string else { return nil }
    if let seconds = Int(text) { return seconds >= 0 ? .seconds(seconds) : nil }
    return Duration(go: text).flatMap { $0 >= .zero ? $0 : nil }
  }
}

/// `setCanaryScale`: how many pods the canary has, apart from its weight (reference, section 2.4).
package enum CanaryScale: Sendable, Hashable {
  case replicas(Int)
  /// A share of `spec.replicas` in percent.
  case weight(Int)
  /// As many as the weight asks for, which ends an earlier `setCanaryScale`.
  case matchTrafficWeight

  init(_ value: JSONValue) {
    if value["matchTrafficWeight"]?.bool == true {
      self = .matchTrafficWeight
    } else if let replicas = value["replicas"]?.int32 {
      self = .replicas(max(0, replicas))
    } else if let weight = value["weight"]?.int32 {
      self = .weight(weight)
    } else {
      self = .matchTrafficWeight
    }
  }
}

extension CanaryStep: CustomStringConvertible {
  /// The step as a person would say it: `setWeight: 20`, `pause: 3s`, `pause`, `analysis`.
  package var description: String {
    switch action {
    case .setWeight(let weight): "setWeight: \(weight)"
    case .pause(let duration): duration.map { "pause: \($0.goText)" } ?? "pause"
    case .setCanaryScale: "setCanaryScale: \(canaryScale?.description ?? "")"
    case .experiment: "experiment"
    case .analysis: "analysis"
    case .setHeaderRoute: "setHeaderRoute: \(headerRoute?["name"]?.string ?? "")"
    case .setMirrorRoute: "setMirrorRoute: \(mirrorRoute?["name"]?.string ?? "")"
    case .plugin(let name): "plugin: \(name)"
    case .malformed(let name): name
    }
  }
}

extension CanaryScale: CustomStringConvertible {
  package var description: String {
    switch self {
    case .replicas(let count): "replicas \(count)"
    case .weight(let weight): "weight \(weight)"
    case .matchTrafficWeight: "matchTrafficWeight"
    }
  }
}
