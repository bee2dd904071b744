package import Primitives

/// What a metric asks of a plugin: `plugin: {name: config}` (reference, section 4.6).
package struct PluginQuery: Sendable, Hashable {
  /// The plugin's name in the controller's configuration.
  package let name: String
  /// Anything, which the plugin reads.
  package let config: JSONValue

  /// Nil when no plugin is named; the first name in alphabetical order counts, and validation refuses several.
  init?(_ json: JSONValue) {
    guard let name = json.object?.keys.min(), !name.isEmpty else { return nil }
    self.name = name
    config = json[name] ?? .null
  }
}
