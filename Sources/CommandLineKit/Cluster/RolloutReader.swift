import KubeClient
import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// Reads what belongs to a rollout from the server: the same snapshot that the controller plans from, without caches.
struct RolloutReader: Sendable {
  let client: KubeClient
  let namespace: String

  /// The snapshot of a rollout as it is now. What the user may not read is unknown in it.
  func snapshot(of name: String) async throws(KubeError) -> Snapshot {
    let rollout = try await client.get(.rollouts, namespace: namespace, name: name)
    let spec = RolloutSpec(rollout)
    let isOwn = { (object: JSONValue) in Self.owner(of: object) == rollout.uid }
    let sets = try await client.list(.replicaSets, namespace: namespace, selector: Self.revisions).items
    var snapshot = Snapshot(
      now: SystemClock.now(),
      rollout: rollout,
      replicaSets: sets.filter(isOwn),
      orphans: sets.filter { $0.controllerReference == nil },
      analysisRuns: try await optional(.analysisRuns).filter(isOwn),
      experiments: try await optional(.experiments).filter(isOwn)
    )
    for service in spec.services {
      snapshot.services[service] = try await reference(
        .services,
        ObjectKey(namespace: namespace, name: service)
      )
    }
    for address in spec.canary?.routing.addresses ?? [] {
      snapshot.routes[address] = try await route(address)
    }
    if rollout.status.at("canary", "weights", "verified") == false {
      let live = snapshot.routes.compactMapValues(\.object)
      for witness in spec.canary?.routing.witnesses(live) ?? [] {
        let why = "the controller has not seen \(witness) serve it yet; its events say more"
        snapshot.routes[witness] = .unknown(why)
      }
    }
    if !snapshot.routes.isEmpty {
      snapshot.rivals = rivals(of: rollout, spec, among: try await optional(.rollouts))
    }
    if spec.workloadRef != nil { snapshot.workload = try await workload(of: rollout) }
    snapshot.pods = try await pods(of: snapshot.replicaSets)
    for template in try await optional(.analysisTemplates) {
      snapshot.analysisTemplates[template.name] = template
    }
    for template in try await optional(.clusterAnalysisTemplates) {
      snapshot.analysisTemplates["cluster/\(template.name)"] = template
    }
    snapshot.origin = pendingOrigin(rollout)
    return snapshot
  }

  /// The Lease of the Rollout's controller that was renewed last, in whatever namespace it is; nil when there is none, or when
  /// it may not be read.
  func controller(of rollout: JSONValue, now: Instant) async throws(KubeError) -> ControllerSighting? {
    let lease = RolloutNames.lease(ofInstance: rollout.label(RolloutNames.instanceID) ?? "")
    let leases: [JSONValue]
    do throws(KubeError) {
      leases = try await client.list(.leases, fieldQuery: "metadata.name=\(lease)").items
    } catch {
      guard error.code == .forbidden || error.code == .notFound else { throw error }
      return nil
    }
    return leases.map { ControllerSighting(lease: $0, now: now) }
      .max {
        ($0.renewedAt ?? Instant(secondsSinceEpoch: 0)) < ($1.renewedAt ?? Instant(secondsSinceEpoch: 0))
      }
  }

  static func owner(of object: JSONValue) -> String? { object.controllerReference?["uid"]?.string }

  /// What every ReplicaSet and every pod of a revision has.
  static let revisions = LabelSelector([.exists(RolloutNames.podTemplateHash)])

  /// The pods of ReplicaSets; none when they may not be read.
  func pods(of sets: [JSONValue]) async throws(KubeError) -> [JSONValue] {
    let owners = Set(sets.map(\.uid))
    return try await optional(.pods, selector: Self.revisions).filter {
      Self.owner(of: $0).map(owners.contains) ?? false
    }
  }

  /// What Git is known to lack: the rest of its state is the controller's own knowledge.
  private func pendingOrigin(_ rollout: JSONValue) -> GitOrigin? {
    let status = RolloutStatus(rollout.status)
    guard let source = gitSourceKey(of: rollout),
      let pending = status.conditions.first(where: { $0.type == "AbortedPendingGit" })
    else { return nil }
    return GitOrigin(
      source: source,
      recordedStableHash: nil,
      recordedDecisions: [],
      isKnown: false,
      pending: pending.message
    )
  }

  private func workload(of rollout: JSONValue) async throws(KubeError) -> Snapshot.Reference? {
    let holder: TemplateHolder
    do throws(CommandFailure) { holder = try TemplateHolder(rollout) } catch {
      return .unknown(error.message)
    }
    return try await reference(holder.type, ObjectKey(namespace: namespace, name: holder.name))
  }

  /// An object of the data plane, in whatever version the server has its kind.
  private func route(_ address: RouteAddress) async throws(KubeError) -> Snapshot.Reference {
    guard address.outside == nil else {
      return .unknown("it is outside of the cluster, where only the controller asks")
    }
    var found = Snapshot.Reference.missing
    for type in [address.type] + address.type.olderVersions.map(address.type.inVersion) {
      found = try await reference(type, address.key)
      if found != .missing { break }
    }
    return found
  }

  func reference(_ type: ResourceType, _ key: ObjectKey) async throws(KubeError) -> Snapshot.Reference {
    do throws(KubeError) {
      return .found(try await client.get(type, namespace: key.namespace, name: key.name))
    } catch {
      switch error.code {
      case .notFound: return .missing
      case .forbidden: return .unknown(error.message)
      default: throw error
      }
    }
  }

  /// The objects of a kind that the cluster may lack, or the user may not read.
  func optional(_ type: ResourceType, selector: LabelSelector? = nil) async throws(KubeError) -> [JSONValue] {
    do throws(KubeError) {
      let namespace = type.isNamespaced ? namespace : nil
      return try await client.list(type, namespace: namespace, selector: selector).items
    } catch {
      guard error.code == .forbidden || error.code == .notFound else { throw error }
      return []
    }
  }
}
