import KubeModel
import Primitives

/// Facts about what stands beside the revisions: runs, deadlines, Git, the controller.
extension Explainer {
  var runFacts: [Fact] {
    openRuns.compactMap { known in
      guard let run = situation.run(named: known.name) else { return nil }
      let tallies = RunTally.all(of: run)
      let next = nextMeasurement(of: run)
      var parts = tallies.map(\.text) + (next.map { ["next at \(at($0))"] } ?? [])
      let words = words(of: known, run)
      // What the reason names is told there.
      if known == status.backgroundAnalysis, !words.isEmpty { parts.append(words) }
      return Fact(
        key: known == status.backgroundAnalysis ? "backgroundAnalysis" : "analysis",
        label: known == status.backgroundAnalysis ? "Background run" : "Analysis run",
        text: "\(known.name) \(known.phase)" + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"),
        data: [
          "name": .string(known.name), "phase": .string(known.phase),
          "metrics": .array(tallies.map(\.json)), "nextMeasurement": JSONValue(next?.rfc3339),
          "message": words.isEmpty ? .null : .string(words),
        ]
      )
    }
  }

  var experimentFact: Fact? {
    guard let experiment, let text = experimentText else { return nil }
    return Fact(
      key: "experiment",
      label: "Experiment",
      text: text,
      data: [
        "name": .string(experiment.name), "phase": experiment.status["phase"] ?? "Pending",
        "endsAt": JSONValue(experimentEnd?.rfc3339),
      ]
    )
  }

  var scaleDownFact: Fact? {
    let waiting = waitingToScaleDown
    guard !waiting.isEmpty else { return nil }
    return Fact(
      key: "scaleDown",
      label: "Scale down",
      text: waiting.map { "\(revision($0.set)) at \(at($0.deadline))" }.joined(separator: ", "),
      data: .array(
        waiting.map { set, deadline in
          ["replicaSet": .string(set.name), "at": .string(deadline.rfc3339)]
        }
      )
    )
  }

  var troubleFact: Fact? {
    let troubles = revisions.all.flatMap { self.troubles(of: $0) }
    guard !troubles.isEmpty else { return nil }
    return Fact(
      key: "pods",
      label: "Pods not ready",
      text: troubles.prefix(3).map { "\($0.pod): \($0.text)" }.joined(separator: "; ")
        + (troubles.count > 3 ? "; and \(troubles.count - 3) more" : ""),
      data: .array(
        troubles.map {
          ["pod": .string($0.pod), "reason": .string($0.reason), "message": .string($0.message)]
        }
      )
    )
  }

  var restartFact: Fact? {
    guard let restartAt = pendingRestart else { return nil }
    let left = outdated.map { ", \(count($0, "pod")) left" } ?? ""
    return Fact(
      key: "restart",
      label: "Restart",
      text: "of pods from before \(clock(restartAt))\(left)",
      data: ["at": .string(restartAt.rfc3339), "left": outdated.map { JSONValue($0) } ?? .null]
    )
  }

  var queueFact: Fact? {
    guard !status.queue.isEmpty else { return nil }
    return Fact(
      key: "queue",
      label: "Waiting revisions",
      text: status.queue.map { entry in entry.revision.map { "revision \($0)" } ?? entry.hash }.joined(
        separator: ", "
      ),
      data: .array(
        status.queue.map {
          ["revision": $0.revision.map { JSONValue($0) } ?? .null, "hash": .string($0.hash)]
        }
      )
    )
  }

  var gitFact: Fact? {
    guard let pending = gitPending else { return nil }
    return Fact(key: "git", label: "Not in Git yet", text: pending, data: ["pending": .string(pending)])
  }

  var doingFact: Fact? {
    guard !plan.effects.isEmpty else { return nil }
    let names = plan.effects.map(\.caseName)
    return Fact(
      key: "doing",
      label: "To be done now",
      text: names.joined(separator: ", "),
      data: .array(names.map { .string($0) })
    )
  }

  var controllerFact: Fact? {
    guard let controller else { return nil }
    let renewed = controller.renewedAt.map { ", renewed \(ago($0))" } ?? ""
    let holder = controller.holder.isEmpty ? "nobody" : controller.holder
    return Fact(
      key: "controller",
      label: "Controller",
      text: "\(holder) holds \(controller.lease)\(renewed)",
      data: [
        "holder": .string(controller.holder), "lease": .string("\(controller.lease)"),
        "renewedAt": JSONValue(controller.renewedAt?.rfc3339), "alive": .bool(controller.isAlive),
      ]
    )
  }
}
