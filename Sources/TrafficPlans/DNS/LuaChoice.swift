/// A choice by weight among the values of a record, as a LUA record of PowerDNS has it:
/// `A "pickwrandom({{20,'192.0.2.2'},{80,'192.0.2.1'}})"`.
struct LuaChoice: Equatable {
  /// How one value is picked.
  enum Picking: String {
    /// Anew for each question that reaches the server.
    case random = "pickwrandom"
    /// By the address of who asks: whoever has a value keeps it while the weights before it do not shrink.
    case hashed = "pickwhashed"
  }

  struct Part: Equatable {
    let weight: Int
    let value: String
  }

  let type: String
  let picking: Picking
  let parts: [Part]

  init(type: String, picking: Picking, parts: [Part]) {
    self.type = type
    self.picking = picking
    self.parts = parts
  }

  /// Reads what ``text`` writes; nil for any other program.
  init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[1].hasPrefix("\""), words[1].hasSuffix(")\"") else { return nil }
    let call = words[1].dropFirst().dropLast(2).split(separator: "(", maxSplits: 1)
    guard call.count == 2, let picking = Picking(rawValue: String(call[0])),
      call[1].hasPrefix("{{"), call[1].hasSuffix("}}")
    else { return nil }
    var parts: [Part] = []
    for part in call[1].dropFirst(2).dropLast(2).split(separator: "},{") {
      let fields = part.split(separator: ",", maxSplits: 1)
      guard fields.count == 2, let weight = Int(fields[0]), (0...1_000_000).contains(weight),
        fields[1].count > 2, fields[1].hasPrefix("'"), fields[1].hasSuffix("'")
      else { return nil }
      parts.append(Part(weight: weight, value: String(fields[1].dropFirst().dropLast())))
    }
    self.init(type: String(words[0]), picking: picking, parts: parts)
  }

  var text: String {
    let list = parts.map { "{\($0.weight),'\($0.value)'}" }.joined(separator: ",")
    return "\(type) \"\(picking.rawValue)({\(list)})\""
  }

  /// The type of the records that a LUA record answers with, whatever its program is.
  static func type(of text: String) -> String {
    text.split(separator: " ", maxSplits: 1).first.map { $0.uppercased() } ?? ""
  }
}
