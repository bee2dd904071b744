package import Primitives

/// A query in Flux to InfluxDB's API of version 2.
package struct InfluxDBQuery: Sendable, Hashable {
  /// The Secret with the server and its token; empty for `influxdb`.
  package let profile: String
  package let query: String

  /// Reads `provider.influxdb` leniently.
  package init(_ json: JSONValue) {
    profile = scalarText(json["profile"])
    query = scalarText(json["query"])
  }

  /// The Secret with `address`, `org` and `authToken`.
  package var secret: ProviderSecret {
    let name = profile.isEmpty ? "influxdb" : profile
    return ProviderSecret(place: .controller, name: name, confidentialKeys: ["authToken"])
  }

  func issues() -> [ProviderIssue] { ProviderIssue.missing("query", query, "a query") }
}
