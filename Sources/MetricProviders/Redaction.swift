import AnalysisCore
import Primitives

/// Texts that nobody may see, replaced wherever they stand.
package struct Redaction: Sendable {
  private let hidden: [[UInt8]]

  /// Takes the texts to hide; those of fewer than four characters would hide half of every message, and are no secrets.
  package init(_ texts: some Sequence<String>) {
    hidden = Set(texts).filter { $0.utf8.count >= 4 }.map { Array($0.utf8) }.sorted { $0.count > $1.count }
  }

  /// All that is confidential in a provider's fields and in what was read for it.
  init(provider: ProviderSpec, context: ProviderContext) {
    var texts = context.session.confidential
    for (secret, data) in context.secrets { texts += secret.confidentialKeys.compactMap { data[$0] } }
    texts += texts.map(ProviderRequest.trimmed)
    texts += texts.map { Base64.encode(Array($0.utf8)) }
    for name in ["DD_API_KEY", "DD_APP_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
      texts += [context.environment[name]].compactMap(\.self)
    }
    switch provider {
    case .prometheus(let query): texts += Self.confidential(query.authentication, query.headers)
    case .web(let query): texts += Self.confidential(query.authentication, query.headers)
    default: break
    }
    self.init(texts)
  }

  /// The text with `*****` for everything hidden.
  package func apply(to text: String) -> String {
    guard !hidden.isEmpty else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if let found = hidden.first(where: { bytes[place...].starts(with: $0) }) {
        result += Array("*****".utf8)
        place += found.count
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// What says who asks: secrets, the field that they make, and values of headers with names that tell as much.
  private static func confidential(
    _ authentication: ProviderAuthentication,
    _ headers: [HeaderField]
  ) -> [String] {
    var texts = authentication.confidential
    if case .basic(let username, let password) = authentication {
      texts.append(Base64.encode(Array("\(username):\(password)".utf8)))
    }
    let words = ["auth", "token", "key", "secret", "cookie", "password"]
    return texts
      + headers.filter { header in
        let name = header.name.lowercased()
        return words.contains { name.contains($0) }
      }.flatMap { [$0.value] + $0.value.split(separator: " ").dropFirst().map(String.init) }
  }
}
