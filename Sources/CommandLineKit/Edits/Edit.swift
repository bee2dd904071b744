import KubeClient
import Primitives

/// What a command writes to one object: decided purely, from a fresh read of it.
enum Edit: Equatable {
  /// One write.
  struct Patch: Equatable {
    let body: KubePatch
    /// Whether it goes to the status subresource; where a cluster has none, to the object itself.
    let isStatus: Bool
  }

  /// Writes in their order.
  case write([Patch])
  /// There is nothing to change, and why.
  case nothing(String)

  /// Merge patches of the same fields that other tools patch. The status goes first: a spec that is unpaused early
  /// would take a step too many.
  static func patch(spec: JSONValue? = nil, status: JSONValue? = nil) -> Edit {
    .write(
      [
        status.map { Patch(body: .merge(["status": $0]), isStatus: true) },
        spec.map { Patch(body: .merge(["spec": $0]), isStatus: false) },
      ].compactMap { $0 }
    )
  }

  /// A JSON patch of the object itself.
  static func operations(_ operations: [JSONValue]) -> Edit {
    .write([Patch(body: .json(.array(operations)), isStatus: false)])
  }
}
