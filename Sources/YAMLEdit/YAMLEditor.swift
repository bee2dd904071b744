import Primitives

/// Changes values in YAML that people wrote, and not one byte besides.
package enum YAMLEditor {
  /// The text with the changes made, in order, to the one document that the selector names.
  ///
  /// Every change is proved: the result is parsed again, it must mean exactly what was asked in that document and the
  /// same as before in all others, and all bytes outside the spliced spans must be equal. What cannot be proved is
  /// refused with a reason. A change to the value that is there already changes nothing, and no changes give the same
  /// bytes.
  package static func apply(
    _ changes: [YAMLChange],
    to document: DocumentSelector,
    in bytes: [UInt8]
  ) throws(YAMLEditError) -> [UInt8] {
    guard !changes.isEmpty else { return bytes }
    var state = State(bytes: bytes, documents: try parse(bytes))
    let index = try document.index(in: state.documents)
    for change in changes {
      let change = try change.canonical()
      let expected = try meaning(of: change, in: state.documents[index])
      guard expected != state.documents[index].json else { continue }
      state = try perform(change, on: index, in: state, expecting: expected)
    }
    return state.bytes
  }

  private struct State {
    let bytes: [UInt8]
    let documents: [YAMLDocument]
  }

  private static func parse(_ bytes: [UInt8]) throws(YAMLEditError) -> [YAMLDocument] {
    do throws(YAMLError) {
      return try YAML.parse(bytes)
    } catch {
      throw YAMLEditError(.malformed, error.description, line: error.line)
    }
  }

  /// What the document must say after the change.
  private static func meaning(
    of change: YAMLChange,
    in document: YAMLDocument
  ) throws(YAMLEditError) -> JSONValue {
    do throws(YAMLEditError) {
      return try change.applied(to: document.json)
    } catch {
      let line = document.nearestPosition(of: change.path).line
      throw YAMLEditError(error.reason, error.message, line: error.line ?? line)
    }
  }

  /// Makes the first proposal that proves itself.
  private static func perform(
    _ change: YAMLChange,
    on index: Int,
    in state: State,
    expecting expected: JSONValue
  ) throws(YAMLEditError) -> State {
    let document = state.documents[index]
    let planner = EditPlanner(source: SourceText(state.bytes), document: document, change: change)
    var line = document.nearestPosition(of: change.path).line
    for splices in try planner.proposals() {
      guard let bytes = Splice.apply(splices, to: state.bytes),
        Splice.onlyDifference(splices, between: state.bytes, and: bytes)
      else { continue }
      do throws(YAMLEditError) {
        let result = State(bytes: bytes, documents: try parse(bytes))
        if proves(result, from: state, changing: index, to: expected) { return result }
      } catch {
        line = error.line ?? line
      }
    }
    let what = "cannot \(change.verb) \(change.path.pathText)"
    if case .remove = change, document.hasMergeKey(at: change.path.dropLast()) {
      throw YAMLEditError(.mergeKey, "\(what): a merge key beside it gives it another value", line: line)
    }
    throw YAMLEditError(
      .unproven,
      "\(what): no way of writing it here leaves everything else as it is",
      line: line
    )
  }

  /// Whether the meaning changed in that document only, and to what was asked.
  private static func proves(
    _ result: State,
    from state: State,
    changing index: Int,
    to expected: JSONValue
  ) -> Bool {
    result.documents.count == state.documents.count
      && result.documents.indices.allSatisfy { other in
        result.documents[other].json == (other == index ? expected : state.documents[other].json)
      }
  }
}

extension YAMLChange {
  /// The change with its numbers in the one spelling that parsing gives; infinities and NaN are refused.
  fileprivate func canonical() throws(YAMLEditError) -> YAMLChange {
    switch self {
    case .remove: self
    case .set(let path, let value): .set(path, try canonical(value))
    case .insert(let path, let value): .insert(path, try canonical(value))
    }
  }

  private func canonical(_ value: JSONValue) throws(YAMLEditError) -> JSONValue {
    switch value {
    case .null, .bool, .int, .string: return value
    case .double(let number):
      guard number.isFinite else {
        throw YAMLEditError(
          .badValue,
          "cannot \(verb) \(path.pathText) to a number that is not finite",
          line: nil
        )
      }
      return Schema.canonical(number)
    case .array(let elements):
      return .array(try elements.map { value throws(YAMLEditError) in try canonical(value) })
    case .object(let fields):
      var result: JSONFields = [:]
      for (key, value) in fields { result[key] = try canonical(value) }
      return .object(result)
    }
  }
}
