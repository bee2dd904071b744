/// Why an expression was refused or came to no value: what, and at which column.
package struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which rule was broken.
  package enum Kind: Sendable, Hashable {
    /// The text is no expression; no value could make it one.
    case syntax
    /// The expression has no value for these inputs.
    case evaluation
    /// The expression asks for more steps, depth or memory than it is given.
    case limit
  }

  package let kind: Kind
  package let message: String
  /// Column in the text, in Unicode scalars from 1.
  package let column: Int

  package init(_ kind: Kind, _ message: String, column: Int) {
    self.kind = kind
    self.message = message
    self.column = column
  }

  package var description: String { "\(message) (column \(column))" }
}

/// How much an expression may ask for; whatever it says, it ends within these.
package struct ExpressionLimits: Sendable, Hashable {
  /// Longest text in Unicode scalars.
  package var length: Int
  /// Deepest nesting of brackets and operands, which bounds the stack of the parser.
  package var depth: Int
  /// Nodes visited and elements touched during one evaluation.
  package var steps: Int
  /// List elements, map entries and 16-byte pieces of text made during one evaluation.
  package var cells: Int

  /// Deepest syntax tree, which bounds the stack of the evaluation; a long sum is as deep as it has terms.
  package var treeDepth: Int { depth * 5 / 2 }

  package init(length: Int = 16_384, depth: Int = 100, steps: Int = 1_000_000, cells: Int = 1_000_000) {
    self.length = length
    self.depth = depth
    self.steps = steps
    self.cells = cells
  }

  package static let standard = ExpressionLimits()
}
