import GitOpsCore
import KubeModel
import Primitives

/// The fields that the specs of our kinds have, to tell a typing mistake from a field.
///
/// Unknown fields are warnings: the API server drops them, and a newer version may know them.
enum KnownFields {
  private static let specs = FieldNotation.specs.mapValues { FieldTree($0) }

  /// Whether the object is of one of our kinds.
  static func has(_ object: JSONValue) -> Bool {
    specs[GroupKind(apiVersion: object.apiVersion, kind: object.kind)] != nil
  }

  /// A warning for each field of the spec that nobody knows.
  static func issues(of item: LintedObject) -> [LintIssue] {
    let object = item.object
    guard let tree = specs[GroupKind(apiVersion: object.apiVersion, kind: object.kind)] else { return [] }
    return tree.unknown(in: object.spec, at: "spec").map { path, field, known in
      let hint = nearest(to: field, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
      return item.issue(.warning, "\(path).\(field)", "unknown field\(hint)")
    }
  }

  /// The known name that is fewest edits away, when that is few enough to be a mistake of typing.
  static func nearest(to name: String, in known: Set<String>) -> String? {
    let candidates = known.sorted().map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, name.count / 3) ? best.name : nil
  }

  /// How many characters must be put in, taken out or replaced to get from one text to the other.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (character == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}
