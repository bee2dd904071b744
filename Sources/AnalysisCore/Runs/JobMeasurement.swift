import KubeModel
package import Primitives

/// A measurement by a Kubernetes Job: which Job it is and what its state means (reference, section 4.6).
package enum JobMeasurement {
  /// The label that holds the uid of the AnalysisRun.
  package static let runLabel = "analysisrun.argoproj.io/uid"

  /// `<uid of the run>.<metric>.<number>`, the metric's name cut so that the whole has at most 63 characters.
  ///
  /// `number` counts the measurements of the metric from 1.
  package static func name(run: JSONValue, metric: String, number: Int) -> String {
    let suffix = ".\(number)"
    let room = max(0, 63 - run.uid.utf8.count - 1 - suffix.utf8.count)
    let cut = String(decoding: metric.utf8.prefix(room), as: UTF8.self)
    return "\(run.uid).\(cut)\(suffix)"
  }

  /// The Job of a measurement. It is owned by the run where it may be: in the same namespace of the same cluster.
  package static func job(
    provider: JSONValue,
    of run: JSONValue,
    metric: String,
    number: Int,
    namespace: String,
    isElsewhere: Bool = false
  ) -> JSONValue {
    var labels = provider.at("metadata", "labels")?.strings ?? [:]
    labels[runLabel] = run.uid
    var annotations = provider.at("metadata", "annotations")?.strings ?? [:]
    annotations["analysisrun.argoproj.io/name"] = run.name
    annotations["analysisrun.argoproj.io/namespace"] = run.namespace
    annotations["analysisrun.argoproj.io/metric-name"] = metric
    var metadata: JSONValue = [
      "name": .string(name(run: run, metric: metric, number: number)), "namespace": .string(namespace),
      "labels": JSONValue(labels), "annotations": JSONValue(annotations),
    ]
    if namespace == run.namespace, !isElsewhere {
      metadata["ownerReferences"] = [controllerReference(to: run)]
    }
    return [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
      "spec": provider["spec"] ?? .object([:]),
    ]
  }

  /// Whether a Job that has the name already is the run's own, made before a crash.
  package static func isOwn(_ job: JSONValue, of run: JSONValue) -> Bool {
    job.label(runLabel) == run.uid && !run.uid.isEmpty
  }

  /// What a Job and its pods say: a measurement that has ended, or one in flight with the time of the next look.
  ///
  /// Complete is Successful, Failed is Failed. A pod that waits for an image that cannot be had makes it Inconclusive,
  /// for the canary has nothing to do with it; the Job is left for people to see.
  package static func measurement(
    job: JSONValue,
    pods: [JSONValue],
    startedAt: Instant,
    now: Instant,
    metadata: [String: String]
  ) -> Measurement {
    func ended(_ phase: AnalysisPhase, _ message: String = "") -> Measurement {
      Measurement(
        phase: phase,
        message: message,
        startedAt: startedAt,
        finishedAt: now,
        metadata: metadata
      )
    }
    for condition in job.status["conditions"]?.array ?? [] where condition["status"] == "True" {
      let message = condition["message"]?.string ?? ""
      switch condition["type"]?.string {
      case "Complete": return ended(.successful)
      case "Failed": return ended(.failed, message)
      default: continue
      }
    }
    if let problem = pods.lazy.compactMap(imageProblem).first { return ended(.inconclusive, problem) }
    return Measurement(
      phase: .running,
      startedAt: startedAt,
      resumeAt: now + pause(after: now - startedAt),
      metadata: metadata
    )
  }

  /// The wait between two looks at a Job that has run for so long: √(2·seconds) seconds, at least one.
  package static func pause(after elapsed: Duration) -> Duration {
    let seconds = max(0, Double(elapsed.wholeNanoseconds) / 1e9)
    return .milliseconds(Int(max(1, (2 * seconds).squareRoot()) * 1000))
  }

  /// Such as `container "smoke" of pod "x" cannot start: ErrImagePull: not found`; nil when images are not the problem.
  private static func imageProblem(_ pod: JSONValue) -> String? {
    let reasons = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName"]
    let containers =
      (pod.status["initContainerStatuses"]?.array ?? []) + (pod.status["containerStatuses"]?.array ?? [])
    for container in containers {
      guard let waiting = container.at("state", "waiting"), let reason = waiting["reason"]?.string,
        reasons.contains(reason)
      else { continue }
      let detail = waiting["message"]?.string.map { ": \($0)" } ?? ""
      let name = container["name"]?.string ?? ""
      return "container \"\(name)\" of pod \"\(pod.name)\" cannot start: \(reason)\(detail)"
    }
    return nil
  }
}
