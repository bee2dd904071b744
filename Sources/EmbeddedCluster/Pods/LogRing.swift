/// The last bytes that a container wrote, cut at what it wrote at once.
struct LogRing: Sendable {
  private let limit: Int
  private var chunks: [[UInt8]] = []
  private var first = 0
  private var size = 0
  /// How many bytes were ever written; a reader continues from here.
  private(set) var end = 0

  init(limit: Int = 256 * 1024) { self.limit = limit }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    chunks.append(bytes)
    size += bytes.count
    end += bytes.count
    while size > limit, first < chunks.count - 1 {
      size -= chunks[first].count
      chunks[first] = []
      first += 1
    }
    if first > 256 {
      chunks.removeFirst(first)
      first = 0
    }
  }

  /// Everything that is kept, oldest first.
  var bytes: [UInt8] { chunks[first...].flatMap { $0 } }

  /// What was written after an earlier ``end``, as far as it is kept.
  func bytes(after position: Int) -> [UInt8] { Array(bytes.suffix(max(0, end - position))) }
}
