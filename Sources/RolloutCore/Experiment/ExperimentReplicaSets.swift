import KubeModel
import Primitives
import TrafficPlans

/// The ReplicaSets of the templates: made, sized and taken away.
extension ExperimentSituation {
  /// A template's ReplicaSet (reference, section 5.1).
  ///
  /// It is called `<experiment>-<template>`, and has the hash in its name once another object took that name. The hash
  /// is over the names too: no Service of a Rollout, and no other Experiment, finds these pods by it.
  func makeReplicaSet(of template: ExperimentSpec.Template, collisionCount: Int?) -> JSONValue {
    var pods = template.template
    pods.set(nil, at: "metadata", "labels", RolloutNames.podTemplateHash)
    let identity: JSONValue = [
      "experiment": .string(experiment.name), "name": .string(template.name), "template": pods,
      "collisions": JSONValue(collisionCount ?? 0),
    ]
    let hash = safeHash(identity.bytes())
    pods.set(.string(hash), at: "metadata", "labels", RolloutNames.podTemplateHash)
    var selector = template.selector
    selector.set(.string(hash), at: "matchLabels", RolloutNames.podTemplateHash)
    let name = "\(experiment.name)-\(template.name)" + (collisionCount == nil ? "" : "-\(hash)")
    var set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata(name: name, of: template),
      "spec": ["replicas": JSONValue(template.replicas), "selector": selector, "template": pods],
    ]
    set.set([RolloutNames.podTemplateHash: .string(hash)], at: "metadata", "labels")
    if template.minReadySeconds > 0 {
      set.set(JSONValue(template.minReadySeconds), at: "spec", "minReadySeconds")
    }
    return set
  }

  /// Name, owner and references back, as all objects of a template have them.
  func metadata(name: String, of template: ExperimentSpec.Template) -> JSONValue {
    [
      "name": .string(name), "namespace": .string(experiment.namespace),
      "annotations": [
        RolloutNames.experimentName: .string(experiment.name),
        RolloutNames.experimentTemplate: .string(template.name),
      ],
      "ownerReferences": [controllerReference(to: experiment)],
    ]
  }

  func convergeReplicaSets(_ draft: inout ExperimentDraft) {
    let isEnding = isEnding(draft.status)
    for template in spec.templates {
      guard let set = replicaSets[template.name] else {
        if !isEnding { create(template, &draft) }
        continue
      }
      if isEnding {
        retire(set, of: template.name, &draft)
      } else {
        scale(set, to: template.replicas, &draft)
      }
    }
    let known = Set(spec.templates.map(\.name))
    for (name, set) in replicaSets.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      retire(set, of: name, &draft)
    }
  }

  private func create(_ template: ExperimentSpec.Template, _ draft: inout ExperimentDraft) {
    var status = draft.status.template(template.name) ?? .init(name: template.name)
    var set = makeReplicaSet(of: template, collisionCount: status.collisionCount)
    while case .occupied = snapshot.refusals[ExperimentSnapshot.key(set)] {
      status.collisionCount = (status.collisionCount ?? 0) + 1
      set = makeReplicaSet(of: template, collisionCount: status.collisionCount)
    }
    draft.status.set(status)
    draft.perform(.createReplicaSet(set))
    let size = template.replicas
    draft.eventOfEffect("NewReplicaSetCreated", "Created new replica set \"\(set.name)\" with size \(size)")
    draft.eventOfEffect("ScalingReplicaSet", "Scaled up ReplicaSet \(set.name) from 0 to \(size)")
  }

  /// Sets the size, and drops a scale-down deadline that no longer holds, in one write.
  private func scale(_ set: ReplicaSetView, to size: Int, _ draft: inout ExperimentDraft) {
    var annotations: [String: String?] = [:]
    if set.scaleDownDeadline != nil { annotations[RolloutNames.scaleDownDeadline] = .some(nil) }
    if set.desired != size {
      draft.perform(set.scaling(to: size, annotations))
      let verb = size > set.desired ? "up" : "down"
      draft.eventOfEffect(
        "ScalingReplicaSet",
        "Scaled \(verb) ReplicaSet \(set.name) from \(set.desired) to \(size)"
      )
    } else if !annotations.isEmpty {
      draft.perform(.annotateReplicaSet(name: set.name, annotations: annotations))
    }
  }

  /// Takes the pods away after the delay, and never while a route may lead to them; the deadline is kept on the
  /// ReplicaSet, so that a restart of the controller does not start it anew.
  private func retire(_ set: ReplicaSetView, of template: String, _ draft: inout ExperimentDraft) {
    guard set.desired > 0 else { return }
    guard !isRouted(template) else { return draft.wake(at: now + .seconds(5)) }
    guard let deadline = set.scaleDownDeadline else {
      guard spec.scaleDownDelay > .zero else { return scale(set, to: 0, &draft) }
      let deadline = (now + spec.scaleDownDelay).nextWholeSecond
      draft.perform(
        .annotateReplicaSet(name: set.name, annotations: [RolloutNames.scaleDownDeadline: deadline.rfc3339])
      )
      draft.wake(at: deadline)
      return
    }
    if now >= deadline { scale(set, to: 0, &draft) } else { draft.wake(at: deadline) }
  }

  /// Whether requests may still be sent to the template's Service: a route names it, or its gateway lags behind.
  func isRouted(_ template: String) -> Bool {
    guard let service = services[template] else { return false }
    let place = TrafficWeights(canaryService: "", stableService: snapshot.stableService, canary: 0)
    return (snapshot.routing?.routers ?? []).contains { router in
      router.proof(place, snapshot.routes).isLagging || router.leads(to: service.name, snapshot.routes)
    }
  }
}
