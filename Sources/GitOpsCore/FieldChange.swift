package import Primitives

/// One step of the way to a field.
package enum PathElement: Sendable, Hashable {
  /// A field of an object.
  case key(String)
  /// The element of a list whose `name` is this.
  case named(String)
}

/// A change of one field of a manifest.
package struct FieldChange: Sendable, Hashable {
  package let path: [PathElement]
  /// The new value; nil removes the field or the element.
  package let value: JSONValue?

  package init(path: [PathElement], value: JSONValue?) {
    self.path = path
    self.value = value
  }

  /// `spec.template.spec.containers[web].image`.
  package var pathText: String { Self.text(path) }

  static func text(_ path: [PathElement]) -> String {
    var text = ""
    for element in path {
      switch element {
      case .key(let key): text += (text.isEmpty ? "" : ".") + key
      case .named(let name): text += "[\(name)]"
      }
    }
    return text
  }
}

extension [FieldChange] {
  /// The object after all changes; a list element whose name is new goes to the end of its list.
  package func applied(to object: JSONValue) -> JSONValue {
    reduce(object) { Self.apply($1.value, at: $1.path[...], to: $0) ?? .null }
  }

  private static func apply(
    _ value: JSONValue?,
    at path: ArraySlice<PathElement>,
    to target: JSONValue?
  ) -> JSONValue? {
    guard let element = path.first else { return value }
    switch element {
    case .key(let key):
      var object = target ?? .object([:])
      object[key] = apply(value, at: path.dropFirst(), to: object[key])
      return object
    case .named(let name):
      var elements = target?.array ?? []
      let index = elements.firstIndex { $0["name"]?.string == name }
      let changed = apply(value, at: path.dropFirst(), to: index.map { elements[$0] })
      switch (index, changed) {
      case (let index?, let changed?): elements[index] = changed
      case (let index?, nil): elements.remove(at: index)
      case (nil, let changed?): elements.append(changed)
      case (nil, nil): break
      }
      return .array(elements)
    }
  }
}

extension JSONValue {
  /// The value reached by following the path; nil when one of its elements is missing.
  package func at(_ path: some Sequence<PathElement>) -> JSONValue? {
    var value = self
    for element in path {
      let next =
        switch element {
        case .key(let key): value[key]
        case .named(let name): value.array?.first { $0["name"]?.string == name }
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }
}

/// The differences of two values, as small as their structure allows.
enum FieldDifference {
  /// The paths at which the values differ, in a stable order.
  ///
  /// Lists whose elements all have distinct names are compared by name, without regard to their order; other lists are
  /// compared as a whole.
  static func paths(_ old: JSONValue?, _ new: JSONValue?, at path: [PathElement] = []) -> [[PathElement]] {
    switch (old, new) {
    case (.object(let before)?, .object(let after)?):
      return Set(before.keys).union(after.keys).sorted().flatMap { key in
        paths(before[key], after[key], at: path + [.key(key)])
      }
    case (.array(let before)?, .array(let after)?):
      guard let oldNames = Projection.names(of: before), let newNames = Projection.names(of: after) else {
        return before == after ? [] : [path]
      }
      let names = oldNames + newNames.filter { !oldNames.contains($0) }
      return names.flatMap { name in
        paths(
          JSONValue.array(before).at([.named(name)]),
          JSONValue.array(after).at([.named(name)]),
          at: path + [.named(name)]
        )
      }
    default:
      return old == new ? [] : [path]
    }
  }
}
