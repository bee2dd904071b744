import Primitives

/// The frame of the protocol: one JSON object, on one line, in each direction (docs/plugins.md).
enum PluginProtocol {
  static let version = 1

  /// The line that a plugin reads.
  static func request(_ entry: PluginEntry, verb: String, _ content: JSONValue) -> [UInt8] {
    var request = content
    request["version"] = JSONValue(version)
    request["plugin"] = .string(entry.name)
    request["kind"] = .string(entry.kind.word)
    request["verb"] = .string(verb)
    request["deadlineSeconds"] = JSONValue(Int(entry.deadline.components.seconds))
    return request.bytes() + [UInt8(ascii: "\n")]
  }

  /// The answer in what a plugin printed; `subject` names the plugin.
  static func answer(_ output: [UInt8], _ subject: String) throws(PluginFailure) -> JSONValue {
    let text = output.drop { $0 <= 0x20 }
    guard !text.isEmpty else { throw PluginFailure("\(subject): it printed nothing") }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: output)
    } catch {
      throw PluginFailure("\(subject): its answer is no JSON object: \(excerpt(output))")
    }
    guard json.object != nil else {
      throw PluginFailure("\(subject): its answer is no JSON object: \(excerpt(output))")
    }
    guard json["version"]?.int == version else {
      let said = json["version"].map { "version \($0.text())" } ?? "no version"
      throw PluginFailure("\(subject): its answer has \(said), and this is version \(version)")
    }
    if let error = json["error"], !error.isNull {
      throw PluginFailure("\(subject): \(excerpt(Array((error.string ?? error.text()).utf8)))")
    }
    return json
  }

  /// The beginning of a text, on one line.
  static func excerpt(_ bytes: [UInt8]) -> String {
    let text = String(
      decoding: bytes.prefix(200).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 },
      as: UTF8.self
    )
    return bytes.count > 200 ? text + "…" : text
  }

  /// Seconds as a number, or Go's notation; nil for anything else and for what is negative.
  static func duration(_ json: JSONValue?) -> Duration? {
    if let seconds = json?.double, seconds >= 0, seconds <= 86_400 {
      return .milliseconds(Int(seconds * 1000))
    }
    return json?.string.flatMap { Duration(go: $0) }.flatMap { $0 >= .zero ? $0 : nil }
  }
}
