import KubeModel
import Primitives

extension ResourceHandler {
  func log(_ name: String) async throws(APIError) -> APIResponse {
    let pod = try read(name)
    guard let logs = server.logs else {
      return .text("")
    }
    var options = PodLogOptions()
    let containers = (pod.spec["containers"]?.array ?? []).compactMap { $0["name"]?.string }
    options.container = request.query["container"] ?? ""
    if options.container.isEmpty, containers.count > 1 {
      throw .badRequest(
        "a container name must be specified for pod \(name), choose one of: [\(containers.joined(separator: " "))]"
      )
    }
    if options.container.isEmpty { options.container = containers.first ?? "" }
    guard containers.contains(options.container) else {
      throw .badRequest("container \(options.container) is not valid for pod \(name)")
    }
    options.follow = request.query.flag("follow")
    options.previous = request.query.flag("previous")
    options.timestamps = request.query.flag("timestamps")
    options.tailLines = request.query["tailLines"].flatMap(Int.init)
    options.sinceSeconds = request.query["sinceSeconds"].flatMap(Int.init)
    options.limitBytes = request.query["limitBytes"].flatMap(Int.init)
    let stream = try await logs(namespace, name, options)
    return APIResponse(
      status: 200,
      headers: [("Content-Type", "text/plain"), ("Cache-Control", "no-cache, private")],
      body: .stream(stream)
    )
  }

  /// An eviction is a deletion that every budget about the pod permits.
  func evict(_ name: String) throws(APIError) -> APIResponse {
    let pod = try read(name)
    let eviction: JSONValue
    do throws(JSONError) {
      eviction = request.body.isEmpty ? .null : try JSONValue(parsing: request.body)
    } catch {
      throw .badRequest("the eviction of pod \(name) cannot be read: \(error)")
    }
    let budgets = store.list(DisruptionBudget.type, namespace: namespace).items
    let pods = store.list(type, namespace: namespace).items.map(PodView.init)
    for budget in budgets.map(DisruptionBudget.init)
    where budget.covers(pod) && !budget.permits(pod, among: pods) {
      throw APIError(
        code: 429,
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget."
      )
    }
    try store.delete(
      type,
      namespace: namespace,
      name: name,
      preconditions: DeletePreconditions(
        uid: eviction.at(["deleteOptions", "preconditions", "uid"])?.string
      ),
      dryRun: request.isDryRun
    )
    return Self.success(201)
  }

  func bind(_ name: String) throws(APIError) -> APIResponse {
    let node: String?
    do throws(JSONError) {
      node = try JSONValue(parsing: request.body).at("target", "name")?.string
    } catch {
      throw .badRequest("the binding of pod \(name) cannot be read: \(error)")
    }
    guard let node else { throw .badRequest("the binding of pod \(name) names no node") }
    try store.update(type, namespace: namespace, name: name, subresource: "binding") { pod in
      pod.set(.string(node), at: "spec", "nodeName")
    }
    return Self.success(201)
  }

  private static func success(_ status: Int) -> APIResponse {
    .json(
      [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": JSONValue(status),
      ],
      status: status
    )
  }
}
