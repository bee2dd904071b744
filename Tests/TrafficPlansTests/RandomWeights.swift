import Primitives
import TrafficPlans

/// Random wishes for the routers of a case, made of what its steps speak of.
struct RandomWeights {
  let file: RouterCase
  var random: SeededRandom

  /// Any step of a release.
  mutating func step() -> JSONValue {
    let total = file.weights([:]).total
    var step: JSONValue = ["weight": JSONValue(weight(total))]
    let known = file.steps.flatMap { $0["routes"]?.array ?? [] }
    let names = file.weights([:]).managedNames
    let routes = names.compactMap { name -> JSONValue? in
      guard Bool.random(using: &random) else { return nil }
      return known.filter { $0.object?.first?.value["name"]?.string == name }.randomElement(using: &random)
    }
    if !routes.isEmpty { step["routes"] = .array(routes) }
    var rest = total - (step["weight"]?.int ?? 0)
    let experiments = (file.document["experiments"]?.array ?? []).filter { _ in Bool.random(using: &random) }
    let additional = experiments.map { service -> JSONValue in
      let weight = Int.random(in: 0...rest, using: &random)
      rest -= weight
      return ["service": service, "weight": JSONValue(weight), "port": 8080]
    }
    if !additional.isEmpty { step["additional"] = .array(additional) }
    if Int.random(in: 0..<4, using: &random) == 0 { step["canaryHash"] = "6c5d7f4b8" }
    return step
  }

  private mutating func weight(_ total: Int) -> Int {
    [0, 1, total - 1, total].randomElement(using: &random).flatMap {
      Bool.random(using: &random) ? $0 : nil
    } ?? Int.random(in: 0...total, using: &random)
  }
}
