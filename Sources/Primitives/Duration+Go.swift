extension Duration {
  /// Parses a duration as Go and Kubernetes write it (`1h30m`, `500ms`, `-1.5s`, `0`); nil when it is anything else.
  package init?(go text: String) {
    var rest = text[...]
    let negative = rest.first == "-"
    if negative || rest.first == "+" { rest.removeFirst() }
    if rest == "0" {
      self = .zero
      return
    }
    guard !rest.isEmpty else { return nil }
    var total = Duration.zero
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let number = Double(digits), let unit = Self.unit(String(name)), number <= 9e9 else { return nil }
      total += unit * number
      guard total <= .seconds(9_223_372_036) else { return nil }
    }
    self = negative ? .zero - total : total
  }

  private static func unit(_ name: String) -> Duration? {
    switch name {
    case "ns": .nanoseconds(1)
    case "us", "µs", "μs": .microseconds(1)
    case "ms": .milliseconds(1)
    case "s": .seconds(1)
    case "m": .seconds(60)
    case "h": .seconds(3600)
    default: nil
    }
  }

  /// The duration as Go prints it: `1h30m0s`, `3s`, `500ms`; below a millisecond it says `0s`.
  package var goText: String {
    let milliseconds = wholeNanoseconds / 1_000_000
    let sign = milliseconds < 0 ? "-" : ""
    let size = milliseconds.magnitude
    guard size >= 1000 else { return size == 0 ? "0s" : "\(sign)\(size)ms" }
    let seconds = size / 1000
    let fraction = size % 1000
    var text = sign
    if seconds >= 3600 { text += "\(seconds / 3600)h" }
    if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
    text += "\(seconds % 60)"
    if fraction > 0 {
      let digits = String(fraction + 1000).dropFirst()
      text += "." + digits.reversed().drop { $0 == "0" }.reversed().map(String.init).joined()
    }
    return text + "s"
  }
}
