import KubeModel
import Primitives

/// What an Ingress says about the annotations of a rollout: which of them are its own, in the annotation that Argo
/// Rollouts uses for that, and how people's were before the release.
struct ALBNotes {
  private static let ownership = "rollouts.argoproj.io/managed-alb-annotations"
  private static let kept = "serin.dev/alb-actions"

  private let rollout: String
  /// As the Ingress has them.
  private let given: (owners: JSONFields, texts: JSONFields)
  private var texts: JSONFields
  /// The annotations that the rollout made.
  var owned: [String]

  init(_ ingress: JSONValue, rollout: String, _ address: RouteAddress) throws(RouteProblem) {
    self.rollout = rollout
    given = (
      try Self.map(ingress, Self.ownership, address), try Self.map(ingress, Self.kept, address)
    )
    texts = given.texts
    owned = (given.owners[rollout]?.array ?? []).compactMap(\.string)
  }

  private static func map(_ ingress: JSONValue, _ key: String, _ address: RouteAddress)
    throws(RouteProblem) -> JSONFields
  {
    guard let text = ingress.annotation(key) else { return [:] }
    guard let fields = try JSONValue(text, in: "\(address), annotation \(key):").object else {
      throw RouteProblem("\(address), annotation \(key): it is no object")
    }
    return fields
  }

  /// The text of an action as people wrote it, if it fits.
  func written(_ key: String, fits: (ALBAction) -> Bool) -> String? {
    guard let text = texts[key]?.string else { return nil }
    do throws(RouteProblem) {
      return fits(try ALBAction(parsing: text, "")) ? text : nil
    } catch {
      return nil
    }
  }

  mutating func keep(_ text: String, _ key: String) { texts[key] = .string(text) }
  mutating func forget(_ key: String) { texts[key] = nil }

  /// Writes what has changed; without anything to say there is no annotation.
  func write(into ingress: inout JSONValue) {
    var owners = given.owners
    let before = (owners[rollout]?.array ?? []).compactMap(\.string)
    if Set(before) != Set(owned) || before.isEmpty {
      owners[rollout] = owned.isEmpty ? nil : .array(owned.map(JSONValue.string))
    }
    Self.write(owners, was: given.owners, Self.ownership, &ingress)
    Self.write(texts, was: given.texts, Self.kept, &ingress)
    if ingress.at("metadata", "annotations")?.object?.isEmpty == true {
      ingress.set(nil, at: "metadata", "annotations")
    }
  }

  /// Texts that say the same are left as they are.
  private static func write(
    _ fields: JSONFields,
    was given: JSONFields,
    _ key: String,
    _ ingress: inout JSONValue
  ) {
    if fields.isEmpty {
      ingress.set(nil, at: "metadata", "annotations", key)
    } else if fields != given {
      ingress.set(.string(JSONValue.object(fields).text()), at: "metadata", "annotations", key)
    }
  }
}
