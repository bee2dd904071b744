/// Durations as Go has them: a whole number of nanoseconds in 64 bits.
enum GoDuration {
  private static let units: [String: Int] = [
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
    "h": 3_600_000_000_000,
  ]

  /// Reads `1h30m`, `-1.5s` or `0`; nil when it is anything else or beyond 292 years.
  static func parse(_ text: String) -> Int? {
    var rest = text.unicodeScalars[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if String(rest) == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total = 0
    while !rest.isEmpty {
      guard let part = part(&rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
    }
    return isNegative ? -total : total
  }

  /// A number with its unit, taken from the front.
  private static func part(_ rest: inout Substring.UnicodeScalarView) -> Int? {
    let whole = rest.prefix { ("0"..."9").contains($0) }
    rest = rest.dropFirst(whole.count)
    var fraction = Substring.UnicodeScalarView()
    if rest.first == "." {
      rest.removeFirst()
      fraction = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(fraction.count)
    }
    let name = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
    rest = rest.dropFirst(name.count)
    guard !whole.isEmpty || !fraction.isEmpty, let unit = units[String(name)],
      let number = whole.isEmpty ? 0 : Int(String(whole)), let tail = Double("0." + String(fraction) + "0")
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    let (sum, carried) = product.addingReportingOverflow(Int((tail * Double(unit)).rounded()))
    return overflow || carried ? nil : sum
  }

  /// As Go prints it: `1h30m0s`, `1.5s`, `250µs`, `0s`.
  static func text(_ nanoseconds: Int) -> String {
    let size = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    if size == 0 { return "0s" }
    if size < 1000 { return "\(sign)\(size)ns" }
    if size < 1_000_000 { return sign + decimal(size, 1000) + "µs" }
    if size < 1_000_000_000 { return sign + decimal(size, 1_000_000) + "ms" }
    let minutes = size / 60_000_000_000
    let hours = minutes / 60
    return sign + (hours > 0 ? "\(hours)h" : "") + (minutes > 0 ? "\(minutes % 60)m" : "")
      + decimal(size % 60_000_000_000, 1_000_000_000) + "s"
  }

  private static func decimal(_ size: UInt, _ unit: UInt) -> String {
    var digits = String(size % unit + unit).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(size / unit)" + (digits.isEmpty ? "" : "." + digits)
  }

  /// The nearest multiple of a unit, halves away from zero; a unit of zero or less changes nothing.
  static func round(_ nanoseconds: Int, to unit: Int) -> Int {
    guard unit > 0 else { return nanoseconds }
    let rest = (nanoseconds % unit).magnitude
    let down = nanoseconds - nanoseconds % unit
    guard rest >= unit.magnitude - rest else { return down }
    let (up, overflow) = down.addingReportingOverflow(nanoseconds < 0 ? -unit : unit)
    return overflow ? (nanoseconds < 0 ? .min : .max) : up
  }
}
