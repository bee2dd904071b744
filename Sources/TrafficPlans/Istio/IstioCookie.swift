import Primitives

/// The cookie by which users stay with the revision that has answered them, for as long as the release lasts.
///
/// It names the revision by its hash, so that the next release starts with everybody.
struct IstioCookie {
  let name: String
  /// The routes for those who come with it: users of the canary, users of stable.
  let routes: [String]

  init(rollout: String) {
    name = "serin-\(rollout)"
    routes = ["\(rollout)-sticky-canary", "\(rollout)-sticky-stable"]
  }

  private static let path = ["headers", "response", "add"]

  /// The destination with the cookie in its answers.
  func added(to entry: JSONValue, _ hash: String, _ subject: String) throws(RouteProblem) -> JSONValue {
    let headers = entry.at(Self.path)?.object ?? [:]
    if headers.contains(where: { $0.key.lowercased() == "set-cookie" }) {
      throw RouteProblem("\(subject) sets a cookie already, so that users cannot be kept by one")
    }
    var entry = entry
    let cookie = "\(name)=\(hash); Path=/; HttpOnly; SameSite=Lax"
    entry.set(.string(cookie), at: (Self.path + ["set-cookie"])[...])
    return entry
  }

  /// The destination as people wrote it.
  func removed(from entry: JSONValue) -> JSONValue {
    let value = entry.at(Self.path + ["set-cookie"])?.string
    guard value?.hasPrefix("\(name)=") == true else { return entry }
    var entry = entry
    entry.set(nil, at: (Self.path + ["set-cookie"])[...])
    for count in [3, 2, 1] where entry.at(Self.path.prefix(count))?.object?.isEmpty == true {
      entry.set(nil, at: Self.path.prefix(count))
    }
    return entry
  }

  /// The match of those who come with it.
  func match(_ hash: String) -> JSONValue {
    let name = name.replacing(".", with: "\\.")
    return ["headers": ["cookie": ["regex": .string("(.*;[ ]*)?\(name)=\(hash)([ ]*;.*)?")]]]
  }
}
