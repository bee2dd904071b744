/// A range of bytes and what takes its place.
struct Splice: Hashable {
  let range: Range<Int>
  let text: [UInt8]

  init(_ range: Range<Int>, _ text: String) {
    self.range = range
    self.text = Array(text.utf8)
  }

  /// Text put in before the offset.
  init(at offset: Int, _ text: String) { self.init(offset..<offset, text) }

  /// The bytes with all splices made; nil when two of them overlap or one lies outside.
  static func apply(_ splices: [Splice], to bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + splices.reduce(0) { $0 + $1.text.count })
    var offset = 0
    for splice in splices.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard splice.range.lowerBound >= offset, splice.range.upperBound <= bytes.count else { return nil }
      result += bytes[offset..<splice.range.lowerBound]
      result += splice.text
      offset = splice.range.upperBound
    }
    result += bytes[offset...]
    return result
  }

  /// Whether `after` is `before` with nothing but the splices changed; reads both texts anew.
  static func onlyDifference(_ splices: [Splice], between before: [UInt8], and after: [UInt8]) -> Bool {
    var offset = 0
    var place = 0
    for splice in splices.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      let kept = splice.range.lowerBound - offset
      guard kept >= 0, place + kept + splice.text.count <= after.count,
        before[offset..<offset + kept] == after[place..<place + kept],
        after[place + kept..<place + kept + splice.text.count] == splice.text[...]
      else { return false }
      offset = splice.range.upperBound
      place += kept + splice.text.count
    }
    return before[offset...] == after[place...]
  }
}
