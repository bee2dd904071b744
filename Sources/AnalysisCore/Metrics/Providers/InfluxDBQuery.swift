package import Primitives

/// A query to InfluxDB: in Flux to the API of version 2, or in InfluxQL to that of version 1.
package struct InfluxDBQuery: Sendable, Hashable {
  /// The Secret with the server and its token; empty for `influxdb`.
  package let profile: String
  package let query: String

  /// Reads `provider.influxdb` leniently.
  package init(_ json: JSONValue) {
    profile = scalarText(json["profile"])
    query = scalarText(json["query"])
  }

  /// The Secret with `address`, `org` and `authToken`; with `address`, `database` and perhaps `authToken`
  /// (`user:password`) for version 1.
  package var secret: ProviderSecret {
    let name = profile.isEmpty ? "influxdb" : profile
    return ProviderSecret(place: .controller, name: name, confidentialKeys: ["authToken"])
  }

  func issues() -> [ProviderIssue] { ProviderIssue.missing("query", query, "a query") }
}
