import ArgumentParser
import KubeModel
import Primitives
import YAMLEdit

/// `-o`: how a read command prints.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case json
  case yaml
  case name

  /// The object, or a List of several, in this format.
  func text(_ objects: [JSONValue], isList: Bool) -> String {
    let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(objects)]
    let value = isList ? list : objects.first ?? list
    switch self {
    case .json: return value.text(pretty: true)
    case .yaml: return YAML.emit(value).trimmingSuffix("\n")
    case .name:
      return objects.map { "\($0.kind.lowercased()).argoproj.io/\($0.name)" }.joined(separator: "\n")
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: Character) -> String {
    hasSuffix(String(suffix)) ? String(dropLast()) : self
  }
}

/// The age of something as kubectl says it: `8s`, `5m`, `2h`, `3d`.
func ageText(since start: Instant?, now: Instant) -> String {
  guard let start else { return "-" }
  let seconds = max(0, (now - start).components.seconds)
  switch seconds {
  case ..<120: return "\(seconds)s"
  case ..<7200: return "\(seconds / 60)m"
  case ..<172_800: return "\(seconds / 3600)h"
  default: return "\(seconds / 86_400)d"
  }
}
