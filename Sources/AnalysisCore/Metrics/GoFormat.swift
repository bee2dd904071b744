/// Numbers in the spellings that Go's `strconv` gives them, which existing dashboards and users know.
package enum GoFormat {
  /// The shortest digits that read back as the same number, never with an exponent: `0.95`, `1`, `NaN`, `+Inf`.
  package static func plain(_ number: Double) -> String {
    if let special = special(number) { return special }
    let (sign, digits, exponent) = decimal(number)
    if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
    if exponent >= digits.count {
      return sign + digits + String(repeating: "0", count: exponent - digits.count)
    }
    return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
  }

  /// Like `plain`, but with an exponent below 1e-4 and from 1e21 on.
  package static func general(_ number: Double) -> String {
    guard abs(number) < 1e-4 || abs(number) >= 1e21 else { return plain(number) }
    return scientific(number)
  }

  /// As Go's `%v` prints a float: with an exponent below 1e-4 and from 1e6 on.
  package static func value(_ number: Double) -> String {
    let size = abs(number)
    return size < 1e-4 && size > 0 || size >= 1e6 ? scientific(number) : plain(number)
  }

  /// As Go's `encoding/json` writes a finite float: with an exponent below 1e-6, of one digit if it has one, and from
  /// 1e21 on.
  package static func json(_ number: Double) -> String {
    let size = abs(number)
    guard size < 1e-6 && size > 0 || size >= 1e21 else { return plain(number) }
    let parts = scientific(number).split(separator: "e")
    let isShort = parts[1].hasPrefix("-0")
    return parts[0] + "e" + (isShort ? "-" + parts[1].dropFirst(2) : parts[1])
  }

  /// A number as Go's `strconv.ParseFloat` reads it; nil for what is none or is beyond the largest.
  static func parse(_ text: String) -> Double? {
    let lower = text.lowercased()
    let body = lower.hasPrefix("-") || lower.hasPrefix("+") ? lower.dropFirst() : lower[...]
    if ["inf", "infinity", "nan"].contains(body) { return Double(lower) }
    // A hexadecimal float must have its exponent.
    guard let first = body.utf8.first, first.isDigit || first == UInt8(ascii: "."),
      !body.contains("x") || body.contains("p"), let number = Double(lower), number.isFinite
    else { return nil }
    return number
  }

  private static func scientific(_ number: Double) -> String {
    if let special = special(number) { return special }
    let (sign, digits, exponent) = decimal(number)
    let power = exponent - 1
    let size = String(power.magnitude)
    let mantissa = String(digits.prefix(1)) + (digits.count > 1 ? "." + digits.dropFirst() : "")
    return sign + mantissa + (power < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
  }

  private static func special(_ number: Double) -> String? {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return number == 0 ? (number.sign == .minus ? "-0" : "0") : nil
  }

  /// Sign, digits without leading or trailing zeros, and the exponent e of `0.digits × 10^e`.
  private static func decimal(_ number: Double) -> (sign: String, digits: String, exponent: Int) {
    // Swift's description is the shortest that reads back, as `digits.digits` with an optional exponent.
    let parts = abs(number).description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
    let all = String(mantissa[0]) + fraction
    let leading = all.prefix { $0 == "0" }.count
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    var digits = all.dropFirst(leading)
    while digits.last == "0" { digits.removeLast() }
    return (number < 0 ? "-" : "", String(digits), mantissa[0].count - leading + power)
  }
}
