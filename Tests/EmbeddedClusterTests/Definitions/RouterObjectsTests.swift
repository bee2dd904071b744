import EmbeddedCluster
import KubeModel
import Primitives
import Testing

/// The definitions that people have in their clusters take every object that routers are given, and all that routers
/// make of it. Rules in the Common Expression Language are not evaluated.
@Suite(.enabled(if: RealDefinitions.exist, RealDefinitions.missing))
struct RouterObjectsTests {
  /// The API of a cluster with the real definitions, which refuses what it does not know.
  private struct StrictAPI {
    let store: ClusterStore
    private let server: APIServer

    init() async throws {
      store = try EmbeddedCluster().store
      server = APIServer(store: store)
      for definition in RealDefinitions.routes { try store.install(crd: definition) }
      for name in ["shop", "front"] {
        let answer = try await send("POST", "/api/v1/namespaces", ["metadata": ["name": .string(name)]])
        try #require(answer.status == 201, "\(answer)")
      }
    }

    /// Creates the object, or replaces the one of its name; answers what the server says against it, if anything.
    func write(_ object: JSONValue, _ type: ResourceType) async throws -> String? {
      var object = object
      let live = store.get(type, namespace: object.namespace, name: object.name)
      object.set(live?.at("metadata", "resourceVersion"), at: "metadata", "resourceVersion")
      let root = type.group.isEmpty ? "/api" : "/apis"
      let all = "\(root)/\(type.apiVersion)/namespaces/\(object.namespace)/\(type.plural)"
      let answer =
        live == nil
        ? try await send("POST", all, object) : try await send("PUT", "\(all)/\(object.name)", object)
      return (200...201).contains(answer.status) ? nil : answer.message
    }

    private func send(_ method: String, _ path: String, _ body: JSONValue) async throws
      -> (status: Int, message: String)
    {
      let headers = ["Content-Type": "application/json", "Accept": "application/json"]
      let request = APIRequest(
        method: method,
        target: "\(path)?fieldValidation=Strict",
        header: { headers[$0] },
        body: body.bytes()
      )
      let response = await server.respond(to: request)
      guard case .bytes(let bytes) = response.body else { return (response.status, "") }
      return (response.status, try JSONValue(parsing: bytes)["message"]?.string ?? "")
    }
  }

  /// What the file's kinds have no definition for.
  private static let unknown = Set(GoldenObjects.all.flatMap(\.kinds)).filter {
    RealDefinitions.type(of: $0) == nil
  }

  @Test func theKindsWithoutADefinitionAreThese() {
    let names = Self.unknown.map { "\($0)" }.sorted()
    print("not held against a real definition, for want of one: \(names.joined(separator: ", "))")
    #expect(
      names == [
        "DNSRecordSet", "HTTPProxy of projectcontour.io/v1", "Mapping of getambassador.io/v2", "RouterPlugin",
      ]
    )
  }

  @Test func everyRouterHasObjectsToShow() {
    #expect(Set(GoldenObjects.all.compactMap { $0.name.split(separator: "/").first }).count >= 11)
    #expect(GoldenObjects.all.allSatisfy { !$0.kinds.isEmpty && !$0.steps.isEmpty })
  }

  @Test(arguments: GoldenObjects.all.filter { $0.kinds.isDisjoint(with: unknown) })
  func everyStepIsTaken(file: GoldenObjects) async throws {
    let api = try await StrictAPI()
    var first: [String: JSONValue] = [:]
    func write(_ object: JSONValue, _ step: String) async throws {
      let type = try #require(RealDefinitions.type(of: .init(object)))
      let refusal = try await api.write(object, type)
      #expect(refusal == nil, "\(step): \(object.kind) \(object.name)")
    }
    for object in file.written {
      first["\(object.kind) \"\(object.namespace)/\(object.name)\""] = object
      try await write(object, "as written")
    }
    for (step, states) in file.steps {
      for state in states {
        switch state {
        case .object(let object):
          let words = "\(object.kind) \"\(object.namespace)/\(object.name)\""
          if step == "before the release" { first[words] = object }
          try await write(object, step)
        case .first(let words): try await write(try #require(first[words], "\(words) of \(step)"), step)
        }
      }
    }
  }

  /// What would be refused: fields that nobody knows, wrong types, and values that exclude each other.
  @Test(
    arguments: [
      ("gateway/http", "spec.rules[0].backendRefs[0].wieght", "unknown field"),
      ("istio/subsets", "spec.http[0].route[0].destination.subsets", "unknown field"),
      ("traefik/weights", "spec.weighted.services[0].wieght", "unknown field"),
      ("smi/traffic-split", "spec.backends[0].wieght", "unknown field"),
      ("apisix/rules", "spec.http[0].backends[0].wieght", "unknown field"),
      ("nginx/weights", "spec.rules[0].http.paths[0].backend.service.prot", "unknown field"),
      ("gateway/http", "spec.rules[0].backendRefs[0].weight", "must be of type integer"),
      ("istio/header-and-mirror", "spec.http[0].match[0].uri", "one and only one schema (oneOf)"),
    ]
  )
  func whatIsWrongIsRefused(file name: String, field: String, words: String) async throws {
    let file = try #require(GoldenObjects.all.first { $0.name == name })
    let api = try await StrictAPI()
    let objects =
      file.written
      + file.steps.flatMap(\.now).compactMap { state -> JSONValue? in
        guard case .object(let object) = state else { return nil }
        return object
      }
    let path = field.split { ".[]".contains($0) }.map(String.init)
    let object = try #require(objects.first { $0.at(Array(path[..<2])) != nil }, "nothing has \(path[..<2])")
    let type = try #require(RealDefinitions.type(of: .init(object)))
    #expect(try await api.write(object, type) == nil)
    let wrong: JSONValue = words.hasPrefix("one") ? ["exact": "/a", "prefix": "/b"] : "1"
    let changes: JSONValue = [
      ["op": "add", "path": .string("/" + path.joined(separator: "/")), "value": wrong]
    ]
    let refusal = try await api.write(try JSONPatch.apply(changes, to: object), type)
    #expect(refusal?.contains(words) == true, "\(refusal ?? "taken")")
  }
}
