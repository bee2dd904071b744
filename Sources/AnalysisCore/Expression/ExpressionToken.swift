/// A word of an expression and where it begins.
struct ExpressionToken: Sendable {
  enum Kind: Sendable, Equatable {
    case int(Int)
    case float(Double)
    case string(String)
    /// `b"…"`
    case bytes([UInt8])
    /// A name, which may be an operator such as `in` or a word such as `let`.
    case word(String)
    /// `#`, `#index` or `#acc`: what a closure looks at.
    case pointer(String)
    /// An operator or a bracket.
    case sign(String)
    case end
  }

  let kind: Kind
  /// From 1, in Unicode scalars.
  let column: Int

  /// The token as a message names it.
  var text: String {
    switch kind {
    case .int(let value): String(value)
    case .float(let value): GoFormat.general(value)
    case .string(let value): "\"\(value)\""
    case .bytes(let value): "b\"\(String(decoding: value, as: UTF8.self))\""
    case .word(let value), .sign(let value): value
    case .pointer(let value): "#\(value)"
    case .end: "end of the expression"
    }
  }
}
