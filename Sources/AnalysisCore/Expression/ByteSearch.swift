/// Searches in texts by bytes, so that canonical equivalence of Unicode plays no part, as in Go.
enum ByteSearch {
  /// Steps that a search costs at most.
  static func cost(of needle: String, in text: String) -> Int {
    text.utf8.count / 16 + min(needle.utf8.count, 64) * (text.utf8.count / 64)
  }

  /// The byte offset of the first occurrence at or after the start.
  static func first(of needle: String, in text: String, from start: Int = 0) -> Int? {
    first(of: Array(needle.utf8), in: Array(text.utf8), from: start)
  }

  /// The offset of the first occurrence at or after the start.
  static func first(of needle: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
    guard let head = needle.first else { return start <= bytes.count ? start : nil }
    var place = start
    while place + needle.count <= bytes.count {
      if bytes[place] == head, bytes[place..<place + needle.count].elementsEqual(needle) { return place }
      place += 1
    }
    return nil
  }

  /// The byte offsets of all occurrences that do not overlap.
  static func all(of needle: String, in text: String, limit: Int = .max) -> [Int] {
    var places: [Int] = []
    guard !needle.isEmpty else { return places }
    let needle = Array(needle.utf8)
    let bytes = Array(text.utf8)
    var start = 0
    while places.count < limit, let place = first(of: needle, in: bytes, from: start) {
      places.append(place)
      start = place + needle.count
    }
    return places
  }
}
