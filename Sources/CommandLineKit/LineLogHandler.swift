import KubeClient
import Logging
import Primitives

/// Logs one line per message to standard error: time, level, message, metadata as `key=value`.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(level: Logger.Level) { logLevel = level }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let metadata = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    Terminal.printError(Self.line("\(event.message)", event.level, metadata, at: SystemClock.now()))
  }

  /// A message as one line, whatever is in it.
  static func line(
    _ message: String,
    _ level: Logger.Level,
    _ metadata: Logger.Metadata,
    at now: Instant
  ) -> String {
    let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }
    return "\(now.rfc3339Micro) \(level.rawValue) \(text)\(pairs.joined())"
  }

  /// A value without blanks and quotes as it is, any other as JSON has it.
  private static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.allSatisfy { $0 != "\"" && !$0.isWhitespace && $0 > " " }
    return isPlain ? text : JSONValue.string(text).text()
  }
}
