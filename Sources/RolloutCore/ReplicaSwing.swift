import KubeModel
import Primitives

/// What a release does about an autoscaler that swings because of it (user pain 5.11).
///
/// The Resource metric of a HorizontalPodAutoscaler is the mean over all pods of the rollout, cut to whole percents.
/// While a release has more pods than the spec asks for, the mean is off the target, so that the autoscaler's tolerance
/// does not hold it back any more; each count that it asks for changes the number of pods, and that the percents that
/// are cut. For many counts there is no number of replicas that asks for itself, whatever sizes follow from it: it
/// takes a pod or some percent away every five minutes and gives them back.
///
/// So a count that came down a little and rose again within one release is taken for such a swing, and the next time it
/// comes down a little the pods stay as they are, until the release ends or more than a little is asked for. With
/// pods that do not change the autoscaler asks for one and the same count. Somebody who scales by hand is always
/// followed, but for the second of two small steps down with one up in between.
struct ReplicaSwing: Equatable {
  /// How far the count has swung in the release in flight; annotated to the Rollout, with the revision's hash.
  enum Phase: String {
    case fell
    case swings
  }

  /// The replicas to release with.
  let replicas: Int
  /// What the Rollout's annotation shall say; nil leaves it as it is.
  let mark: String?

  /// `known` is the count that the pods were ordered for last; `mark` is what the annotation says now.
  init(asked: Int, known: Int?, hash: String, mark: String?) {
    let phase = mark.flatMap { mark in
      mark.hasPrefix(hash + "/") ? Phase(rawValue: String(mark.dropFirst(hash.count + 1))) : nil
    }
    let fall = (known ?? asked) - asked
    let isSmallFall = fall > 0 && fall <= Self.tolerance(asked)
    replicas = isSmallFall && phase == .swings ? asked + fall : asked
    if isSmallFall, phase == nil {
      self.mark = "\(hash)/\(Phase.fell.rawValue)"
    } else if fall < 0, phase == .fell {
      self.mark = "\(hash)/\(Phase.swings.rawValue)"
    } else {
      self.mark = nil
    }
  }

  /// A tenth, which is what the autoscaler itself takes for no change, and the pod that rounding up is about.
  ///
  /// A cut percent is worth `pods / target` replicas: this covers every swing at targets from 20 percent on where a
  /// release doubles the pods, and from 10 percent on where it adds a few.
  private static func tolerance(_ replicas: Int) -> Int { 1 + replicas / 10 }
}

extension ReplicaSwing {
  /// The swing of a canary that is on its way; nil for all else.
  init?(_ rollout: JSONValue, _ spec: RolloutSpec, _ revisions: Revisions, _ status: RolloutStatus) {
    guard spec.canary != nil, !status.stableHash.isEmpty, status.stableHash != revisions.newHash,
      !status.isAborted
    else { return nil }
    let known = [revisions.new, revisions.stable].lazy.compactMap { set in
      set.flatMap { $0.desired > 0 ? $0.object.annotation(RolloutNames.desiredReplicas) : nil }
    }
    self.init(
      asked: spec.replicas,
      known: known.compactMap(Int.init).max(),
      hash: revisions.newHash,
      mark: rollout.annotation(RolloutNames.replicaSwing)
    )
  }
}

extension Situation {
  /// Remembers on the Rollout how its count swings.
  func noteSwing(_ draft: inout Draft) {
    guard let mark = swing?.mark else { return }
    draft.perform(.annotateRollout([RolloutNames.replicaSwing: mark]))
  }
}
