import KubeModel
import Primitives

/// Renders objects as the table that `kubectl get` prints.
struct TableRenderer {
  /// One column and how its cells come about.
  struct Column: Sendable {
    let name: String
    var type = "string"
    var format = ""
    var description = ""
    var priority = 0
    let cell: @Sendable (JSONValue, Instant) -> JSONValue
  }

  private let columns: [Column]
  private let now: Instant

  init(_ resource: ServedResource, _ now: Instant) {
    self.now = now
    columns =
      [Self.nameColumn]
      + (resource.isCustom ? Self.customColumns(resource) : BuiltInColumns.columns(of: resource.type))
  }

  /// The `Table` object; rows carry the metadata, the whole object or nothing beside their cells.
  func table(_ objects: [JSONValue], resourceVersion: String, include: String?) -> JSONValue {
    [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1",
      "metadata": ["resourceVersion": .string(resourceVersion)],
      "columnDefinitions": .array(
        columns.map { column in
          [
            "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
            "description": .string(column.description), "priority": JSONValue(column.priority),
          ]
        }
      ),
      "rows": .array(objects.map { row($0, include: include) }),
    ]
  }

  private func row(_ object: JSONValue, include: String?) -> JSONValue {
    var row: JSONValue = ["cells": .array(columns.map { $0.cell(object, now) })]
    switch include {
    case "None": break
    case "Object": row["object"] = object
    default: row["object"] = object.partialMetadata
    }
    return row
  }

  private static let nameColumn = Column(
    name: "Name",
    format: "name",
    description: "Name must be unique within a namespace."
  ) { object, _ in .string(object.name) }

  /// How long ago a time was; unknown when there is none.
  static func age(_ text: String?, _ now: Instant) -> JSONValue {
    guard let instant = text.flatMap(Instant.init) else { return "<unknown>" }
    return .string(HumanDuration.text(now - instant))
  }

  static let ageColumn = Column(name: "Age") { object, now in
    age(object.at("metadata", "creationTimestamp")?.string, now)
  }

  private static func customColumns(_ resource: ServedResource) -> [Column] {
    guard !resource.printerColumns.isEmpty else {
      return [
        Column(name: "Age", type: "date") { object, now in
          age(object.at("metadata", "creationTimestamp")?.string, now)
        }
      ]
    }
    return resource.printerColumns.map { column in
      let description =
        column.description.isEmpty
        ? "Custom resource definition column (in JSONPath format): \(column.path)" : column.description
      return Column(
        name: column.name,
        type: column.type,
        format: column.format,
        description: description,
        priority: column.priority
      ) { object, now in
        customCell(ColumnPath(column.path).values(in: object), column.type, now)
      }
    }
  }

  private static func customCell(_ values: [JSONValue], _ type: String, _ now: Instant) -> JSONValue {
    guard let value = values.first else { return .null }
    switch type {
    case "integer": return value.int.map { JSONValue($0) } ?? .null
    case "number": return value.double.map(JSONValue.double) ?? .null
    case "boolean": return value.bool.map(JSONValue.bool) ?? .null
    case "date": return age(value.string, now)
    default: return .string(values.map { $0.string ?? $0.text() }.joined(separator: " "))
    }
  }
}
