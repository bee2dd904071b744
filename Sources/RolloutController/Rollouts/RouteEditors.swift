import HTTPTransport
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Primitives
import RolloutCore
import TrafficPlans

/// Reads who changed objects of the data plane, for the few plans that put right what somebody else wrote or that end a
/// release: nothing else needs managed fields, which no cache keeps.
struct RouteEditors: Sendable {
  let client: KubeClient
  let routes: RouteStores
  let rollouts: Store
  let logger: Logger

  /// The manager that the server notes for writes of this client, which name none.
  private static let own = "serin-controller"

  /// The plan's snapshot with the editors of what it corrects; unchanged when it corrects nothing, or when they cannot
  /// be read.
  func withEditors(_ snapshot: Snapshot, of plan: Plan) async -> Snapshot? {
    let corrected = plan.correctedRoutes.filter { $0.outside == nil && snapshot.lastEditors[$0] == nil }
    guard !corrected.isEmpty else { return nil }
    var snapshot = snapshot
    for address in corrected { snapshot.lastEditors[address] = await editor(of: address) }
    return snapshot
  }

  private func editor(of address: RouteAddress) async -> String? {
    do {
      return lastEditor(of: try await read(address), besides: Self.own)
    } catch {
      // The weight is put right without a name, too.
      logger.debug("\(error)", metadata: ["route": "\(address)"])
      return nil
    }
  }

  /// Gives up what the writes of a rollout's plan have made this controller the manager of, where they left the objects
  /// as people wrote them: the next one who applies a manifest shall not be refused for the sake of a release that is
  /// over. Of several rollouts that share an object, the last one to end does it.
  ///
  /// Where that fails nothing is lost: the end of the next release does it.
  func release(_ plan: Plan, of rollout: JSONValue, while mayWrite: () -> Bool) async {
    for address in plan.releasedRoutes
    where address.outside == nil && !isInUse(address, besides: rollout) && mayWrite() {
      do {
        try await release(address)
      } catch {
        logger.debug("\(error)", metadata: ["route": "\(address)"])
      }
    }
  }

  /// Whether another rollout's canary has requests by the object.
  private func isInUse(_ address: RouteAddress, besides rollout: JSONValue) -> Bool {
    let users = ControllerStores.reference(address.type.kind, address.key)
    return rollouts.objects(index: "reference", users).contains { user in
      user.uid != rollout.uid && user.status.at("canary", "weights", "canary", "weight")?.int ?? 0 > 0
    }
  }

  private func release(_ address: RouteAddress) async throws {
    guard let patch = disowning(try await read(address), by: Self.own) else { return }
    let written = try await client.patch(
      routes.served(address.type),
      namespace: address.key.namespace,
      name: address.key.name,
      .json(patch)
    )
    routes[address.type].noteWritten(written)
  }

  private func read(_ address: RouteAddress) async throws -> JSONValue {
    let request = KubeRequest.get(
      routes.served(address.type),
      namespace: address.key.namespace,
      name: address.key.name
    )
    return try JSONValue(parsing: try await client.response(to: request).body)
  }
}
