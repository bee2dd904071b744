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
    var line = "\(SystemClock.now().rfc3339Micro) \(event.level.rawValue) \(event.message)"
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      line += " \(key)=\(Self.quoted("\(value)"))"
    }
    Terminal.printError(line)
  }

  private static func quoted(_ text: String) -> String {
    text.contains(where: { $0 == " " || $0 == "\"" || $0.isNewline }) ? JSONValue.string(text).text() : text
  }
}
