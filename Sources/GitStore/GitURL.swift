/// The parts of a remote's address that Serin must know before libgit2 sees it.
struct GitURL: Equatable {
  enum Scheme: Equatable {
    case http, https, ssh, file
  }

  let scheme: Scheme
  let host: String
  /// Nil when the address names none.
  let port: UInt16?
  let user: String?
  /// For `file` the decoded absolute path.
  let path: String

  init(_ text: String) throws(GitError) {
    let shown = Self.redact(text)
    guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
      throw .invalid(
        "repository address \"\(Self.printable(shown))\" holds blanks or control characters, or nothing"
      )
    }
    if text.hasPrefix("/") {
      self.init(scheme: .file, host: "", port: nil, user: nil, path: text)
    } else if let mark = text.firstRange(of: "://") {
      try self.init(scheme: String(text[..<mark.lowerBound]), rest: text[mark.upperBound...], shown: shown)
    } else {
      try self.init(scp: text, shown: shown)
    }
  }

  private init(scheme: Scheme, host: String, port: UInt16?, user: String?, path: String) {
    self.scheme = scheme
    self.host = host
    self.port = port
    self.user = user
    self.path = path
  }

  private init(scheme name: String, rest: Substring, shown: String) throws(GitError) {
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var authority = rest[..<slash]
    let path = String(rest[slash...])
    let scheme: Scheme
    switch name.lowercased() {
    case "http": scheme = .http
    case "https": scheme = .https
    case "ssh", "git+ssh", "ssh+git": scheme = .ssh
    case "file":
      guard authority.isEmpty || authority == "localhost", let decoded = Self.percentDecoded(path),
        decoded.count > 1
      else { throw .invalid("\(shown) is no address of a local repository: file:///path is") }
      self.init(scheme: .file, host: "", port: nil, user: nil, path: decoded)
      return
    default:
      throw .invalid("\(shown) has the unsupported scheme \(name): https, http, ssh and file are supported")
    }
    var user: String?
    if let at = authority.lastIndex(of: "@") {
      user = authority[..<at].split(separator: ":", maxSplits: 1).first.map(String.init)
      authority = authority[authority.index(after: at)...]
    }
    let (host, port) = try Self.hostAndPort(authority, shown: shown)
    guard path.count > 1 else { throw .invalid("\(shown) names no repository on \(host)") }
    // libgit2 puts the path between single quotes into the command that the server's shell runs.
    guard scheme != .ssh || !path.contains("'") else { throw .invalid("\(shown) has a quote in its path") }
    self.init(scheme: scheme, host: host, port: port, user: user, path: path)
  }

  /// `user@host:path`, the form that ssh's own copy program made common.
  private init(scp text: String, shown: String) throws(GitError) {
    guard let colon = text.firstIndex(of: ":") else {
      throw .invalid("\(shown) is no repository address: no scheme, and no absolute path")
    }
    let path = String(text[text.index(after: colon)...])
    var host = text[..<colon]
    var user: String?
    if let at = host.lastIndex(of: "@") {
      user = String(host[..<at])
      host = host[host.index(after: at)...]
    }
    guard Self.isHost(host), !path.isEmpty, !path.contains("'") else {
      throw .invalid("\(shown) is no repository address of the form user@host:path")
    }
    self.init(scheme: .ssh, host: String(host), port: nil, user: user, path: path)
  }

  private static func hostAndPort(_ text: Substring, shown: String) throws(GitError) -> (String, UInt16?) {
    var host = text
    var port: Substring?
    if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      if rest.hasPrefix(":") { port = rest.dropFirst() }
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard isHost(host) else { throw .invalid("\(shown) names no host") }
    guard let port else { return (String(host), nil) }
    guard let number = UInt16(port), number > 0 else { throw .invalid("\(shown) has no valid port") }
    return (String(host), number)
  }

  private static func isHost(_ text: Substring) -> Bool {
    !text.isEmpty && !text.hasPrefix("-")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: ":"):
          true
        default: byte >= 0x80
        }
      }
  }

  private static func percentDecoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.count == 2, let value = UInt8(digits, radix: 16), value != 0 else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension GitURL {
  /// The text with the user information of every address in it taken out, for messages and logs.
  static func redact(_ text: String) -> String {
    var output = ""
    var rest = text[...]
    while let mark = rest.firstRange(of: "://") {
      output += rest[..<mark.upperBound]
      rest = rest[mark.upperBound...]
      let authority = rest.prefix { $0 != "/" && $0 != "'" && $0 != "\"" && !$0.isWhitespace }
      guard let at = authority.lastIndex(of: "@") else { continue }
      rest = rest[rest.index(after: at)...]
    }
    return output + rest
  }

  /// The text on one line: control characters become blanks.
  static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
    )
  }
}
