/// Why an edit was refused; the text is as it was.
package struct YAMLEditError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What stands in the way; none of it goes away by trying again.
  package enum Reason: Sendable, Hashable {
    /// The text is not YAML.
    case malformed
    case documentNotFound
    case documentAmbiguous
    /// The object is an item of a List, which is not edited.
    case insideList
    case pathNotFound
    /// The key to be inserted is there already.
    case pathExists
    /// The path reaches through an alias, or the value is one.
    case alias
    /// The value lies in or under an anchor that is used elsewhere.
    case anchor
    /// A mapping on the path has a key twice.
    case duplicateKey
    /// The value comes from a merge key.
    case mergeKey
    /// The value to be written has no form in YAML as Kubernetes reads it: an infinity or NaN.
    case badValue
    /// The place is written in a way that is not edited, such as an explicit key.
    case unsupported
    /// No way of writing the change was found whose result means exactly what was asked.
    case unproven
  }

  /// What stands in the way.
  package let reason: Reason
  /// One line: what was attempted, at which path, and why it was refused.
  package let message: String
  /// The line that stands in the way, from 1.
  package let line: Int?

  init(_ reason: Reason, _ message: String, line: Int?) {
    self.reason = reason
    self.message = message
    self.line = line
  }

  /// The message behind the line it is about.
  package var description: String { (line.map { "line \($0): " } ?? "") + message }
}
