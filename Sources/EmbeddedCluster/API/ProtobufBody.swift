import KubeModel
import Primitives

/// Reads the few kinds that `kubectl create` sends in Kubernetes' binary form: it does not fall back to JSON.
///
/// The body is the text `k8s` and a zero byte, then an envelope that names the kind, then the object's own message.
enum ProtobufBody {
  static let mediaType = "application/vnd.kubernetes.protobuf"

  /// The object in the body; nil when it is damaged or of a kind that is not known in this form.
  static func object(_ body: [UInt8]) -> JSONValue? {
    guard body.starts(with: [0x6B, 0x38, 0x73, 0]), let envelope = Message(body.dropFirst(4)),
      let head = Message(envelope.bytes(1)), let message = Message(envelope.bytes(2)),
      var object = content(message, kind: head.text(2)), let metadata = Message(message.bytes(1))
    else { return nil }
    object["apiVersion"] = .string(head.text(1))
    object["kind"] = .string(head.text(2))
    object["metadata"] = meta(metadata)
    return object
  }

  /// What the object holds besides its metadata, by the field numbers of `k8s.io/api/core/v1`.
  private static func content(_ message: Message, kind: String) -> JSONValue? {
    var object = JSONValue.object([:])
    switch kind {
    case "Namespace", "ServiceAccount": break
    case "ConfigMap":
      object["data"] = nonEmpty(message.map(2) { String(decoding: $0, as: UTF8.self) })
      object["binaryData"] = nonEmpty(message.map(3) { Base64.encode(Array($0)) })
    case "Secret":
      object["data"] = nonEmpty(message.map(2) { Base64.encode(Array($0)) })
      object["stringData"] = nonEmpty(message.map(4) { String(decoding: $0, as: UTF8.self) })
      if !message.text(3).isEmpty { object["type"] = .string(message.text(3)) }
    default: return nil
    }
    return object
  }

  private static func meta(_ message: Message) -> JSONValue {
    var metadata = JSONValue.object([:])
    for (number, name) in [(1, "name"), (2, "generateName"), (3, "namespace")] {
      let text = message.text(number)
      if !text.isEmpty { metadata[name] = .string(text) }
    }
    metadata["labels"] = nonEmpty(message.map(11) { String(decoding: $0, as: UTF8.self) })
    metadata["annotations"] = nonEmpty(message.map(12) { String(decoding: $0, as: UTF8.self) })
    return metadata
  }

  private static func nonEmpty(_ values: [String: String]) -> JSONValue? {
    values.isEmpty ? nil : JSONValue(values)
  }
}

/// The fields of one protobuf message that have bytes as their value; numbers are passed over.
private struct Message {
  private var fields: [(number: Int, bytes: ArraySlice<UInt8>)] = []

  /// - Returns: nil when the bytes are no message.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      guard let tag = Self.varint(&rest) else { return nil }
      switch tag & 7 {
      case 0: guard Self.varint(&rest) != nil else { return nil }
      case 1, 5:
        let size = tag & 7 == 1 ? 8 : 4
        guard rest.count >= size else { return nil }
        rest = rest.dropFirst(size)
      case 2:
        guard let length = Self.varint(&rest).flatMap(Int.init(exactly:)), length <= rest.count else {
          return nil
        }
        fields.append((Int(truncatingIfNeeded: tag >> 3), rest.prefix(length)))
        rest = rest.dropFirst(length)
      default: return nil
      }
    }
  }

  /// The last value of the field, as the format has it; empty when there is none.
  func bytes(_ number: Int) -> ArraySlice<UInt8> { fields.last { $0.number == number }?.bytes ?? [] }

  func text(_ number: Int) -> String { String(decoding: bytes(number), as: UTF8.self) }

  /// A map from text: entries of a key, 1, and a value, 2.
  func map(_ number: Int, _ value: (ArraySlice<UInt8>) -> String) -> [String: String] {
    var entries: [String: String] = [:]
    for field in fields where field.number == number {
      guard let entry = Message(field.bytes) else { continue }
      entries[entry.text(1)] = value(entry.bytes(2))
    }
    return entries
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
