import KubeModel
import Primitives

/// Where a Mapping leads to, as its field `service` says it: `https://web.shop:443`, of which only the host is needed.
struct MappingTarget {
  private let before: Substring
  /// The name of the Service, without its namespace.
  let service: String
  private let after: Substring

  init?(_ mapping: JSONValue) {
    guard let text = mapping.spec["service"]?.string else { return nil }
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let end = text[start...].firstIndex { ".:/".contains($0) } ?? text.endIndex
    before = text[..<start]
    service = String(text[start..<end])
    after = text[end...]
  }

  /// The same place of another Service.
  func text(for service: String) -> String { before + service + after }
}
