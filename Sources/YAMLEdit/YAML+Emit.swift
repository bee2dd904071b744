package import Primitives

extension YAML {
  /// The value in block style with sorted keys and a line break at the end; strings of several lines as literal
  /// blocks, everything that could be misread in quotes.
  ///
  /// `parse` gives the value back, numbers in canonical form (`1.0` is `1`), up to its limit on nesting; infinities and
  /// NaN become null, as in JSON.
  package static func emit(_ value: JSONValue) -> String {
    BlockWriter(layout: YAMLLayout()).collection(value, column: 0) + "\n"
  }
}
