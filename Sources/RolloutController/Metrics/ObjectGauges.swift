import AnalysisCore
import KubeModel
import Primitives
import RolloutCore

/// What metrics say about the objects that are there, computed when somebody asks (reference, section 7.3).
enum ObjectGauges {
  private typealias Label = MetricFamily.Label

  /// The families of Rollouts: those of Argo Rollouts, and weight and step, which those lack.
  static func rollouts(_ rollouts: [JSONValue]) -> [MetricFamily] {
    var info = MetricFamily("rollout_info", .gauge, "A Rollout, with its strategy and phase.")
    var phases = MetricFamily("rollout_phase", .gauge, "1 for the phase that a Rollout is in.")
    var available = replicas("available", "Pods that have been ready for minReadySeconds.")
    var unavailable = replicas("unavailable", "Pods that are not available.")
    var desired = replicas("desired", "Pods that the Rollout asks for.")
    var updated = replicas("updated", "Pods of the newest revision.")
    var weight = MetricFamily(
      "serin_rollout_canary_weight",
      .gauge,
      "Share of requests for the canary, in percent."
    )
    var step = MetricFamily("serin_rollout_step_index", .gauge, "Canary steps that are done.")
    for rollout in rollouts {
      let labels = ObjectKey(rollout).labels
      let status = rollout.status
      let strategy = strategy(of: rollout)
      let phase = phase(of: rollout)
      let router = Label("traffic_router", trafficRouter(of: rollout))
      info.add(1, labels + [Label("strategy", strategy), router, Label("phase", phase)])
      for name in phaseNames {
        phases.add(name == phase ? 1 : 0, labels + [Label("strategy", strategy), Label("phase", name)])
      }
      let pods = status["replicas"]?.int ?? 0
      let availablePods = status["availableReplicas"]?.int ?? 0
      available.add(availablePods, labels)
      unavailable.add(pods - availablePods, labels)
      desired.add(rollout.spec["replicas"]?.int ?? 1, labels)
      updated.add(status["updatedReplicas"]?.int ?? 0, labels)
      if let share = status.at("canary", "weights", "canary", "weight")?.int { weight.add(share, labels) }
      if let index = status["currentStepIndex"]?.int { step.add(index, labels) }
    }
    return [info, phases, available, unavailable, desired, updated, weight, step]
  }

  private static func replicas(_ which: String, _ help: String) -> MetricFamily {
    MetricFamily("rollout_info_replicas_\(which)", .gauge, help)
  }

  /// The families of AnalysisRuns and their metrics.
  static func analysisRuns(_ runs: [JSONValue]) -> [MetricFamily] {
    var info = MetricFamily("analysis_run_info", .gauge, "An AnalysisRun, with its phase.")
    var phases = MetricFamily("analysis_run_phase", .gauge, "1 for the phase that an AnalysisRun is in.")
    var types = MetricFamily(
      "analysis_run_metric_type",
      .gauge,
      "A metric of an AnalysisRun, with its provider."
    )
    var metricPhases = MetricFamily(
      "analysis_run_metric_phase",
      .gauge,
      "1 for the phase that a metric is in."
    )
    for run in runs {
      let labels = ObjectKey(run).labels
      let phase = run.status["phase"]?.string ?? ""
      info.add(1, labels + [Label("phase", phase)])
      for name in runPhaseNames { phases.add(name == phase ? 1 : 0, labels + [Label("phase", name)]) }
      let results = run.status["metricResults"]?.array ?? []
      for metric in run.spec["metrics"]?.array ?? [] {
        let name = metric["name"]?.string ?? ""
        let metricLabels = labels + [Label("metric", name), Label("type", providerType(of: metric))]
        types.add(1, metricLabels)
        let result = results.first { $0["name"]?.string == name }
        let dryRun = Label("dry_run", "\(result?["dryRun"]?.bool ?? false)")
        let metricPhase = result?["phase"]?.string ?? ""
        for name in runPhaseNames {
          metricPhases.add(name == metricPhase ? 1 : 0, metricLabels + [dryRun, Label("phase", name)])
        }
      }
    }
    return [info, phases, types, metricPhases]
  }

  /// The families of templates, those of the cluster under an empty namespace.
  static func templates(_ templates: [JSONValue]) -> [MetricFamily] {
    var info = MetricFamily(
      "analysis_template_info",
      .gauge,
      "An AnalysisTemplate or ClusterAnalysisTemplate."
    )
    var metrics = MetricFamily(
      "analysis_template_metric_info",
      .gauge,
      "A metric of a template, with its provider."
    )
    for template in templates {
      let labels = ObjectKey(template).labels
      info.add(1, labels)
      for metric in template.spec["metrics"]?.array ?? [] {
        let name = Label("metric", metric["name"]?.string ?? "")
        metrics.add(1, labels + [Label("type", providerType(of: metric)), name])
      }
    }
    return [info, metrics]
  }

  /// The families of Experiments.
  static func experiments(_ experiments: [JSONValue]) -> [MetricFamily] {
    var info = MetricFamily("experiment_info", .gauge, "An Experiment, with its phase.")
    var phases = MetricFamily("experiment_phase", .gauge, "1 for the phase that an Experiment is in.")
    for experiment in experiments {
      let labels = ObjectKey(experiment).labels
      let phase = experiment.status["phase"]?.string ?? ""
      info.add(1, labels + [Label("phase", phase)])
      for name in runPhaseNames { phases.add(name == phase ? 1 : 0, labels + [Label("phase", name)]) }
    }
    return [info, phases]
  }
}

// MARK: - Words

extension ObjectGauges {
  /// The phases of metrics, which are fewer than those of `status.phase` and follow from the reason of `Progressing`.
  static let phaseNames = ["Completed", "Progressing", "Paused", "Timeout", "Error", "Abort", "InvalidSpec"]
  static let runPhaseNames = ["Pending", "Running", "Successful", "Failed", "Error", "Inconclusive"]

  static func phase(of rollout: JSONValue) -> String {
    let conditions = (rollout.status["conditions"]?.array ?? []).map { Condition($0) }
    if conditions.contains(where: { $0.type == "InvalidSpec" && $0.status == "True" }) {
      return "InvalidSpec"
    }
    return switch conditions.first(where: { $0.type == "Progressing" })?.reason {
    case "NewReplicaSetAvailable": "Completed"
    case "RolloutPaused": "Paused"
    case "ReplicaSetCreateError": "Error"
    case "ProgressDeadlineExceeded": "Timeout"
    case "RolloutAborted": "Abort"
    default: "Progressing"
    }
  }

  static func strategy(of rollout: JSONValue) -> String {
    let strategy = rollout.spec["strategy"]
    if strategy?["blueGreen"]?.object != nil { return "blueGreen" }
    return strategy?["canary"]?.object != nil ? "canary" : "none"
  }

  /// The router by the names that Argo Rollouts' metrics have; of several the last one, and empty for any other.
  static func trafficRouter(of rollout: JSONValue) -> String {
    let routing = rollout.spec.at("strategy", "canary", "trafficRouting")
    let names = [
      ("alb", "ALB"), ("ambassador", "Ambassador"), ("istio", "Istio"), ("nginx", "Nginx"), ("smi", "SMI"),
      ("appMesh", "AppMesh"),
    ]
    return names.last { routing?[$0.0]?.object != nil }?.1 ?? ""
  }

  /// The provider's name as metrics have it: `Prometheus`, `NewRelic`, `Job`.
  static func providerType(of metric: JSONValue) -> String {
    let name = ProviderSpec(metric["provider"] ?? .null).name
    let known = ["web": "WebMetric", "influxdb": "Influxdb", "skywalking": "SkyWalking"]
    return known[name] ?? name.prefix(1).uppercased() + name.dropFirst()
  }
}
