import Primitives

/// The form in which a client wants objects.
enum AnswerForm: Equatable {
  case plain
  case table
  case metadataOnly

  /// The first form of an `Accept` header that the server has; nil when it has none of them.
  init?(accept: String) {
    guard !accept.isEmpty else {
      self = .plain
      return
    }
    for entry in accept.split(separator: ",") {
      var parts = entry.split(separator: ";").map { String($0).trimmingBlanks() }
      let type = parts.removeFirst()
      guard type == "application/json" || type == "*/*" || type == "application/*" else { continue }
      let wanted = parts.first { $0.hasPrefix("as=") }?.dropFirst(3)
      switch wanted {
      case nil: self = .plain
      case "Table": self = .table
      case "PartialObjectMetadata", "PartialObjectMetadataList": self = .metadataOnly
      default: continue
      }
      return
    }
    return nil
  }
}
