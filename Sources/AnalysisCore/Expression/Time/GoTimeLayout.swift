/// Go's layouts of dates, which show how one certain moment is written: `Mon Jan 2 15:04:05 MST 2006`.
enum GoTimeLayout {
  /// What one place of a layout stands for.
  enum Element: Sendable, Equatable {
    case text([UInt8])
    case year
    case shortYear
    case monthName
    case shortMonthName
    case month(width: Int)
    case weekdayName
    case shortWeekdayName
    /// `_2` has a blank for a leading zero.
    case day(width: Int, isBlankPadded: Bool)
    case dayOfYear(isBlankPadded: Bool)
    case hour
    case shortHour(width: Int)
    case minute(width: Int)
    case second(width: Int)
    /// The point or comma, how many digits, and whether zeros at the end are left out.
    case fraction(separator: UInt8, digits: Int, isTrimmed: Bool)
    case dayHalf(isUpper: Bool)
    case zoneName
    /// `-0700`, `Z07:00` and their like.
    case offset(hasZ: Bool, hasColons: Bool, parts: Int)
  }

  /// The fixed words of layouts; a longer one stands before its beginning.
  private static let words: [(String, Element)] = [
    ("January", .monthName), ("Jan", .shortMonthName), ("Monday", .weekdayName), ("Mon", .shortWeekdayName),
    ("MST", .zoneName), ("2006", .year), ("002", .dayOfYear(isBlankPadded: false)), ("01", .month(width: 2)),
    ("02", .day(width: 2, isBlankPadded: false)), ("03", .shortHour(width: 2)), ("04", .minute(width: 2)),
    ("05", .second(width: 2)), ("06", .shortYear), ("15", .hour), ("1", .month(width: 1)),
    ("__2", .dayOfYear(isBlankPadded: true)), ("_2006", .text([])),
    ("_2", .day(width: 2, isBlankPadded: true)), ("2", .day(width: 1, isBlankPadded: false)),
    ("3", .shortHour(width: 1)), ("4", .minute(width: 1)), ("5", .second(width: 1)),
    ("PM", .dayHalf(isUpper: true)), ("pm", .dayHalf(isUpper: false)),
    ("-07:00:00", .offset(hasZ: false, hasColons: true, parts: 3)),
    ("-070000", .offset(hasZ: false, hasColons: false, parts: 3)),
    ("-07:00", .offset(hasZ: false, hasColons: true, parts: 2)),
    ("-0700", .offset(hasZ: false, hasColons: false, parts: 2)),
    ("-07", .offset(hasZ: false, hasColons: false, parts: 1)),
    ("Z07:00:00", .offset(hasZ: true, hasColons: true, parts: 3)),
    ("Z070000", .offset(hasZ: true, hasColons: false, parts: 3)),
    ("Z07:00", .offset(hasZ: true, hasColons: true, parts: 2)),
    ("Z0700", .offset(hasZ: true, hasColons: false, parts: 2)),
    ("Z07", .offset(hasZ: true, hasColons: false, parts: 1)),
  ]

  private static let bytesOfWords = words.map { (Array($0.utf8), $1) }

  /// The places of a layout in their order.
  static func elements(of layout: String) -> [Element] {
    let bytes = Array(layout.utf8)
    var elements: [Element] = []
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard let (element, length) = element(in: bytes, at: index) else {
        text.append(bytes[index])
        index += 1
        continue
      }
      if !text.isEmpty { elements.append(.text(text)) }
      text = []
      elements.append(element)
      index += length
    }
    return text.isEmpty ? elements : elements + [.text(text)]
  }

  private static func element(in bytes: [UInt8], at index: Int) -> (Element, length: Int)? {
    if let fraction = fraction(in: bytes, at: index) { return fraction }
    for (word, element) in bytesOfWords where bytes[index...].starts(with: word) {
      let next = index + word.count < bytes.count ? bytes[index + word.count] : 0
      let isInsideWord = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next)
      switch element {
      // `Jane` and `Month` are words of their own.
      case .shortMonthName where isInsideWord, .shortWeekdayName where isInsideWord: return nil
      // `_2006` is a line and a year.
      case .text: return nil
      default: return (element, word.count)
      }
    }
    return nil
  }

  /// A point or comma with zeros or nines that no other digit follows.
  private static func fraction(in bytes: [UInt8], at index: Int) -> (Element, length: Int)? {
    guard bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ","), index + 1 < bytes.count,
      bytes[index + 1] == UInt8(ascii: "0") || bytes[index + 1] == UInt8(ascii: "9")
    else { return nil }
    let digits = bytes[(index + 1)...].prefix { $0 == bytes[index + 1] }
    guard digits.endIndex == bytes.count || !bytes[digits.endIndex].isDigit else { return nil }
    let isTrimmed = bytes[index + 1] == UInt8(ascii: "9")
    let element = Element.fraction(separator: bytes[index], digits: digits.count, isTrimmed: isTrimmed)
    return (element, digits.count + 1)
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
