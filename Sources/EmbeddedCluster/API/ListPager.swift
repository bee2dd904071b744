import KubeModel
import Primitives

/// Cuts lists into pages and reads and writes the tokens that continue them.
struct ListPager {
  struct Page {
    var items: [JSONValue]
    var metadata: JSONValue
  }

  private let limit: Int
  private let namespace: String?
  /// The key of the last object of the page before, and the version that page had.
  private var start: (key: String, resourceVersion: Int)?

  /// - Throws: `APIError` 400 when the continue token cannot be read.
  init(_ query: QueryParameters, namespace: String?) throws(APIError) {
    limit = query["limit"].flatMap(Int.init) ?? 0
    self.namespace = namespace
    if let token = query["continue"], !token.isEmpty { start = try Self.read(token) }
  }

  func page(
    of store: ClusterStore,
    _ type: ResourceType,
    _ filter: ObjectFilter
  ) throws(APIError) -> Page {
    var (items, version) = store.list(type, namespace: namespace)
    if let start {
      guard start.resourceVersion >= store.oldestWatchableVersion else {
        throw .expired(
          "The provided continue parameter is too old to display a consistent list result. You can start a new "
            + "list without the continue parameter."
        )
      }
      items = Array(items.drop { key(of: $0) <= start.key })
      version = start.resourceVersion
    }
    if !filter.isEmpty { items = items.filter(filter.matches) }
    var metadata: JSONValue = ["resourceVersion": .string(String(version))]
    if limit > 0, items.count > limit {
      let rest = items.count - limit
      items = Array(items.prefix(limit))
      if let last = items.last { metadata["continue"] = .string(token(after: last, version)) }
      if filter.isEmpty { metadata["remainingItemCount"] = JSONValue(rest) }
    }
    return Page(items: items, metadata: metadata)
  }

  private func key(of object: JSONValue) -> String {
    namespace == nil && !object.namespace.isEmpty ? "\(object.namespace)/\(object.name)" : object.name
  }

  private func token(after object: JSONValue, _ version: Int) -> String {
    let value: JSONValue = [
      "v": "meta.k8s.io/v1", "rv": JSONValue(version), "start": .string("/\(key(of: object))\u{0}"),
    ]
    return Base64.encode(value.bytes(), padded: false).replacing("+", with: "-").replacing("/", with: "_")
  }

  private static func read(_ token: String) throws(APIError) -> (String, Int) {
    let text = token.replacing("-", with: "+").replacing("_", with: "/")
    guard let bytes = Base64.decode(text) else {
      throw .badRequest("invalid continue token: continue key is not valid: illegal base64 data")
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      let first = String(bytes.first ?? 0, radix: 16)
      throw .badRequest(
        "invalid continue token: continue key is not valid: invalid character '\\x\(first)' looking for beginning "
          + "of value"
      )
    }
    guard value["v"] == "meta.k8s.io/v1", let version = value["rv"]?.int, let start = value["start"]?.string,
      start.hasPrefix("/"), start.hasSuffix("\u{0}")
    else { throw .badRequest("invalid continue token: continue key is not valid: incorrect token") }
    return (String(start.dropFirst().dropLast()), version)
  }
}
