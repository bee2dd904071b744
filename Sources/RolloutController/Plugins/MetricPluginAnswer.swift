import AnalysisCore
import KubeModel
import MetricProviders
import Primitives

/// A metric plugin's answer, as other providers' are (reference, sections 4.4 and 4.6).
extension ProviderAnswer {
  /// How long an unfinished measurement rests where the plugin does not say.
  private static let patience = Duration.seconds(15)

  /// Reads a reply: a phase is the plugin's verdict, and without one the metric's conditions decide about the value.
  init(_ reply: JSONValue, _ subject: String) throws(PluginFailure) {
    let value = reply["value"]
    let text = value.map { $0.string ?? $0.text() } ?? ""
    var metadata: [String: String] = [:]
    if let given = reply["metadata"], !given.isNull {
      guard let fields = given.object, fields.allSatisfy({ $0.value.string != nil }) else {
        throw PluginFailure("\(subject): its metadata is not an object of texts")
      }
      metadata = given.object?.compactMapValues(\.string) ?? [:]
    }
    let message = PluginProtocol.excerpt(Array((reply["message"]?.string ?? "").utf8))
    switch reply["phase"]?.string {
    case nil:
      guard let value else { throw PluginFailure("\(subject): its answer has neither a phase nor a value") }
      self.init(value: Self.value(value), metadata: metadata)
    case "Running":
      let after = reply["resumeAfter"]
      guard after == nil || PluginProtocol.duration(after) != nil else {
        throw PluginFailure("\(subject): its resumeAfter is neither seconds nor like 1m30s")
      }
      let rest = max(.seconds(1), PluginProtocol.duration(after) ?? Self.patience)
      self.init(.unfinished(resumeAfter: rest), valueText: text, metadata: metadata, message: message)
    case "Error":
      self.init(error: "\(subject): \(message.isEmpty ? "it says Error" : message)", metadata: metadata)
    case let word?:
      guard let phase = AnalysisPhase(rawValue: word), [.successful, .failed, .inconclusive].contains(phase)
      else {
        let said = PluginProtocol.excerpt(Array(word.utf8))
        throw PluginFailure(
          "\(subject): its answer has the phase \(said), and not Running, Successful, Failed, Inconclusive or Error"
        )
      }
      self.init(.verdict(phase), valueText: text, metadata: metadata, message: message)
    }
  }

  /// Lists of numbers are what conditions know from other providers.
  private static func value(_ json: JSONValue) -> MetricValue {
    switch json {
    case .int, .double: return json.double.map { .number($0) } ?? .json(json)
    case .string(let text): return .text(text)
    case .array(let elements):
      let numbers = elements.compactMap(\.double)
      return numbers.count == elements.count && !numbers.isEmpty ? .list(numbers) : .json(json)
    default: return .json(json)
    }
  }
}

extension PluginHost {
  /// What is asked of a metric plugin.
  struct MetricQuestion: Sendable {
    let name: String
    let config: JSONValue
    let metric: String
    let run: JSONValue
    /// The measurement in flight; nil for a new one.
    let inFlight: Measurement?
    let secrets: [String]

    var content: JSONValue {
      var content: JSONValue = [
        "config": config, "metric": .string(metric),
        "analysisRun": [
          "namespace": .string(run.namespace), "name": .string(run.name), "uid": .string(run.uid),
        ],
      ]
      content["measurement"] = inFlight?.json
      return content
    }
  }

  /// The answer of a metric plugin; whatever goes wrong is one with an error.
  func answer(_ question: MetricQuestion, verb: String) async -> ProviderAnswer {
    let subject = "metric plugin \(question.name)"
    do throws(PluginFailure) {
      let entry = try await entry(.metric, question.name)
      guard !entry.isDisabled else {
        throw PluginFailure("\(subject): \(PluginCatalog.configMap) disables it")
      }
      let reply = try await ask(entry, verb, question.content, hiding: question.secrets)
      return verb == "terminate" ? ProviderAnswer(value: .missing) : try ProviderAnswer(reply, subject)
    } catch {
      let metadata = question.inFlight?.metadata ?? [:]
      return ProviderAnswer(error: error.description, metadata: metadata, isOutage: error.isTransient)
    }
  }
}
