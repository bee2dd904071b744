import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

/// The CustomResourceDefinitions of Argo Rollouts and of data planes as their authors publish them, beside the
/// repository.
enum RealDefinitions {
  static let folder = "\(Corpus.root)/../shared/crds"
  static let exist = folderExists(folder)
  static let missing: Comment = "the real definitions are not on this machine: nothing is held against them"

  /// Those of data planes: the Gateway API, Istio, Traefik, SMI and APISIX.
  static let routes: [JSONValue] = {
    let files = ["gateway-api", "others"].flatMap { Corpus.files(in: "\(folder)/\($0)") }
    let objects = files.flatMap { (try? Corpus.documents(in: $0)) ?? [] }
    return objects.filter { $0.kind == "CustomResourceDefinition" }
  }()

  /// What serves the kind in this version: one of them, or the cluster itself; nil when nobody has it.
  static func type(of kind: GoldenObjects.Kind) -> ResourceType? {
    types.first { $0.apiVersion == kind.apiVersion && $0.kind == kind.kind }
  }

  private static let types = (BuiltInResources.all + routes.flatMap(DefinitionRules.resources)).map(\.type)
}
