import Primitives

/// The Job of a measurement, as the measurement's metadata name it (reference, section 4.6).
package struct JobReference: Sendable, Hashable {
  package static let nameKey = "job-name"
  package static let namespaceKey = "job-namespace"

  package let namespace: String
  package let name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// Nil when the metadata name no Job.
  package init?(metadata: [String: String]) {
    guard let name = metadata[Self.nameKey], let namespace = metadata[Self.namespaceKey] else { return nil }
    self.init(namespace: namespace, name: name)
  }

  init?(measurement: JSONValue) {
    self.init(metadata: measurement["metadata"]?.object?.compactMapValues(\.string) ?? [:])
  }

  package var metadata: [String: String] { [Self.nameKey: name, Self.namespaceKey: namespace] }
}
