import KubeModel
import Primitives
import Testing
import TrafficPlans

/// The objects that routers read and write, as an API server would keep them.
struct RouterWorld {
  private(set) var live: LiveRoutes
  private var version = 100

  init(_ objects: [RouteAddress: JSONValue]) {
    live = objects
    for address in objects.keys { stamp(address) }
  }

  /// Performs the changes of a plan and gives a line for each operation; what the server would refuse is an issue.
  @discardableResult
  mutating func perform(_ plan: RoutePlan) throws -> [String] {
    guard case .changes(let changes) = plan else {
      throw RouterCaseError(message: "\(plan)")
    }
    return try changes.flatMap { try perform($0) }
  }

  private mutating func perform(_ change: RouteChange) throws -> [String] {
    let address = change.address
    switch change {
    case .patch(_, let patch):
      let object = try #require(live[address], "\(address) is patched, but does not exist")
      let operations = try #require(patch.array)
      let tested = operations.first?["op"] == "test" ? operations.first?["path"]?.string : nil
      #expect(
        tested == "/metadata/resourceVersion" || tested == "/metadata/generation",
        "the first operation must be the test of the version"
      )
      #expect(operations.count > 1, "a patch must change something")
      live[address] = try JSONPatch.apply(patch, to: object)
      stamp(address)
      return operations.dropFirst().map { operation in
        let value = operation["value"].map { Self.isShort($0) ? " \($0)" : "" } ?? ""
        return "\(address): \(operation["op"]?.string ?? "") \(operation["path"]?.string ?? "")\(value)"
      }
    case .create(_, let object):
      try #require(live[address] == nil, "\(address) is created, but exists")
      #expect(object.kind == address.type.kind && object.apiVersion == address.type.apiVersion)
      #expect(ObjectKey(object) == address.key)
      live[address] = object
      stamp(address)
      return ["\(address): create"]
    case .delete(_, let version):
      let object = try #require(live[address], "\(address) is deleted, but does not exist")
      #expect(version == object.resourceVersion)
      live[address] = nil
      return ["\(address): delete"]
    }
  }

  /// Whether a value fits into a line of a golden file; longer ones are to be seen in the object.
  private static func isShort(_ value: JSONValue) -> Bool {
    value.object == nil && value.array == nil && value.text().utf8.count < 80
  }

  /// What people write themselves.
  mutating func replace(_ address: RouteAddress, with object: JSONValue) {
    live[address] = object
    stamp(address)
  }

  private mutating func stamp(_ address: RouteAddress) {
    version += 1
    live[address]?.set(.string("\(version)"), at: "metadata", "resourceVersion")
    // The server keeps no empty maps in the metadata.
    for field in ["annotations", "labels"]
    where live[address]?.at("metadata", field)?.object?.isEmpty == true {
      live[address]?.set(nil, at: "metadata", field)
    }
  }

  /// The objects without what the server counts.
  var objects: [RouteAddress: JSONValue] {
    live.mapValues { object in
      var object = object
      object.set(nil, at: "metadata", "resourceVersion")
      return object
    }
  }
}

/// What a case file has wrong, or why a plan cannot be performed.
struct RouterCaseError: Error, CustomStringConvertible {
  let message: String

  var description: String { message }
}
