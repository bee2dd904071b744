package import Primitives

/// An argument of an AnalysisRun or a template.
package struct AnalysisArgument: Sendable, Hashable {
  package var name: String
  package var value: String?
  /// `valueFrom` as it stands in the manifest.
  package var valueFrom: JSONValue?

  package init(name: String, value: String?, valueFrom: JSONValue? = nil) {
    self.name = name
    self.value = value
    self.valueFrom = valueFrom
  }

  /// Reads an argument leniently; a value that is no string becomes one.
  package init(_ json: JSONValue) {
    name = scalarText(json["name"])
    value = json["value"].flatMap { $0.isNull ? nil : scalarText($0) }
    valueFrom = json["valueFrom"].flatMap { $0.object?.isEmpty == false ? $0 : nil }
  }

  package var json: JSONValue {
    var json: JSONValue = ["name": .string(name)]
    json["value"] = value.map(JSONValue.string)
    json["valueFrom"] = valueFrom
    return json
  }

  /// The key of a Secret that the value is to be read from.
  package var secret: SecretKeyReference? {
    guard let reference = valueFrom?["secretKeyRef"], let name = reference["name"]?.string,
      let key = reference["key"]?.string
    else { return nil }
    return SecretKeyReference(name: name, key: key)
  }
}

/// A key of a Secret in the namespace of an AnalysisRun.
package struct SecretKeyReference: Sendable, Hashable {
  package let name: String
  package let key: String

  package init(name: String, key: String) {
    self.name = name
    self.key = key
  }
}

/// Why a `{{args.x}}` could not be replaced; one line.
package struct ArgumentError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
  /// The name of the argument that a placeholder asked for in vain, if that is the reason.
  let unresolvedName: String?

  package init(_ description: String) {
    self.description = description
    unresolvedName = nil
  }

  /// A placeholder, without its braces, that stands for nothing.
  init(unresolved tag: String) {
    description = "failed to resolve {{\(tag)}}"
    let name = tag.trimmingBlanks
    unresolvedName = name.hasPrefix("args.") ? String(name.dropFirst("args.".count)) : nil
  }
}

/// Replaces `{{args.name}}` and `{{ args.name }}` in all texts of a JSON value, keys included.
package struct ArgumentSubstitution: Sendable {
  /// What stands for a secret while no secret is at hand, as in Argo Rollouts.
  package static let secretPlaceholder = "temp-for-secret"

  private let values: [String: String]

  /// Takes what stands between the braces, such as `templates.canary.podTemplateHash`, with its values.
  package init(values: [String: String]) { self.values = values }

  /// Takes the values of the arguments, and of the secrets that they name; without a value for a secret, its
  /// placeholder is used.
  package init(
    _ arguments: [AnalysisArgument],
    secrets: [SecretKeyReference: String] = [:]
  ) throws(ArgumentError) {
    var values: [String: String] = [:]
    for argument in arguments {
      if let value = argument.value {
        values["args.\(argument.name)"] = value
      } else if let secret = argument.secret {
        values["args.\(argument.name)"] = secrets[secret] ?? Self.secretPlaceholder
      } else {
        throw ArgumentError("args.\(argument.name) was not resolved")
      }
    }
    self.values = values
  }

  /// The value with every placeholder replaced; one that names no argument is an error.
  package func apply(to json: JSONValue) throws(ArgumentError) -> JSONValue {
    switch json {
    case .string(let text): return .string(try apply(to: text))
    case .array(let elements):
      var result: [JSONValue] = []
      for element in elements { result.append(try apply(to: element)) }
      return .array(result)
    case .object(let fields):
      var result: JSONFields = [:]
      for (key, value) in fields { result[try apply(to: key)] = try apply(to: value) }
      return .object(result)
    case .null, .bool, .int, .double: return json
    }
  }

  /// The text with every placeholder replaced; replaced text is not looked at again.
  package func apply(to text: String) throws(ArgumentError) -> String {
    let (opening, closing, bytes) = (Array("{{".utf8), Array("}}".utf8), Array(text.utf8))
    var result: [UInt8] = []
    var place = 0
    while let open = ByteSearch.first(of: opening, in: bytes, from: place),
      let close = ByteSearch.first(of: closing, in: bytes, from: open + 2)
    {
      result += bytes[place..<open]
      let tag = String(decoding: bytes[open + 2..<close], as: UTF8.self)
      guard let value = values[tag.trimmingBlanks] else {
        throw ArgumentError(unresolved: tag)
      }
      result += value.utf8
      place = close + 2
    }
    return String(decoding: result + bytes[place...], as: UTF8.self)
  }
}

extension String {
  var trimmingBlanks: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
