package import KubeModel
package import Primitives

/// One change of the cluster that a sync asks for.
package enum SyncAction: Sendable, Hashable {
  /// Why an object is applied.
  package enum Cause: String, Sendable {
    /// The cluster does not have it.
    case missing
    /// Git changed it since it was last applied.
    case changed
    /// The cluster differs from Git although Git did not change.
    case drifted
  }

  /// Server-side apply of the object, by force, as the field manager `serin`. When `metadata.resourceVersion` is in
  /// it, live values were carried over, and a conflict means: plan again.
  case apply(JSONValue, id: ObjectID, wave: Int, cause: Cause)
  /// Delete an object that Git no longer has, if its UID is still this one.
  case prune(InventoryEntry, uid: String)
}

/// What is known when a sync is planned.
package struct SyncInput: Sendable {
  package var source: GitSource
  package var desired: DesiredSet
  /// The commit that the desired set was read from.
  package var commit: String
  /// The last commit that touched a file, where known; others count as touched by `commit`.
  package var fileCommits: [String: String]
  /// The live objects of `SyncPlan.objectsToRead`; absent ones do not exist.
  package var live: [ObjectID: JSONValue]
  /// What the source applied before, from its status.
  package var inventory: [InventoryEntry]
  /// What the server made of each object when it was last applied, by `SyncPlan.reading`; may be empty.
  package var readings: [ObjectID: JSONValue]
  /// The GitSources that exist; an object of one of the others is not taken from it.
  package var otherSources: Set<ObjectKey>
  /// The lock at the commit: images that it has in quarantine are not brought to the cluster.
  package var lock: SerinLock

  package init(
    source: GitSource,
    desired: DesiredSet,
    commit: String,
    fileCommits: [String: String] = [:],
    live: [ObjectID: JSONValue],
    inventory: [InventoryEntry],
    readings: [ObjectID: JSONValue] = [:],
    otherSources: Set<ObjectKey> = [],
    lock: SerinLock = SerinLock()
  ) {
    self.source = source
    self.desired = desired
    self.commit = commit
    self.fileCommits = fileCommits
    self.live = live
    self.inventory = inventory
    self.readings = readings
    self.otherSources = otherSources
    self.lock = lock
  }
}

/// The changes that bring the cluster to what Git wants, in order; empty when it is there.
package struct SyncPlan: Sendable, Hashable {
  package private(set) var actions: [SyncAction] = []
  /// Objects that cannot be applied; the rest of the plan holds all the same, but nothing is pruned.
  package private(set) var issues: [ManifestIssue]
  /// Whether something is in the way that goes by itself, such as an object that is being deleted.
  package private(set) var waits = false
  /// What the source holds after this plan was performed in full.
  package private(set) var inventory: [InventoryEntry] = []

  /// Every object whose live state the plan needs.
  package static func objectsToRead(_ desired: DesiredSet, inventory: [InventoryEntry]) -> [InventoryEntry] {
    let wanted = desired.objects.map(\.inventoryEntry)
    let ids = Set(wanted.map(\.id))
    return wanted + inventory.filter { !ids.contains($0.id) }
  }

  package init(_ input: SyncInput) {
    issues = input.desired.unserved
    for object in input.desired.objects { plan(object, input) }
    planPruning(input)
  }

  /// What the server made of an applied object, to be given to the next plan: a difference that the server itself
  /// makes (a quantity written otherwise, a field it drops) is then no drift.
  package static func reading(of live: JSONValue, for desired: DesiredObject, in set: DesiredSet) -> JSONValue
  {
    let shape = comparable(desired, in: set)
    var reading = Projection.project(set.owned.strip(live, id: desired.id), onto: shape)
    // The selector of a Service is atomic: a key too many is a difference.
    if desired.id.groupKind == GroupKind(group: "", kind: "Service"), shape.at("spec", "selector") != nil {
      let selector = set.owned.strip(live, id: desired.id).at("spec", "selector")
      reading.set(selector, at: "spec", "selector")
    }
    return Projection.normalized(reading)
  }

  /// Whether a live object still is what Git wants, fields of the rollout controller aside.
  package static func isDrifted(
    _ live: JSONValue,
    from desired: DesiredObject,
    in set: DesiredSet,
    reading: JSONValue?
  ) -> Bool {
    let wanted = reading ?? Projection.normalized(comparable(desired, in: set))
    return Self.reading(of: live, for: desired, in: set) != wanted
  }

  private static func comparable(_ desired: DesiredObject, in set: DesiredSet) -> JSONValue {
    set.owned.strip(desired.object, id: desired.id)
  }

  private mutating func plan(_ desired: DesiredObject, _ input: SyncInput) {
    let live = input.live[desired.id]
    if let owner = Self.otherOwner(of: live, input) {
      return refuse(desired, "\(desired.id) belongs to the GitSource \(owner); remove it there first")
    }
    inventory.append(desired.inventoryEntry)
    if live?.isBeingDeleted == true {
      waits = true
      return
    }
    if let refusal = Quarantine.refusal(of: desired, live: live, in: input.desired, lock: input.lock) {
      return refuse(desired, refusal)
    }
    let digest = ContentDigest.of(Self.comparable(desired, in: input.desired))
    guard let cause = Self.cause(desired, live: live, digest: digest, input) else { return }
    let body = Self.body(desired, live: live, digest: digest, input)
    let wave = ApplyOrder(desired.object, id: desired.id).wave
    actions.append(.apply(body, id: desired.id, wave: wave, cause: cause))
  }

  private mutating func refuse(_ desired: DesiredObject, _ reason: String) {
    issues.append(ManifestIssue(file: desired.file, line: desired.line, reason: reason))
  }

  private static func otherOwner(of live: JSONValue?, _ input: SyncInput) -> ObjectKey? {
    guard let owner = live?.annotations[SourceAnnotation.source], owner != input.source.key.description else {
      return nil
    }
    return input.otherSources.first { $0.description == owner }
  }

  private static func cause(
    _ desired: DesiredObject,
    live: JSONValue?,
    digest: String,
    _ input: SyncInput
  ) -> SyncAction.Cause? {
    guard let live else { return .missing }
    let annotations = live.annotations
    let isRecorded =
      annotations[SourceAnnotation.digest] == digest
      && annotations[SourceAnnotation.source] == input.source.key.description
      && (!desired.id.isRollout
        || annotations[SourceAnnotation.file] == desired.file
          && annotations[SourceAnnotation.commit] != nil)
    guard isRecorded else { return .changed }
    let isDrifted = isDrifted(live, from: desired, in: input.desired, reading: input.readings[desired.id])
    return input.source.selfHeal && isDrifted ? .drifted : nil
  }

  private static func body(
    _ desired: DesiredObject,
    live: JSONValue?,
    digest: String,
    _ input: SyncInput
  ) -> JSONValue {
    var body = desired.object
    if let live {
      body = input.desired.owned.carry(body, id: desired.id, from: live)
      // Carried values are only right for this version of the live object.
      if body != input.desired.owned.strip(desired.object, id: desired.id) {
        body.set(.string(live.resourceVersion), at: "metadata", "resourceVersion")
      }
    }
    body.set(.string(input.source.key.description), at: "metadata", "annotations", SourceAnnotation.source)
    body.set(.string(digest), at: "metadata", "annotations", SourceAnnotation.digest)
    if desired.id.isRollout {
      let isSame = live?.annotations[SourceAnnotation.digest] == digest
      let known = isSame ? live?.annotations[SourceAnnotation.commit] : nil
      let commit = known ?? input.fileCommits[desired.file] ?? input.commit
      body.set(.string(commit), at: "metadata", "annotations", SourceAnnotation.commit)
      body.set(.string(desired.file), at: "metadata", "annotations", SourceAnnotation.file)
    }
    return body
  }

  /// Prunes what the inventory has and Git has not, last applied first; never from an empty or faulty set, never the
  /// source itself or its namespace, never what has become another's.
  private mutating func planPruning(_ input: SyncInput) {
    let wanted = Set(input.desired.objects.map(\.id))
    let gone = input.inventory.filter { !wanted.contains($0.id) }
    guard input.source.prune, !input.desired.objects.isEmpty, issues.isEmpty else {
      // What is not pruned now stays in the inventory, to be pruned when it may be.
      inventory += gone.filter { input.live[$0.id] != nil }
      return
    }
    let ordered = gone.compactMap { entry in
      input.live[entry.id].map { (ApplyOrder($0, id: entry.id), entry, $0) }
    }.sorted { $0.0 > $1.0 }
    for (_, entry, live) in ordered where Self.mayPrune(entry, live, input.source) {
      actions.append(.prune(entry, uid: live.uid))
    }
  }

  private static func mayPrune(_ entry: InventoryEntry, _ live: JSONValue, _ source: GitSource) -> Bool {
    guard live.annotations[SourceAnnotation.source] == source.key.description, !live.isBeingDeleted else {
      return false
    }
    if live.annotations["argocd.argoproj.io/sync-options"]?.contains("Prune=false") == true { return false }
    switch (entry.id.group, entry.id.kind) {
    case ("serin.dev", "GitSource"): return entry.id.key != source.key
    case ("", "Namespace"): return entry.id.name != source.key.namespace
    default: return true
    }
  }
}
