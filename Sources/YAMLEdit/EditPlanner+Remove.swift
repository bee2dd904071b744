import Primitives

extension EditPlanner {
  /// Removes a key or an item from the mapping or sequence in the slot.
  func remove(_ element: YAMLPathElement, from slot: Slot) throws(YAMLEditError) -> [Proposal] {
    let node = slot.node
    switch (element, node.content) {
    case (.key(let name), .mapping(let entries, let isFlow)):
      guard let index = entries.lastIndex(where: { $0.name == name }) else {
        throw notWritten(name, in: node)
      }
      let entry = entries[index]
      let span = source.keyStart(of: entry)..<max(entry.end, colonEnd(of: entry) ?? 0)
      try checkReplaceable(entry.value, span: span)
      if entries.count == 1 { return try set(slot, to: .object([:])) }
      return isFlow ? [try removeFlow(index, from: node)] : try removeLines(span)
    case (.index(let index), .sequence(let items, let isFlow)):
      try checkReplaceable(items[index], span: items[index].bytes)
      if items.count == 1 { return try set(slot, to: .array([])) }
      if isFlow { return [try removeFlow(index, from: node)] }
      let dash = try dash(of: index, in: node)
      return try removeLines(dash..<max(items[index].end, dash + 1))
    default:
      throw refusal(.pathNotFound, "the place is of another kind", at: node.start)
    }
  }

  /// Removes a field or an item in block style with its lines and its trailing comment.
  private func removeLines(_ span: Range<Int>) throws(YAMLEditError) -> [Proposal] {
    guard source.endsLine(span.upperBound) else {
      throw refusal(.unsupported, "it is followed by something on its line", at: span.upperBound)
    }
    guard source.startsLine(span.lowerBound) else { return [try removeAfterDash(span)] }
    let lines = lines(span)
    let whole = source.lineStart(of: span.lowerBound)..<source.nextLine(after: span.upperBound)
    return lines == whole ? [[Splice(whole, "")]] : [[Splice(lines, "")], [Splice(whole, "")]]
  }

  /// Removes the first field or item of a block that begins on the line of a dash: what follows moves up to the dash.
  private func removeAfterDash(_ span: Range<Int>) throws(YAMLEditError) -> Proposal {
    let line = source.bytes[source.lineStart(of: span.lowerBound)..<span.lowerBound]
    guard line.last(where: { $0 > 0x20 }) == UInt8(ascii: "-") else {
      throw refusal(.unsupported, "it stands behind an explicit key or a tag", at: span.lowerBound)
    }
    var next = source.nextLine(after: span.upperBound)
    while let byte = source.byte(at: next), byte <= 0x20 { next += 1 }
    return [Splice(span.lowerBound..<next, "")]
  }

  private func removeFlow(_ index: Int, from node: YAMLNode) throws(YAMLEditError) -> Proposal {
    let children = try flowChildren(of: node)
    let span = children[index]
    let comma = comma(after: span.upperBound)
    let last = comma.map { $0 + 1 } ?? span.upperBound
    if source.startsLine(span.lowerBound), source.endsLine(last) {
      let lines = source.lineStart(of: span.lowerBound)..<source.nextLine(after: last)
      guard comma == nil, index > 0, let before = self.comma(after: children[index - 1].upperBound) else {
        return [Splice(lines, "")]
      }
      return [Splice(before..<before + 1, ""), Splice(lines, "")]
    }
    guard index + 1 < children.count else {
      return [Splice(children[index - 1].upperBound..<span.upperBound, "")]
    }
    return [Splice(span.lowerBound..<children[index + 1].lowerBound, "")]
  }
}
