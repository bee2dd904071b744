import HTTPTransport
import KubeClient
import KubeModel
import Logging
import Primitives
import RolloutCore
import TrafficPlans

/// Reads who changed objects of the data plane, for the few plans that put right what somebody else wrote: nothing
/// else needs managed fields, which no cache keeps.
struct RouteEditors: Sendable {
  let client: KubeClient
  let routes: RouteStores
  let logger: Logger

  /// The manager that the server notes for writes of this client, which name none.
  private static let own = "serin-controller"

  /// The plan's snapshot with the editors of what it corrects; unchanged when it corrects nothing, or when they cannot
  /// be read.
  func withEditors(_ snapshot: Snapshot, of plan: Plan) async -> Snapshot? {
    let corrected = plan.correctedRoutes.filter { snapshot.lastEditors[$0] == nil }
    guard !corrected.isEmpty else { return nil }
    var snapshot = snapshot
    for address in corrected { snapshot.lastEditors[address] = await editor(of: address) }
    return snapshot
  }

  private func editor(of address: RouteAddress) async -> String? {
    let request = KubeRequest.get(
      routes.served(address.type),
      namespace: address.key.namespace,
      name: address.key.name
    )
    do {
      let object = try JSONValue(parsing: try await client.response(to: request).body)
      return lastEditor(of: object, besides: Self.own)
    } catch {
      // The weight is put right without a name, too.
      logger.debug("\(error)", metadata: ["route": "\(address)"])
      return nil
    }
  }
}
