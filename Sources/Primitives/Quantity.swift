/// Kubernetes' resource quantity: a decimal number with a unit, such as `500m`, `1.5Gi` or `12e6`.
///
/// Two quantities are equal when they mean the same number; how they were written decides only how they print.
package struct Quantity: Sendable {
  /// The family of units that a quantity was written with, which its canonical form keeps.
  fileprivate enum Format {
    case decimal
    case binary
    case exponent
  }

  /// The number is `mantissa × 10^scale`, without trailing zeros in the mantissa; zero has scale 0.
  private let mantissa: Int128
  private let scale: Int
  private let format: Format
  /// How it was written, when Kubernetes takes that for canonical without looking further.
  private let kept: String?

  /// Reads a quantity; nil when it is none, or has more digits than any quantity can mean.
  ///
  /// Parts below a billionth are rounded away from zero, and a binary one is cut to 2⁶³−1, as Kubernetes does.
  package init?(_ text: String) {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    let whole = Self.digits(&rest)
    var fraction = Substring()
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = Self.digits(&rest)
    }
    guard whole.count + fraction.count > 0, let number = Int128(whole + fraction), let unit = Unit(rest),
      case let (amount, false) = number.multipliedReportingOverflow(by: unit.factor)
    else { return nil }
    var scale = unit.power - fraction.count
    let isKept = Self.isKept(whole: whole.drop { $0 == "0" }, fraction: fraction, scale: scale, unit: unit)
    var mantissa = amount.rounded(scale: &scale, to: -9)
    if unit.format == .binary, mantissa.exceedsInt64(scale: scale) {
      (mantissa, scale) = (.init(Int64.max), 0)
    }
    self.init(isNegative ? -mantissa : mantissa, scale, unit.format, kept: isKept ? text : nil)
  }

  private init(_ mantissa: Int128, _ scale: Int, _ format: Format, kept: String? = nil) {
    var mantissa = mantissa
    var scale = mantissa == 0 ? 0 : scale
    while mantissa != 0, mantissa % 10 == 0 {
      mantissa /= 10
      scale += 1
    }
    self.mantissa = mantissa
    self.scale = scale
    self.format = format
    self.kept = kept
  }

  /// The next multiple of a thousandth, away from zero, to which an API server rounds amounts of resources.
  package var roundedUpToMilli: Quantity {
    var scale = scale
    let mantissa = mantissa.rounded(scale: &scale, to: -3)
    return Quantity(mantissa, scale, format)
  }

  /// The text that Kubernetes stores for it: `1024Mi` is `1Gi`, and `0.5` is `500m`.
  package var text: String {
    if let kept { return kept }
    if format == .binary, scale >= 0, let number = mantissa.scaled(by: scale), number.magnitude >= 1024 {
      var number = number
      var step = 0
      while number % 1024 == 0, step < 6 {
        number /= 1024
        step += 1
      }
      return "\(number)\(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][step])"
    }
    let surplus = ((scale % 3) + 3) % 3
    let number = mantissa * [1, 10, 100][surplus]
    let exponent = scale - surplus
    if format == .exponent { return exponent == 0 ? "\(number)" : "\(number)e\(exponent)" }
    let units = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
    let index = exponent / 3 + 3
    return "\(number)\(units.indices.contains(index) ? units[index] : "")"
  }

  /// The number alone, as `mantissa e exponent`: equal for equal quantities.
  package var plainText: String { "\(mantissa)e\(scale)" }

  private static func digits(_ rest: inout Substring) -> Substring {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits
  }

  /// Kubernetes keeps a short text whose digits cannot be grouped any further, whatever else it holds.
  private static func isKept(whole: Substring, fraction: Substring, scale: Int, unit: Unit) -> Bool {
    let digits = (whole.isEmpty ? "0" : whole) + fraction
    if unit.format == .binary {
      let isShort = fraction.isEmpty && 14 - digits.count - unit.binaryExponent * 3 / 10 >= 0
      return isShort && Int128(digits).map { $0 % 8 != 0 } ?? false
    }
    return digits.count <= 18 && scale >= -9 && scale % 3 == 0 && digits.first != "0"
      && !digits.hasSuffix("000")
  }
}

extension Quantity: Hashable {
  package static func == (left: Quantity, right: Quantity) -> Bool {
    left.mantissa == right.mantissa && left.scale == right.scale
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(mantissa)
    hasher.combine(scale)
  }
}

/// What follows the digits of a quantity: it multiplies them by `factor × 10^power`.
private struct Unit {
  let factor: Int128
  let power: Int
  let binaryExponent: Int
  let format: Quantity.Format

  init?(_ suffix: Substring) {
    if let step = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].firstIndex(of: suffix) {
      let exponent = 10 * (step + 1)
      self.init(factor: 1 << exponent, binaryExponent: exponent, format: .binary)
    } else if let step = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].firstIndex(of: suffix) {
      self.init(power: 3 * step - 9, format: .decimal)
    } else if suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()),
      abs(power) < 100
    {
      self.init(power: power, format: .exponent)
    } else {
      return nil
    }
  }

  private init(factor: Int128 = 1, power: Int = 0, binaryExponent: Int = 0, format: Quantity.Format) {
    self.factor = factor
    self.power = power
    self.binaryExponent = binaryExponent
    self.format = format
  }
}

extension Int128 {
  /// The number times 10 to the power; nil when that is too great.
  fileprivate func scaled(by power: Int) -> Int128? {
    guard self != 0 else { return 0 }
    guard power <= 38 else { return nil }
    var number = self
    for _ in 0..<power {
      let (next, overflows) = number.multipliedReportingOverflow(by: 10)
      guard !overflows else { return nil }
      number = next
    }
    return number
  }

  /// The number at a scale of at least `least`, rounded away from zero.
  fileprivate func rounded(scale: inout Int, to least: Int) -> Int128 {
    guard scale < least else { return self }
    defer { scale = least }
    guard let divisor = Int128(1).scaled(by: least - scale) else { return signum() }
    return self / divisor + (self % divisor).signum()
  }

  fileprivate func exceedsInt64(scale: Int) -> Bool {
    let limit = Int128(Int64.max)
    if scale < 0 { return limit.scaled(by: -scale).map { self > $0 } ?? false }
    return scaled(by: scale).map { $0 > limit } ?? true
  }
}
