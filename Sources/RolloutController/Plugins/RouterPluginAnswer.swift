import MetricProviders
import Primitives
import TrafficPlans

/// What a router plugin says of its data plane.
struct RouterPluginAnswer: Sendable, Hashable {
  /// Nil where nothing stands.
  let state: JSONValue?
  /// Whether the data plane follows it; nil where the plugin cannot say.
  let isVerified: Bool?
  let message: String
  /// For how long requests may come to a part that has no weight any more.
  let linger: Int

  /// Reads a router plugin's reply; after a wish, one that says something else is no answer.
  init(_ reply: JSONValue, asked wish: JSONValue?, _ subject: String) throws(PluginFailure) {
    func refuse(_ reason: String) -> PluginFailure { PluginFailure("\(subject): \(reason)") }
    guard let state = reply["state"] else { throw refuse("its answer has no state") }
    if let problem = PluginRouter.problem(with: state, asked: wish) { throw refuse(problem) }
    let verified = reply["verified"].flatMap { $0.isNull ? nil : $0 }
    guard verified == nil || verified?.bool != nil else {
      throw refuse("its verified is neither true nor false")
    }
    let linger = reply["lingerSeconds"].flatMap { $0.isNull ? nil : $0 }
    guard let linger = linger.map({ $0.int }) ?? 0, (0...604_800).contains(linger) else {
      throw refuse("its lingerSeconds is not 0 to 604800")
    }
    self.state = state.isNull ? nil : state
    isVerified = verified?.bool
    message = PluginProtocol.excerpt(Array((reply["message"]?.string ?? "").utf8))
    self.linger = linger
  }

  /// The live object that routers plan from.
  var object: JSONValue {
    var object = Self.object(state)
    object["verified"] = isVerified.map { .bool($0) }
    if !message.isEmpty { object["message"] = .string(message) }
    if linger > 0 { object["lingerSeconds"] = JSONValue(linger) }
    return object
  }

  /// What is wanted and not there yet, or not known to be.
  static func unverified(_ state: JSONValue?, trouble: String? = nil) -> JSONValue {
    var object = object(state)
    object["verified"] = false
    object["trouble"] = trouble.map { .string($0) }
    return object
  }

  private static func object(_ state: JSONValue?) -> JSONValue {
    let state = state ?? .null
    let version = String(SHA256.hexadecimal(SHA256.hash(state.bytes())).prefix(16))
    return ["metadata": ["resourceVersion": .string(version)], "state": state]
  }
}

extension PluginHost {
  /// What is asked of a router plugin: what there is, or to bring something about.
  struct RouterQuestion: Sendable {
    let name: String
    let config: JSONValue
    let rollout: JSONValue
    /// The wish; nil to observe.
    let wish: JSONValue?

    /// Reads the settings of an address.
    init(_ settings: JSONValue, wish: JSONValue?) {
      name = settings["plugin"]?.string ?? ""
      config = settings["config"] ?? .null
      rollout = settings["rollout"] ?? .null
      self.wish = wish
    }

    var content: JSONValue {
      var content: JSONValue = ["config": config, "rollout": rollout]
      content["state"] = wish
      return content
    }
  }

  func answer(_ question: RouterQuestion) async throws(PluginFailure) -> RouterPluginAnswer {
    let subject = "router plugin \(question.name)"
    let entry = try await entry(.router, question.name)
    guard !entry.isDisabled else { throw PluginFailure("\(subject): \(PluginCatalog.configMap) disables it") }
    let verb = question.wish == nil ? "observe" : "apply"
    let reply = try await ask(entry, verb, question.content)
    return try RouterPluginAnswer(reply, asked: question.wish, subject)
  }
}
