/// The `Key: value` lines at the end of a commit message.
///
/// A value that spans lines is folded: its further lines start with a blank. So no value can pass for another trailer.
package struct GitTrailers: Sendable, Equatable {
  /// One trailer.
  package struct Trailer: Sendable, Equatable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// All trailers in the order of the message.
  package var all: [Trailer]

  package init(_ all: [Trailer] = []) { self.all = all }

  /// The value of the last trailer with this key, whose case does not matter.
  package subscript(_ key: String) -> String? {
    let wanted = key.lowercased()
    return all.last { $0.key.lowercased() == wanted }?.value
  }

  /// Reads the trailers of a message: its last paragraph, when that is not the subject and every line in it is a
  /// trailer or continues one; none otherwise.
  package init(parsing message: String) {
    all = []
    let lines = Self.lines(of: message)
    guard let start = Self.startOfTrailers(in: lines) else { return }
    for line in lines[start...] {
      if Self.continues(line), let last = all.popLast() {
        all.append(Trailer(last.key, last.value + "\n" + Self.trimmed(line)))
      } else if let trailer = Self.trailer(in: line) {
        all.append(trailer)
      }
    }
  }

  /// The message with these trailers as its last paragraph, joined to trailers that it already ends with.
  ///
  /// Characters that a key cannot have are dropped from keys; trailers with an empty key or value are left out.
  package func appended(to message: String) -> String {
    var lines = Self.lines(of: message)
    let own = text
    guard !own.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    if Self.startOfTrailers(in: lines) == nil, !lines.isEmpty { lines.append("") }
    return (lines + [own]).joined(separator: "\n") + "\n"
  }

  /// The trailers alone, one a line, without a final line break.
  package var text: String {
    all.compactMap { trailer -> String? in
      let key = String(trailer.key.filter { Self.isKeyCharacter($0) })
      let value = trailer.value.split(whereSeparator: \.isNewline).map(Self.trimmed).filter { !$0.isEmpty }
      guard !key.isEmpty, !value.isEmpty else { return nil }
      return "\(key): " + value.joined(separator: "\n ")
    }.joined(separator: "\n")
  }

  /// The lines without blanks at their ends and without empty lines at the end.
  private static func lines(of message: String) -> [String] {
    var lines = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      String(line.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func startOfTrailers(in lines: [String]) -> Int? {
    guard let gap = lines.lastIndex(of: ""), lines[..<gap].contains(where: { !$0.isEmpty }) else {
      return nil
    }
    let paragraph = lines[(gap + 1)...]
    guard let first = paragraph.first, trailer(in: first) != nil,
      paragraph.allSatisfy({ continues($0) || trailer(in: $0) != nil })
    else { return nil }
    return gap + 1
  }

  private static func continues(_ line: String) -> Bool { line.hasPrefix(" ") || line.hasPrefix("\t") }

  private static func trailer(in line: String) -> Trailer? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let key = line[..<colon]
    let rest = line[line.index(after: colon)...]
    guard !key.isEmpty, key.allSatisfy(isKeyCharacter), rest.isEmpty || continues(String(rest)) else {
      return nil
    }
    return Trailer(String(key), trimmed(rest))
  }

  private static func isKeyCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-")
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let blank: (Character) -> Bool = { $0.isWhitespace }
    return String(text.drop(while: blank).reversed().drop(while: blank).reversed())
  }
}
