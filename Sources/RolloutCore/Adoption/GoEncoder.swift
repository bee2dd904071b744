import Primitives

/// Writes JSON as Go's `encoding/json` writes the struct that the JSON was read into: fields in their order, empty ones
/// left out, unknown ones dropped, quantities in their canonical form (reference, section 0.4).
struct GoEncoder {
  /// For whom the bytes are.
  enum Purpose {
    /// Hashes of Argo Rollouts since 1.9, whose library leaves a missing creation time out.
    case hash
    /// Hashes of Argo Rollouts up to 1.8, whose library writes a missing creation time as null.
    case hashBefore19
    /// Comparison by meaning: an API server's values stand where nothing was written, and equal quantities are equal.
    case comparison
  }

  private let types: GoTypes
  private let purpose: Purpose
  private(set) var output: [UInt8] = []

  init(types: GoTypes, purpose: Purpose) {
    self.types = types
    self.purpose = purpose
    output.reserveCapacity(1024)
  }

  /// The bytes of a value as a struct of that name.
  static func bytes(of value: JSONValue, as name: String, in types: GoTypes, for purpose: Purpose) -> [UInt8]
  {
    var encoder = GoEncoder(types: types, purpose: purpose)
    encoder.write(value, as: .structure(types.index(of: name)))
    return encoder.output
  }

  /// Writes one value; what is missing or of another shape is Go's zero value.
  mutating func write(_ value: JSONValue?, as kind: GoTypes.Kind) {
    switch kind {
    case .string, .time: Self.quote(value?.string ?? "", into: &output)
    case .bool: output.append(contentsOf: (value?.bool == true ? "true" : "false").utf8)
    case .int: output.append(contentsOf: String(value?.int ?? 0).utf8)
    case .intOrString:
      if let text = value?.string { Self.quote(text, into: &output) } else { write(value, as: .int) }
    case .quantity: writeQuantity(value)
    case .raw: writeRaw(value ?? .null)
    case .structure(let index): writeStructure(value, index)
    }
  }

  private mutating func writeStructure(_ value: JSONValue?, _ index: Int) {
    let structure = types[index]
    let object = value?.object ?? [:]
    // One look-up for each key that is there: most structs have far more fields than an object has keys.
    var contents = [JSONValue?](repeating: nil, count: structure.fields.count)
    for (key, content) in object {
      if let position = structure.positions[key], !content.isNull { contents[position] = content }
    }
    output.append(UInt8(ascii: "{"))
    var isFirst = true
    for (position, field) in structure.fields.enumerated() {
      var content = contents[position]
      if purpose == .comparison { content = standard(for: field, content, in: object) }
      guard isWritten(field, content) else { continue }
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      output.append(contentsOf: field.label)
      write(content, field)
    }
    output.append(UInt8(ascii: "}"))
  }

  private func isWritten(_ field: GoTypes.Field, _ content: JSONValue?) -> Bool {
    if field.isAlwaysWritten { return true }
    switch (field.arity, field.kind) {
    case (.pointer, _), (.one, .raw): return content != nil
    case (.list, _): return content?.array?.isEmpty == false
    case (.map, _): return content?.object?.isEmpty == false
    case (.one, .string): return content?.string?.isEmpty == false
    case (.one, .bool): return content?.bool == true
    case (.one, .int): return (content?.int ?? 0) != 0
    case (.one, .time): return content?.string != nil || purpose == .hashBefore19
    // Structs that are no pointers are never empty for Go.
    case (.one, .quantity), (.one, .intOrString), (.one, .structure): return true
    }
  }

  private mutating func write(_ content: JSONValue?, _ field: GoTypes.Field) {
    switch field.arity {
    case .one:
      if case .time = field.kind, content?.string == nil { return writeNull() }
      write(content, as: field.kind)
    case .pointer:
      if content == nil { writeNull() } else { write(content, as: field.kind) }
    case .list:
      guard let elements = content?.array ?? (purpose == .comparison ? [] : nil) else { return writeNull() }
      writeSequence("[", elements, "]") { $0.write($1.isNull ? nil : $1, as: field.kind) }
    case .map:
      guard let members = content?.object ?? (purpose == .comparison ? [:] : nil) else { return writeNull() }
      writeMembers(members) { $0.write($1.isNull ? nil : $1, as: field.kind) }
    }
  }

  // MARK: - Values

  private mutating func writeQuantity(_ value: JSONValue?) {
    let written = value?.string ?? value?.int.map { String($0) } ?? value?.double.map { String($0) } ?? "0"
    guard let quantity = Quantity(written) else { return Self.quote(written, into: &output) }
    // Every family of units has its own text for a number; the decimal one is common to all.
    let text = purpose == .comparison ? quantity.roundedUpToMilli.plainText : quantity.text
    Self.quote(text, into: &output)
  }

  private mutating func writeRaw(_ value: JSONValue) {
    switch value {
    case .string(let text): Self.quote(text, into: &output)
    case .array(let elements): writeSequence("[", elements, "]") { $0.writeRaw($1) }
    case .object(let members): writeMembers(members) { $0.writeRaw($1) }
    case .null, .bool, .int, .double: output.append(contentsOf: value.bytes())
    }
  }

  private mutating func writeNull() { output.append(contentsOf: "null".utf8) }

  private mutating func writeMembers(
    _ members: JSONFields,
    _ write: (inout GoEncoder, JSONValue) -> Void
  ) {
    // Go sorts by bytes.
    let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    writeSequence("{", sorted, "}") { encoder, member in
      Self.quote(member.key, into: &encoder.output)
      encoder.output.append(UInt8(ascii: ":"))
      write(&encoder, member.value)
    }
  }

  private mutating func writeSequence<Element>(
    _ open: String,
    _ elements: [Element],
    _ close: String,
    _ write: (inout GoEncoder, Element) -> Void
  ) {
    output.append(contentsOf: open.utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      write(&self, element)
    }
    output.append(contentsOf: close.utf8)
  }

  // MARK: - Standards

  /// The value with what an API server puts in place of a missing or empty one.
  private func standard(for field: GoTypes.Field, _ content: JSONValue?, in object: JSONFields)
    -> JSONValue?
  {
    guard let standard = field.standard else { return content }
    let isEmpty =
      switch (field.arity, content) {
      case (_, nil): true
      case (.one, .some(let value)): value == "" || value == 0
      default: false
      }
    guard isEmpty else { return content }
    switch standard {
    case .value(let value): return value
    case .pullPolicy(let image):
      return .string(Self.isLatest(object[image]?.string ?? "") ? "Always" : "IfNotPresent")
    }
  }

  /// Whether an image's tag is `latest`, which it is too when it has neither tag nor digest.
  private static func isLatest(_ image: String) -> Bool {
    guard !image.isEmpty else { return false }
    let parts = image.split(separator: "@", maxSplits: 1)
    let name = (parts.first ?? "").split(separator: "/").last ?? ""
    guard let colon = name.lastIndex(of: ":") else { return parts.count == 1 }
    return name[colon...] == ":latest"
  }
}
