import GitOpsCore
import KubeModel
import Primitives
import YAMLEdit

/// One object of the linted files, and where it stands.
struct LintedObject: Sendable {
  let object: JSONValue
  let file: String
  /// The document it is in.
  let document: YAMLDocument
  /// Where the object begins in the document: empty unless it is an item of a List.
  let base: [YAMLPathElement]

  /// The place of the object.
  var mark: YAMLMark { document.nearestPosition(of: base) }

  /// The folders that its file is in, outermost first.
  var folder: ArraySlice<Substring> { file.split(separator: "/").dropLast() }

  /// An issue at a path of the object, or at the nearest place above it that the text has.
  func issue(_ severity: LintIssue.Severity, _ path: String, _ reason: String) -> LintIssue {
    let mark = document.nearestPosition(of: base + FieldPath.elements(path))
    return LintIssue(
      file: file,
      line: mark.line,
      column: mark.column,
      severity: severity,
      path: path,
      reason: reason
    )
  }

  /// The objects of a document: itself, or the items of a List.
  static func all(in document: YAMLDocument, file: String) -> [LintedObject] {
    guard document.json.kind.hasSuffix("List"), let items = document.json["items"]?.array else {
      return [LintedObject(object: document.json, file: file, document: document, base: [])]
    }
    return items.enumerated().map { index, item in
      LintedObject(object: item, file: file, document: document, base: ["items", .index(index)])
    }
  }
}

/// A file as it is linted: its name for messages, and its content.
struct LintInput: Sendable {
  let name: String
  let bytes: [UInt8]
}
