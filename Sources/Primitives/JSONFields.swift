/// The fields of a JSON object in the order of their names.
///
/// Kubernetes' objects have few fields each. Walking past the wrong ones costs less than a hash does, two objects
/// compare side by side, and whoever goes through one meets its fields in the same order every time.
@usableFromInline package struct JSONFields: Sendable, Hashable {
  @usableFromInline struct Field: Sendable, Hashable {
    @usableFromInline let name: String
    @usableFromInline var value: JSONValue

    init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Ordered by name, each name once.
  @usableFromInline private(set) var list: [Field] = []

  package init() {}

  /// The fields in any order; of those with one name the last one counts.
  package init(_ fields: some Sequence<(String, JSONValue)>) {
    list = fields.map { Field($0, $1) }
    if isInOrder { return }
    // The order of those with one name stays.
    list.sort { $0.name < $1.name }
    var count = 0
    for index in list.indices {
      if index + 1 < list.count, list[index].name == list[index + 1].name { continue }
      if count < index { list.swapAt(count, index) }
      count += 1
    }
    list.removeLast(list.count - count)
  }

  private var isInOrder: Bool {
    for index in list.indices.dropFirst() where list[index - 1].name >= list[index].name { return false }
    return true
  }

  /// The fields of a dictionary.
  package init(_ fields: [String: JSONValue]) {
    list = fields.map { Field($0.key, $0.value) }.sorted { $0.name < $1.name }
  }

  /// Fields that are in order already, as those are that came from another object.
  private init(ordered list: [Field]) { self.list = list }

  /// More fields than this are searched by halves.
  private static var few: Int { 16 }

  /// Where the field of that name is; nil when there is none.
  @usableFromInline func index(of name: String) -> Int? {
    guard list.count <= Self.few else {
      let place = place(of: name)
      return place < list.count && list[place].name == name ? place : nil
    }
    // Most names differ in length, which is seen without looking at them.
    let length = name.utf8.count
    return list.withUnsafeBufferPointer { fields in
      fields.firstIndex { $0.name.utf8.count == length && $0.name == name }
    }
  }

  /// Where the field of that name is or belongs. Names mostly come in order.
  private func place(of name: String) -> Int {
    guard let last = list.last, name <= last.name else { return list.count }
    var (low, high) = (0, list.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The field of that name; nil when it is absent. Setting nil removes it.
  @usableFromInline package subscript(name: String) -> JSONValue? {
    @inlinable get {
      guard let index = index(of: name) else { return nil }
      return list[index].value
    }
    set {
      switch (index(of: name), newValue) {
      case (let index?, let value?): list[index].value = value
      case (let index?, nil): list.remove(at: index)
      case (nil, let value?): list.insert(Field(name, value), at: place(of: name))
      case (nil, nil): return
      }
    }
  }

  /// Changes the field of that name where it is, made from the default when it is absent.
  package mutating func change(
    _ name: String,
    default value: @autoclosure () -> JSONValue,
    by change: (inout JSONValue) -> Void
  ) {
    if let index = index(of: name) { return change(&list[index].value) }
    var value = value()
    change(&value)
    self[name] = value
  }
}

extension JSONFields: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  @usableFromInline package typealias Element = (key: String, value: JSONValue)
  @usableFromInline package typealias Index = Int

  @inlinable package var startIndex: Int { 0 }
  @inlinable package var endIndex: Int { list.count }
  @usableFromInline package subscript(position: Int) -> Element {
    @inlinable get { (list[position].name, list[position].value) }
  }

  @usableFromInline package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

/// What a dictionary offers too.
extension JSONFields {
  package var keys: [String] { list.map(\.name) }
  package var values: [JSONValue] { list.map(\.value) }

  package func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> JSONFields {
    JSONFields(ordered: try list.filter { try isIncluded(($0.name, $0.value)) })
  }

  package func mapValues(_ transform: (JSONValue) throws -> JSONValue) rethrows -> JSONFields {
    JSONFields(ordered: try list.map { Field($0.name, try transform($0.value)) })
  }

  package func mapValues<Value>(_ transform: (JSONValue) throws -> Value) rethrows -> [String: Value] {
    try compactMapValues(transform)
  }

  package func compactMapValues<Value>(_ transform: (JSONValue) throws -> Value?) rethrows -> [String: Value]
  {
    var values = [String: Value](minimumCapacity: count)
    for field in list { values[field.name] = try transform(field.value) }
    return values
  }

  package func merging(_ others: JSONFields, uniquingKeysWith choose: (JSONValue, JSONValue) -> JSONValue)
    -> JSONFields
  {
    var merged = self
    for (name, value) in others { merged[name] = merged[name].map { choose($0, value) } ?? value }
    return merged
  }

  @discardableResult
  package mutating func removeValue(forKey name: String) -> JSONValue? {
    index(of: name).map { list.remove(at: $0).value }
  }
}
