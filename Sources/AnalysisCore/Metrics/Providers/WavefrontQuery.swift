package import Primitives

/// A query to Wavefront's chart API.
package struct WavefrontQuery: Sendable, Hashable {
  /// The host, such as `example.wavefront.com`; a scheme may stand before it.
  package let address: String
  package let query: String

  /// Reads `provider.wavefront` leniently.
  package init(_ json: JSONValue) {
    address = scalarText(json["address"])
    query = scalarText(json["query"])
  }

  /// The Secret whose keys are addresses, and whose values are the tokens for them: all of it is confidential.
  package var secret: ProviderSecret {
    ProviderSecret(place: .controller, name: "wavefront-api-tokens", confidentialKeys: secretKeys)
  }

  /// The keys under which the token may stand: the address as written, without its scheme, without its port.
  package var secretKeys: [String] {
    let host = address.split(separator: "/").first { !$0.hasSuffix(":") }.map(String.init) ?? address
    let bare = String(host.prefix { $0 != ":" })
    return [address, host, bare].reduce(into: []) { keys, key in if !keys.contains(key) { keys.append(key) } }
  }

  func issues() -> [ProviderIssue] {
    ProviderIssue.missing("address", address, "an address") + ProviderIssue.missing("query", query, "a query")
  }
}
