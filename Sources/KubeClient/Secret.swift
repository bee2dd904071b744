/// A text that must never be shown: it prints, dumps and interpolates as `(secret)`.
package struct Secret: Sendable, Hashable {
  /// The text itself, for the one place that sends it.
  package let value: String

  package init(_ value: String) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
