import KubeModel
package import Primitives
import RolloutCore
import TrafficPlans

extension ClusterSim {
  /// Puts objects into the world as another controller left them, each in place of the one with its name: the Rollout
  /// itself, ReplicaSets with all their pods ready, Services, objects of routers that the data plane follows, and AnalysisRuns, of
  /// which those that run go on.
  package mutating func find(_ objects: [JSONValue]) {
    for object in objects {
      var object = object
      object.set(nextVersion(), at: "metadata", "resourceVersion")
      switch object["kind"]?.string {
      case "Rollout": rollout = object
      case "ReplicaSet":
        replicaSets[object.name] = object
        pods[object.name] = (0..<(object.spec["replicas"]?.int ?? 1)).map { _ in
          makePod(of: object, readyAt: now)
        }
      case "Service": services[object.name] = object
      case "AnalysisRun":
        analysisRuns[object.name] = object
        if object.status["phase"] == "Running" {
          runEndsAt[object.name] = now + .seconds(settings.analysisTime)
        }
      default:
        let type = TrafficRouting.types.first { $0.kind == object.kind } ?? .httpRoutes
        let address = RouteAddress(type, ObjectKey(object))
        routes[address] = object
        dataPlane[address] = object
      }
    }
  }
}
