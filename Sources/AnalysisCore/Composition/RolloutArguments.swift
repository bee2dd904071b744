import KubeModel
package import Primitives

/// Gives the arguments of a Rollout's analysis their values.
package enum RolloutArguments {
  /// The arguments with values; `latestHash` and `stableHash` are pod template hashes, and `field` gives the text at a
  /// path of the Rollout (see ``RolloutField``). A reference to a Secret is passed on as it is.
  package static func resolve(
    _ arguments: [JSONValue],
    latestHash: String?,
    stableHash: String?,
    field: (String) throws(ArgumentError) -> String
  ) throws(ArgumentError) -> [AnalysisArgument] {
    var result: [AnalysisArgument] = []
    for json in arguments {
      var argument = AnalysisArgument(json)
      if argument.value != nil {
        argument.valueFrom = nil
      } else if let source = argument.valueFrom {
        if let which = source["podTemplateHashValue"]?.string {
          argument.value = try hash(which, latestHash, stableHash, of: argument.name)
          argument.valueFrom = nil
        } else if let path = source.at("fieldRef", "fieldPath")?.string {
          argument.value = try field(path)
          argument.valueFrom = nil
        }
      }
      result.append(argument)
    }
    return result
  }

  private static func hash(
    _ which: String,
    _ latest: String?,
    _ stable: String?,
    of name: String
  ) throws(ArgumentError) -> String {
    switch which {
    case "Latest":
      if let latest { return latest }
    case "Stable":
      if let stable { return stable }
    default: throw ArgumentError("args.\(name): podTemplateHashValue \(which) is not Latest or Stable")
    }
    throw ArgumentError("args.\(name): there is no \(which.lowercased()) pod template hash")
  }
}

/// Reads one field of a Rollout by the path that `fieldRef.fieldPath` holds.
package enum RolloutField {
  /// The text at the path.
  ///
  /// Paths below `metadata` are those of the downward API (`metadata.name`, `metadata.labels['app']`, all labels in
  /// lines); any other goes through fields and `[i]`, and must end at a scalar.
  package static func text(at path: String, in rollout: JSONValue) throws(ArgumentError) -> String {
    let keys = try split(path)
    if keys.first == "metadata", keys.count == 2, keys[1] == "labels" || keys[1] == "annotations" {
      let fields = keys[1] == "labels" ? rollout.labels : rollout.annotations
      return fields.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: "\n")
    }
    var value = rollout
    for key in keys {
      let next = value.array == nil ? value[key] : Int(key).flatMap { value[$0] }
      guard let next else { throw ArgumentError("fieldPath \(path) is not there in the Rollout") }
      value = next
    }
    switch value {
    case .string, .int, .double, .bool: return scalarText(value)
    case .null, .array, .object: throw ArgumentError("fieldPath \(path) is no scalar in the Rollout")
    }
  }

  /// The keys of `a.b[0].c['d.e']`.
  private static func split(_ path: String) throws(ArgumentError) -> [String] {
    var keys: [String] = []
    var rest = path[...]
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else {
          throw ArgumentError("fieldPath \(path) has an open [")
        }
        keys.append(rest[rest.index(after: rest.startIndex)..<end].filter { $0 != "'" && $0 != "\"" })
        rest = rest[rest.index(after: end)...]
      } else {
        let key = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(key.count)
        keys.append(String(key))
      }
      if rest.first == "." { rest = rest.dropFirst() }
    }
    guard !keys.isEmpty, !keys.contains("") else { throw ArgumentError("fieldPath \"\(path)\" is no path") }
    return keys
  }
}
