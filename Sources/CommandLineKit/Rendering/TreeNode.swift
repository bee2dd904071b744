/// One line of a tree of objects, and what hangs below it.
struct TreeNode: Equatable {
  /// Sign and name, such as `⧉ web-5f7d9c`.
  let name: String
  var kind = ""
  var status = ""
  var age = ""
  var info = ""
  var children: [TreeNode] = []

  /// The tree as a table, in the columns of other tools (reference, section 8.3).
  var lines: [String] {
    var table = Table(header: ["NAME", "KIND", "STATUS", "AGE", "INFO"])
    add(to: &table, branch: "", stem: "")
    return table.lines
  }

  private func add(to table: inout Table, branch: String, stem: String) {
    table.add([branch + name, kind, status, age, info])
    for (index, child) in children.enumerated() {
      let isLast = index == children.count - 1
      child.add(to: &table, branch: stem + (isLast ? "└──" : "├──"), stem: stem + (isLast ? "   " : "│  "))
    }
  }
}
