/// The parts of a container image's name that choose a local process.
struct ImageReference: Sendable, Equatable {
  /// The last part of the name, without registry, tag and digest.
  let name: String
  /// The name with its registry and path, without tag and digest.
  let repository: String
  let tag: String

  init(_ text: String) {
    let withoutDigest = text.split(separator: "@", maxSplits: 1).first.map(String.init) ?? text
    let slash = withoutDigest.lastIndex(of: "/")
    let lastStart = slash.map { withoutDigest.index(after: $0) } ?? withoutDigest.startIndex
    if let colon = withoutDigest[lastStart...].firstIndex(of: ":") {
      repository = String(withoutDigest[..<colon])
      name = String(withoutDigest[lastStart..<colon])
      tag = String(withoutDigest[withoutDigest.index(after: colon)...])
    } else {
      repository = withoutDigest
      name = String(withoutDigest[lastStart...])
      tag = "latest"
    }
  }
}
