/// The last bytes that a container wrote, whole lines as far as possible.
struct LogRing: Sendable {
  private let limit: Int
  private var chunks: [[UInt8]] = []
  private var first = 0
  private var size = 0

  init(limit: Int = 256 * 1024) { self.limit = limit }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    chunks.append(bytes)
    size += bytes.count
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
}
